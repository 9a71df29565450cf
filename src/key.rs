//! The keys of a service: one value in the operator's keeping, one subkey for each use.

#[cfg(feature = "message-queue")]
mod sealing;

use std::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

#[cfg(feature = "message-queue")]
pub(crate) use self::sealing::Unopened;
use crate::code::{CodeMac, MacInput};
use crate::error::BackendError;
use crate::random;
use crate::throttle::ThrottleKey;

type HmacSha256 = Hmac<Sha256>;

/// 256 random bits that the operator keeps apart from the stores, in a secrets manager or a file of mode 0600.
///
/// There is no default key, and no way to print one.
pub struct ServiceKey([u8; 32]);

impl ServiceKey {
    /// Takes 32 bytes from a generator fit for keys.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads 64 hexadecimal digits, with white space around them forgiven.
    ///
    /// # Errors
    ///
    /// [`KeyProblem`] when there are more, fewer or other characters.
    pub fn from_hex(text: &str) -> Result<Self, KeyProblem> {
        let mut key = Self([0; 32]);
        match base16ct::mixed::decode(text.trim(), &mut key.0) {
            // One byte over and over is a placeholder that nobody replaced.
            Ok([first, rest @ ..]) if rest.len() == 31 && rest.iter().any(|byte| byte != first) => Ok(key),
            _ => Err(KeyProblem),
        }
    }

    /// Makes a new key from the operating system's generator.
    ///
    /// # Errors
    ///
    /// When that generator fails.
    pub fn generate() -> Result<Self, BackendError> {
        Ok(Self(random::bytes()?))
    }

    /// The 64 hexadecimal digits, to be written to where keys are kept.
    #[must_use]
    pub fn expose_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(base16ct::lower::encode_string(&self.0))
    }

    fn subkey(&self, use_: &str) -> Zeroizing<[u8; 32]> {
        let mut subkey = Zeroizing::new([0; 32]);
        // Expanding to 32 bytes cannot fail: HKDF allows 255 times the length of the hash.
        let _ = Hkdf::<Sha256>::new(Some(b"vestibule v1"), &self.0).expand(use_.as_bytes(), &mut subkey[..]);
        subkey
    }
}

impl Zeroize for ServiceKey {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl Drop for ServiceKey {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl ZeroizeOnDrop for ServiceKey {}

impl fmt::Debug for ServiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceKey(..)")
    }
}

/// What was given is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a service key is 64 hexadecimal digits (32 random bytes): make one with ServiceKey::generate")]
#[non_exhaustive]
pub struct KeyProblem;

/// Which key made a MAC or a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyId(pub(crate) [u8; 4]);

/// The keys a service works with.
///
/// Codes, device tokens and stored messages are made under the current key and carry its id; retired keys verify for as
/// long as such a thing lives. The identifier key names people in throttles and events without saying who they are: it does not
/// rotate, since every count would start anew.
///
/// # Examples
///
/// A key is replaced by making a new one current and keeping the old one among the retired:
///
/// ```
/// use vestibule::{KeyRing, ServiceKey};
///
/// let (new, old, identifiers) = (ServiceKey::generate()?, ServiceKey::generate()?, ServiceKey::generate()?);
/// let keys = KeyRing::new(new, identifiers).with_retired(old);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct KeyRing {
    current: Subkeys,
    retired: Vec<Subkeys>,
    identifiers: HmacSha256,
}

struct Subkeys {
    id: KeyId,
    codes: HmacSha256,
    devices: HmacSha256,
    #[cfg(feature = "message-queue")]
    messages: chacha20poly1305::XChaCha20Poly1305,
}

impl KeyRing {
    /// A ring with one current key, and the identifier key, which is a key of its own.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "taking the keys wipes them where they came from")]
    pub fn new(current: ServiceKey, identifiers: ServiceKey) -> Self {
        Self {
            current: Subkeys::of(&current),
            retired: Vec::new(),
            identifiers: keyed(&identifiers.subkey("identifiers")),
        }
    }

    /// Adds a key that was current before. Codes made under it work until they expire, messages sealed
    /// under it are sent, and browsers with a token made under it are recognised until it is dropped.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "taking the key wipes it where it came from")]
    pub fn with_retired(mut self, key: ServiceKey) -> Self {
        self.retired.push(Subkeys::of(&key));
        self
    }

    /// The MAC of a code under the current key.
    pub(crate) fn code_mac(&self, input: &MacInput<'_>) -> CodeMac {
        CodeMac { key_id: self.current.id, tag: tag(&self.current.codes, |update| input.feed(update)) }
    }

