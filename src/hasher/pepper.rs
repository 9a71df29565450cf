//! A secret that goes into every hash and is not kept with the hashes.

use std::fmt;

use secrecy::{ExposeSecret, SecretSlice};
use thiserror::Error;

/// A secret that goes into every hash and is kept apart from the database: whoever steals the hashes alone cannot
/// guess passwords.
///
/// Its version is written in front of each hash made with it, so that it can be replaced: see [`Peppers`].
pub struct Pepper {
    version: u32,
    secret: SecretSlice<u8>,
}

/// Why a pepper is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PepperProblem {
    /// The secret has fewer than [`Pepper::MIN_BYTES`] bytes.
    #[error("a pepper needs at least {} bytes from a random number generator", Pepper::MIN_BYTES)]
    TooShort,
    /// All its bytes are the same: a placeholder.
    #[error("the pepper is a placeholder: take {} bytes from a random number generator", Pepper::MIN_BYTES)]
    Placeholder,
}

impl Pepper {
    /// The least length of the secret, in bytes: 256 bits, the strength of the other keys.
    pub const MIN_BYTES: usize = 32;

    /// Makes a pepper of bytes from a random number generator. A version is never used twice.
    ///
    /// # Errors
    ///
    /// A secret that is too short, or an obvious placeholder.
    pub fn new(version: u32, secret: SecretSlice<u8>) -> Result<Self, PepperProblem> {
        let bytes = secret.expose_secret();
        if bytes.len() < Self::MIN_BYTES {
            return Err(PepperProblem::TooShort);
        }
        if bytes.iter().all(|byte| Some(byte) == bytes.first()) {
            return Err(PepperProblem::Placeholder);
        }
        Ok(Self { version, secret })
    }

    /// The version, as it is written in front of each hash.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    pub(super) fn secret(&self) -> &[u8] {
        self.secret.expose_secret()
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pepper").field("version", &self.version).finish_non_exhaustive()
    }
}

/// The pepper for new hashes, and the retired ones that older hashes still need.
///
/// To replace a pepper, make a new one with a new version current, and retire the old one. Each person's hash is made
/// anew at the next log-in. When no stored hash begins with the old version any longer, the old pepper can go; a hash
/// whose pepper is gone can no longer be verified, and its owner recovers the password.
///
/// # Examples
///
/// ```
/// use vestibule::hasher::{Pepper, PepperProblem, Peppers};
/// use vestibule::secrecy::SecretSlice;
///
/// fn peppers(new: SecretSlice<u8>, old: SecretSlice<u8>) -> Result<Peppers, PepperProblem> {
///     Ok(Peppers::current(Pepper::new(2, new)?).with_retired(Pepper::new(1, old)?))
/// }
/// ```
#[derive(Debug, Default)]
pub struct Peppers {
    current: Option<Pepper>,
    retired: Vec<Pepper>,
}

impl Peppers {
    /// No pepper for new hashes. This is the default: a pepper that is lost takes every password with it, so it must
    /// be wanted.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// New hashes use `pepper`.
    #[must_use]
    pub const fn current(pepper: Pepper) -> Self {
        Self { current: Some(pepper), retired: Vec::new() }
    }

    /// Older hashes may still need `pepper`.
    #[must_use]
    pub fn with_retired(mut self, pepper: Pepper) -> Self {
        self.retired.push(pepper);
        self
    }

    pub(super) const fn for_new_hashes(&self) -> Option<&Pepper> {
        self.current.as_ref()
    }

    pub(super) fn of_version(&self, version: u32) -> Option<&Pepper> {
        self.all().find(|pepper| pepper.version == version)
    }

    /// A version that two of the peppers have.
    pub(super) fn ambiguous_version(&self) -> Option<u32> {
        let twice = |version| self.all().filter(|pepper| pepper.version == version).nth(1).is_some();
        self.all().map(Pepper::version).find(|version| twice(*version))
    }

    fn all(&self) -> impl Iterator<Item = &Pepper> {
        self.current.iter().chain(&self.retired)
    }
}

#[cfg(test)]
mod tests {
    use super::{Pepper, PepperProblem, Peppers};

    #[test]
    fn a_short_or_uniform_secret_is_no_pepper() {
        let refused = |secret: Vec<u8>| Pepper::new(1, secret.into()).err();
        assert_eq!(refused((0..31).collect()), Some(PepperProblem::TooShort));
        assert_eq!(refused(vec![0; 32]), Some(PepperProblem::Placeholder));
        assert_eq!(refused((0..32).collect()), None);
    }

    #[test]
    fn a_version_that_is_used_twice_is_found() {
        let pepper = |version| Pepper::new(version, (0..32).collect::<Vec<u8>>().into()).unwrap();
        assert_eq!(Peppers::current(pepper(1)).with_retired(pepper(2)).ambiguous_version(), None);
        assert_eq!(Peppers::current(pepper(1)).with_retired(pepper(1)).ambiguous_version(), Some(1));
        assert_eq!(
            Peppers::none().with_retired(pepper(7)).with_retired(pepper(7)).ambiguous_version(),
            Some(7)
        );
    }

    #[test]
    fn debugging_a_pepper_shows_no_secret() {
        let peppers =
            Peppers::current(Pepper::new(9, b"seventeen-and-a-half-red-herrings".to_vec().into()).unwrap());
        let shown = format!("{peppers:?}");
        assert!(!shown.contains("herrings") && !shown.contains("115") && !shown.contains("0x73"), "{shown}");
    }
}
