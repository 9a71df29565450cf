//! A browser that has logged in before, so that a stranger's failures do not keep its owner out.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::account::CredentialVersion;
use crate::contact::Contact;
use crate::error::BackendError;
use crate::key::{KeyId, KeyRing, digest};
use crate::random;

/// What a browser keeps after a log-in, to be recognised at the next one.
///
/// It opens nothing: it gives its holder waits and request limits of his own, apart from those that strangers share.
/// It is bound to the e-mail address it was earned for and to the account's credential version, carries a MAC under
/// the service key, and is void after ten failures. Keep it in a long-lived `HttpOnly` cookie.
///
/// # Examples
///
/// ```
/// use vestibule::DeviceToken;
///
/// // What a browser sends back is a token or nothing: a damaged one is no error.
/// assert!(DeviceToken::parse("no token").is_none());
/// ```
#[derive(Clone)]
pub struct DeviceToken(Zeroizing<Vec<u8>>);

const NONCE: std::ops::Range<usize> = 4..20;
const VERSION: std::ops::Range<usize> = 20..52;
const TAG: std::ops::Range<usize> = 52..84;

impl DeviceToken {
    /// The length of a token, in bytes: key id, nonce, digest of the credential version, tag.
    const LENGTH: usize = TAG.end;

    pub(crate) fn issue(
        keys: &KeyRing,
        log_in_name: &Contact,
        version: &CredentialVersion,
    ) -> Result<Self, BackendError> {
        let nonce = random::bytes::<16>()?;
        let version = digest(version.as_str());
        let (id, tag) = keys.device_tag(&[log_in_name.key().as_bytes(), &nonce, &version]);
        let mut bytes = Zeroizing::new(Vec::with_capacity(Self::LENGTH));
        for part in [&id.0[..], &nonce, &version, &tag] {
            bytes.extend_from_slice(part);
        }
        Ok(Self(bytes))
    }

    /// Reads a token that [`expose_for_cookie`](Self::expose_for_cookie) wrote. `None` when it is damaged: the
    /// request is then one without a token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new(vec![0; Self::LENGTH]);
        let length = base16ct::lower::decode(text, &mut bytes).ok()?.len();
        (length == Self::LENGTH).then_some(Self(bytes))
    }

    /// The token as 168 hexadecimal digits.
    #[must_use]
    pub fn expose_for_cookie(&self) -> String {
        base16ct::lower::encode_string(&self.0)
    }

    /// The device, if this token was earned for that log-in name under a key that is still known.
    pub(crate) fn recognise(&self, keys: &KeyRing, log_in_name: &Contact) -> Option<Device> {
        let mut id = KeyId([0; 4]);
        let (mut nonce, mut version, mut tag) = ([0; 16], [0; 32], [0; 32]);
        id.0.copy_from_slice(self.0.get(..4)?);
        nonce.copy_from_slice(self.0.get(NONCE)?);
        version.copy_from_slice(self.0.get(VERSION)?);
        tag.copy_from_slice(self.0.get(TAG)?);
        keys.matches_device(id, &[log_in_name.key().as_bytes(), &nonce, &version], &tag)
            .then_some(Device { nonce, version })
    }
}

impl fmt::Debug for DeviceToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceToken(..)")
    }
}

/// A token that was found genuine. Only [`DeviceToken::recognise`] makes one.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    nonce: [u8; 16],
    version: [u8; 32],
}

impl Device {
    /// What its holder's own limits count by.
    pub(crate) const fn nonce(&self) -> &[u8; 16] {
        &self.nonce
    }

    /// Whether the account still has the credential version the token was earned under.
    pub(crate) fn is_current(&self, version: &CredentialVersion) -> bool {
        self.version.ct_eq(&digest(version.as_str())).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::EmailAddress;
    use crate::key::ServiceKey;

    fn ring(key: u8) -> KeyRing {
        KeyRing::new(ServiceKey::from_bytes([key; 32]), ServiceKey::from_bytes([9; 32]))
    }

    fn name(address: &str) -> Contact {
        EmailAddress::parse(address).unwrap().into()
    }

    fn token() -> DeviceToken {
        let version = CredentialVersion::from_stored("a");
        DeviceToken::issue(&ring(1), &name("ola@example.no"), &version).unwrap()
    }

    #[test]
    fn a_token_is_recognised_under_a_known_key_for_its_address_alone() {
        let (token, ola) = (token(), name("ola@example.no"));
        let device = token.recognise(&ring(1), &ola).unwrap();
        assert!(device.is_current(&CredentialVersion::from_stored("a")));
        assert!(!device.is_current(&CredentialVersion::from_stored("b")));
        assert!(token.recognise(&ring(2).with_retired(ServiceKey::from_bytes([1; 32])), &ola).is_some());
        assert!(token.recognise(&ring(2), &ola).is_none());
        assert!(token.recognise(&ring(1), &name("kari@example.no")).is_none());
    }

    #[test]
    fn every_byte_of_a_token_counts() {
        let token = token();
        for place in 0..DeviceToken::LENGTH {
            let mut changed = token.clone();
            changed.0[place] ^= 1;
            assert!(changed.recognise(&ring(1), &name("ola@example.no")).is_none(), "byte {place}");
        }
    }

    #[test]
    fn no_two_tokens_are_counted_as_one() {
        let nonces = [token(), token()]
            .map(|token| *token.recognise(&ring(1), &name("ola@example.no")).unwrap().nonce());
        assert_ne!(nonces[0], nonces[1]);
    }

    #[test]
    fn a_token_is_not_printed() {
        assert_eq!(format!("{:?}", token()), "DeviceToken(..)");
    }
}