    /// A MAC that no code has.
    pub(crate) fn decoy_mac(&self) -> Result<CodeMac, BackendError> {
        Ok(CodeMac { key_id: self.current.id, tag: random::bytes()? })
    }

    /// Whether `mac` is that of the input, in constant time. An unknown key id costs the same and matches nothing.
    pub(crate) fn matches_code(&self, input: &MacInput<'_>, mac: &CodeMac) -> bool {
        let (keys, known) = self.keys(mac.key_id);
        bool::from(tag(&keys.codes, |update| input.feed(update)).ct_eq(&mac.tag) & known)
    }

    /// A tag for a device token under the current key.
    pub(crate) fn device_tag(&self, parts: &[&[u8]]) -> (KeyId, [u8; 32]) {
        (self.current.id, tag(&self.current.devices, |update| feed(parts, update)))
    }

    /// Whether `expected` is the device tag of the parts under the key of that id, in constant time.
    pub(crate) fn matches_device(&self, id: KeyId, parts: &[&[u8]], expected: &[u8; 32]) -> bool {
        let (keys, known) = self.keys(id);
        bool::from(tag(&keys.devices, |update| feed(parts, update)).ct_eq(expected) & known)
    }

    /// A name for someone or something that tells nothing without the key. `kind` separates the uses.
    pub(crate) fn identifier(&self, kind: &str, parts: &[&[u8]]) -> ThrottleKey {
        ThrottleKey::from_bytes(tag(&self.identifiers, |mut update| {
            feed(&[kind.as_bytes()], &mut update);
            feed(parts, update);
        }))
    }

    fn keys(&self, id: KeyId) -> (&Subkeys, Choice) {
        match [&self.current].into_iter().chain(&self.retired).find(|keys| keys.id == id) {
            Some(keys) => (keys, Choice::from(1)),
            None => (&self.current, Choice::from(0)),
        }
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("retired", &self.retired.len()).finish_non_exhaustive()
    }
}

impl Subkeys {
    fn of(key: &ServiceKey) -> Self {
        let [a, b, c, d, ..] = tag(&keyed(&key.subkey("key id")), |_| ());
        Self {
            id: KeyId([a, b, c, d]),
            codes: keyed(&key.subkey("codes")),
            devices: keyed(&key.subkey("devices")),
            #[cfg(feature = "message-queue")]
            messages: sealing::cipher(&key.subkey("messages")),
        }
    }
}

fn keyed(key: &[u8; 32]) -> HmacSha256 {
    // A key of the hash's own block size is taken as it is, so that making the MAC cannot fail.
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key);
    HmacSha256::new((&*block).into())
}

fn tag(keyed: &HmacSha256, parts: impl FnOnce(&mut dyn FnMut(&[u8]))) -> [u8; 32] {
    let mut mac = keyed.clone();
    parts(&mut |part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// Feeds each part with its length in front, so that no two lists read the same.
fn feed(parts: &[&[u8]], mut update: impl FnMut(&[u8])) {
    update(&(parts.len() as u64).to_be_bytes());
    for part in parts {
        update(&(part.len() as u64).to_be_bytes());
        update(part);
    }
}

/// The SHA-256 of a text, for comparing what must not be kept itself.
pub(crate) fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_in_either_case_and_a_placeholder_is_none() {
        let hex = ServiceKey::generate().unwrap().expose_hex();
        for text in [hex.to_string(), hex.to_uppercase(), format!(" {}\n", *hex)] {
            assert_eq!(*ServiceKey::from_hex(&text).unwrap().expose_hex(), *hex);
        }
        let one_differs = format!("{}01", "00".repeat(31));
        assert!(ServiceKey::from_hex(&one_differs).is_ok());
        for refused in
            ["00".repeat(32), "ab".repeat(32), hex[2..].to_owned(), format!("{}00", *hex), String::new()]
        {
            assert!(ServiceKey::from_hex(&refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn a_wiped_key_is_zeros() {
        let mut key = ServiceKey::from_bytes([7; 32]);
        key.zeroize();
        assert_eq!(*key.expose_hex(), "00".repeat(32));
    }

    #[test]
    fn keys_are_not_printed() {
        let key = |byte| ServiceKey::from_bytes([byte; 32]);
        assert_eq!(format!("{:?}", key(1)), "ServiceKey(..)");
        let ring = KeyRing::new(key(1), key(2)).with_retired(key(3));
        assert_eq!(format!("{ring:?}"), "KeyRing { retired: 1, .. }");
    }
}
