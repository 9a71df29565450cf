//! Sealing: what is kept under the service key, and opens in its own place alone.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::error::{BackendError, BackendErrorKind};
use crate::key::{KeyId, KeyRing, Subkeys, feed};
use crate::random;

/// Of 24 bytes: random ones do not meet (draft-irtf-cfrg-xchacha, 3.1).
const NONCE: usize = 24;
const KEY_ID: usize = 4;

/// Why something sealed did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unopened {
    /// The ring has no key of that id.
    UnknownKey,
    /// It is damaged, or was sealed for another place.
    Damaged,
}

pub(super) fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.into())
}

impl KeyRing {
    /// Seals `content` under the current key, for the place that `place` names: the key's id, a random nonce, and what
    /// XChaCha20-Poly1305 makes of it.
    pub(crate) fn seal(&self, place: &[&[u8]], content: &[u8]) -> Result<Vec<u8>, BackendError> {
        let keys = &self.current;
        let nonce = random::bytes::<NONCE>()?;
        let payload = Payload { msg: content, aad: &bound_to(keys.id, place) };
        let sealed = keys
            .messages
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| BackendError::new(BackendErrorKind::Other, "a message was too long to be sealed"))?;
        Ok([&keys.id.0[..], &nonce, &sealed].concat())
    }

    /// Opens what was sealed for that place, under the current key or a retired one.
    pub(crate) fn open(&self, place: &[&[u8]], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        let (id, rest) = sealed.split_first_chunk::<KEY_ID>().ok_or(Unopened::Damaged)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or(Unopened::Damaged)?;
        let id = KeyId(*id);
        let keys = self.known(id).ok_or(Unopened::UnknownKey)?;
        let payload = Payload { msg: rest, aad: &bound_to(id, place) };
        let opened = keys.messages.decrypt(&XNonce::from(*nonce), payload);
        opened.map(Zeroizing::new).map_err(|_| Unopened::Damaged)
    }

    fn known(&self, id: KeyId) -> Option<&Subkeys> {
        [&self.current].into_iter().chain(&self.retired).find(|keys| keys.id == id)
    }
}

/// The associated data: which key and which place, so that neither can be exchanged.
fn bound_to(id: KeyId, place: &[&[u8]]) -> Vec<u8> {
    let mut data = id.0.to_vec();
    feed(place, |part| data.extend_from_slice(part));
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::ServiceKey;

    fn ring(key: u8) -> KeyRing {
        KeyRing::new(ServiceKey::from_bytes([key; 32]), ServiceKey::from_bytes([9; 32]))
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_and_nowhere_else() {
        let keys = ring(1);
        let sealed = keys.seal(&[b"row", b"1"], b"73918264").unwrap();
        assert_eq!(&keys.open(&[b"row", b"1"], &sealed).unwrap()[..], b"73918264");
        for elsewhere in [&[&b"row"[..], b"2"][..], &[b"ro", b"w1"], &[b"row1"], &[b"row", b"1", b""], &[]] {
            assert_eq!(keys.open(elsewhere, &sealed).unwrap_err(), Unopened::Damaged);
        }
    }

    #[test]
    fn every_byte_of_what_is_sealed_counts() {
        let keys = ring(1);
        let sealed = keys.seal(&[b"row"], b"73918264").unwrap();
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            let expected = if at < KEY_ID { Unopened::UnknownKey } else { Unopened::Damaged };
            assert_eq!(keys.open(&[b"row"], &damaged).unwrap_err(), expected, "byte {at}");
            assert_eq!(keys.open(&[b"row"], &sealed[..at]).unwrap_err(), Unopened::Damaged, "up to {at}");
        }
    }

    #[test]
    fn a_retired_key_opens_and_another_key_does_not() {
        let sealed = ring(1).seal(&[b"row"], b"73918264").unwrap();
        let rotated = ring(2).with_retired(ServiceKey::from_bytes([1; 32]));
        assert_eq!(&rotated.open(&[b"row"], &sealed).unwrap()[..], b"73918264");
        assert_eq!(ring(2).open(&[b"row"], &sealed).unwrap_err(), Unopened::UnknownKey);
        let newer = rotated.seal(&[b"row"], b"73918264").unwrap();
        assert_eq!(ring(1).open(&[b"row"], &newer).unwrap_err(), Unopened::UnknownKey);
        // Another key under the id of a known one.
        let disguised = [&sealed[..KEY_ID], &newer[KEY_ID..]].concat();
        assert_eq!(rotated.open(&[b"row"], &disguised).unwrap_err(), Unopened::Damaged);
    }

    #[test]
    fn nothing_is_sealed_twice_alike() {
        let keys = ring(1);
        let [one, two] = [(); 2].map(|()| keys.seal(&[b"row"], b"73918264").unwrap());
        assert_ne!(one[KEY_ID..], two[KEY_ID..]);
        assert!(!one.windows(8).any(|bytes| bytes == b"73918264"));
    }
}
