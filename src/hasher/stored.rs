//! The stored form of a password.

use std::fmt;

use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

/// A password as a directory stores it: one text.
///
/// The text is a [PHC string], preceded, when a pepper was used, by the pepper's version:
/// `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>` or `pepper=3:$argon2id$...`. The version stands outside the PHC
/// string because other implementations refuse unknown parameters. A column of 255 characters holds every text that
/// this library writes.
///
/// # Security
///
/// `Debug` shows neither salt nor hash, and there is no `Serialize`: the one way to the text is
/// [`PasswordHash::expose_for_storage`]. The memory is wiped when the value is dropped.
///
/// [PHC string]: https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
#[derive(Clone)]
pub struct PasswordHash(Zeroizing<String>);

impl PasswordHash {
    /// Takes what a directory had stored. This never fails: a text that cannot be read is treated as nobody's
    /// password when someone tries to log in with it, so that damage in a database shows to the operator, not to
    /// strangers.
    #[must_use]
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text to store. It belongs in the directory and nowhere else.
    #[must_use]
    pub fn expose_for_storage(&self) -> &str {
        &self.0
    }

    /// Whether both are the same text, in a time that tells only their lengths. For directories that replace a hash
    /// only if it is the expected one.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        Choice::into(self.0.as_bytes().ct_eq(other.0.as_bytes()))
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::PasswordHash;

    #[test]
    fn hashes_are_compared_by_their_text() {
        let hash = PasswordHash::from_stored("$argon2id$one");
        assert!(hash.is_same_as(&hash.clone()));
        assert!(!hash.is_same_as(&PasswordHash::from_stored("$argon2id$two")));
        assert!(!hash.is_same_as(&PasswordHash::from_stored("$argon2id$one-more")));
    }

    #[test]
    fn debugging_a_hash_shows_nothing_of_it() {
        let hash = PasswordHash::from_stored(
            "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8",
        );
        assert_eq!(format!("{hash:?}"), "PasswordHash([redacted])");
    }
}
