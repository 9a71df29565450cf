use std::fmt;

use time::OffsetDateTime;

use crate::account::{AccountId, CredentialVersion};
use crate::code::Purpose;
use crate::contact::Contact;
use crate::key::KeyId;

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
    /// Feeds each part with its length in front, so that no two inputs read the same.
    pub(crate) fn feed(&self, mut update: impl FnMut(&[u8])) {
        let destination = self.destination.canonical();
        let expires_at = self.expires_at.unix_timestamp_nanos() / 1_000_000;
        let parts: [&[u8]; 8] = [
            self.purpose.as_str().as_bytes(),
            self.handle,
            self.account.as_str().as_bytes(),
            destination.as_bytes(),
            self.credential_version.as_str().as_bytes(),
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
