use std::fmt;

use time::OffsetDateTime;

use crate::account::{AccountId, CredentialVersion};
use crate::code::Purpose;
use crate::contact::Contact;
use crate::key::{KeyId, digest};

/// The keyed MAC of a code: all that a store learns of it.
///
/// HMAC-SHA-256 under a subkey of the service key, over the code and everything the code is bound to. Without the
/// key, trying all codes finds nothing; moved to another row, it verifies nothing.
#[derive(Clone)]
pub struct CodeMac {
    pub(crate) key_id: KeyId,
    pub(crate) tag: [u8; 32],
}

impl CodeMac {
    /// The length of the stored form, in bytes.
    pub const LENGTH: usize = 36;

    /// Rebuilds one that a store kept.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; Self::LENGTH]) -> Self {
        let mut mac = Self { key_id: KeyId([0; 4]), tag: [0; 32] };
        mac.key_id.0.copy_from_slice(&bytes[..4]);
        mac.tag.copy_from_slice(&bytes[4..]);
        mac
    }

    /// The bytes to keep: four that name the key, and the tag.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        bytes[..4].copy_from_slice(&self.key_id.0);
        bytes[4..].copy_from_slice(&self.tag);
        bytes
    }
}

impl fmt::Debug for CodeMac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeMac(..)")
    }
}

/// Everything a code is bound to.
pub(crate) struct MacInput<'a> {
    pub(crate) purpose: Purpose,
    pub(crate) handle: &'a [u8; 32],
    pub(crate) account: &'a AccountId,
    /// The contact the code was sent to.
    pub(crate) destination: &'a Contact,
    pub(crate) credential_version: &'a CredentialVersion,
    pub(crate) expires_at: OffsetDateTime,
    pub(crate) issue: u32,
    pub(crate) code: &'a str,
}

impl MacInput<'_> {
    /// Feeds each part with its length in front, so that no two inputs read the same. What a directory makes is fed as
    /// its digest: a decoy has ids of 32 digits, an account has whatever ids its directory gives, and one block more or
    /// less of HMAC would tell who is registered.
    pub(crate) fn feed(&self, mut update: impl FnMut(&[u8])) {
        let destination = self.destination.canonical();
        let expires_at = self.expires_at.unix_timestamp_nanos() / 1_000_000;
        let parts: [&[u8]; 8] = [
            self.purpose.as_str().as_bytes(),
            self.handle,
            &digest(self.account.as_str()),
            destination.as_bytes(),
            &digest(self.credential_version.as_str()),
            &expires_at.to_be_bytes(),
            &self.issue.to_be_bytes(),
            self.code.as_bytes(),
        ];
        for part in parts {
            update(&(part.len() as u64).to_be_bytes());
            update(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::EmailAddress;

    #[test]
    fn as_much_is_hashed_whatever_ids_and_versions_a_directory_gives() {
        let destination = EmailAddress::parse("ola@example.no").unwrap().into();
        let fed = |account: &str, version: &str| {
            let mut bytes = 0;
            MacInput {
                purpose: Purpose::Recovery,
                handle: &[7; 32],
                account: &AccountId::new(account),
                destination: &destination,
                credential_version: &CredentialVersion::from_stored(version),
                expires_at: OffsetDateTime::UNIX_EPOCH,
                issue: 1,
                code: "12345678",
            }
            .feed(|part| bytes += part.len());
            bytes
        };
        let of_a_decoy = fed("67e5504410b1426f9247bb680e5fe0c8", "67e5504410b1426f9247bb680e5fe0c8");
        for (account, version) in
            [("7", "1"), ("67e55044-10b1-426f-9247-bb680e5fe0c8", "2026-01-01T12:00:00Z")]
        {
            assert_eq!(fed(account, version), of_a_decoy);
        }
    }

    fn contact(name: &str) -> Contact {
        EmailAddress::parse(name).unwrap().into()
    }

    fn fed(input: &MacInput<'_>) -> Vec<Vec<u8>> {
        let mut parts = Vec::new();
        input.feed(|part| parts.push(part.to_vec()));
        parts
    }

    #[test]
    fn whatever_a_code_is_bound_to_is_fed_to_its_mac() {
        let expires_at = OffsetDateTime::from_unix_timestamp(1_772_366_400).unwrap();
        let (account, other_account) = (AccountId::new("1"), AccountId::new("2"));
        let (version, other_version) =
            (CredentialVersion::from_stored("a"), CredentialVersion::from_stored("b"));
        let (destination, other_destination) = (contact("kari@example.no"), contact("ola@example.no"));
        let input = || MacInput {
            purpose: Purpose::Activation,
            handle: &[1; 32],
            account: &account,
            destination: &destination,
            credential_version: &version,
            expires_at,
            issue: 1,
            code: "12345678",
        };
        let later = |milliseconds| expires_at + time::Duration::milliseconds(milliseconds);
        for other in [
            MacInput { purpose: Purpose::Recovery, ..input() },
            MacInput { handle: &[2; 32], ..input() },
            MacInput { account: &other_account, ..input() },
            MacInput { destination: &other_destination, ..input() },
            MacInput { credential_version: &other_version, ..input() },
            MacInput { expires_at: later(1), ..input() },
            MacInput { expires_at: later(1_000), ..input() },
            MacInput { expires_at: later(-86_400_000), ..input() },
            MacInput { issue: 2, ..input() },
            MacInput { code: "12345679", ..input() },
        ] {
            assert_ne!(fed(&other), fed(&input()));
        }
    }

    #[test]
    fn a_mac_is_fed_as_earlier_releases_fed_it() {
        let parts = fed(&MacInput {
            purpose: Purpose::Recovery,
            handle: &[7; 32],
            account: &AccountId::new("42"),
            destination: &contact("kari@example.no"),
            credential_version: &CredentialVersion::from_stored("v1"),
            expires_at: OffsetDateTime::from_unix_timestamp(1).unwrap(),
            issue: 3,
            code: "12345678",
        });
        let milliseconds = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x03, 0xe8];
        let expected: [&[u8]; 8] = [
            b"recovery",
            &[7; 32],
            &digest("42"),
            b"email:kari@example.no",
            &digest("v1"),
            &milliseconds,
            &[0, 0, 0, 3],
            b"12345678",
        ];
        for (pair, part) in parts.chunks(2).zip(expected) {
            assert_eq!(pair, [(part.len() as u64).to_be_bytes().to_vec(), part.to_vec()]);
        }
        assert_eq!(parts.len(), 16);
    }
}
