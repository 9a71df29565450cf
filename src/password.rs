//! Passwords that someone wants to have, and which of them may be chosen.
//!
//! Pure: no clock, no store, no waiting. A password is taken as it was typed. Nothing is trimmed, cut off, or
//! changed in case; every code point is allowed. It is brought to Unicode's NFC, since the same letter may be typed
//! as one code point or as two, depending on the keyboard (NIST SP 800-63B-4, 3.1.1.2).
//!
//! [`PasswordPolicy`] states the rules, and [`PasswordProblem`] what to tell a person whose password they refuse.

mod common_list;
mod cover;
mod keyboard;
mod name;
mod policy;
mod problem;
mod reading;
mod rules;
mod stretch;

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

pub(crate) use self::name::PersonWord;
pub use self::policy::PasswordPolicy;
pub use self::problem::{PasswordProblem, PolicyProblem};

/// A password that someone wants to have: confirmed, in NFC, and not yet checked against a [`PasswordPolicy`].
///
/// It cannot be printed, compared, cloned or serialised.
///
/// # Security
///
/// What was typed is wiped from memory when it is dropped, and so is what is computed from it, with two exceptions
/// that are out of this library's hands: copies that the application or its web framework made before, and, for
/// text that is not ASCII, the few code points that the normalisation keeps while it works.
pub struct NewPassword {
    normalised: SecretString,
}

impl NewPassword {
    /// The most that is read of a typed password, in bytes of UTF-8. Longer input is refused before any work.
    pub const MAXIMUM_BYTES: usize = 4096;

    /// Takes a password that was typed twice.
    ///
    /// The two are compared after normalisation, in constant time, and before any rule is applied: whoever mistyped
    /// learns that first.
    ///
    /// # Errors
    ///
    /// [`Oversized`](PasswordProblem::Oversized) where either has more than 4,096 bytes, and
    /// [`Mismatch`](PasswordProblem::Mismatch) where they differ.
    #[expect(clippy::needless_pass_by_value, reason = "what was typed is wiped here, when it has been used")]
    pub fn typed_twice(password: SecretString, confirmation: SecretString) -> Result<Self, PasswordProblem> {
        let oversized = PasswordProblem::Oversized { maximum: Self::MAXIMUM_BYTES };
        let password = normalised(&password).ok_or(oversized)?;
        let confirmation = normalised(&confirmation).ok_or(oversized)?;
        let same = password.expose_secret().as_bytes().ct_eq(confirmation.expose_secret().as_bytes());
        if bool::from(same) { Ok(Self { normalised: password }) } else { Err(PasswordProblem::Mismatch) }
    }

    /// Takes a password that was typed once, where the person could see it or a password manager filled it in.
    ///
    /// # Errors
    ///
    /// [`Oversized`](PasswordProblem::Oversized) where it has more than 4,096 bytes.
    #[expect(clippy::needless_pass_by_value, reason = "what was typed is wiped here, when it has been used")]
    pub fn typed_once(password: SecretString) -> Result<Self, PasswordProblem> {
        let oversized = PasswordProblem::Oversized { maximum: Self::MAXIMUM_BYTES };
        normalised(&password).map(|normalised| Self { normalised }).ok_or(oversized)
    }

    /// The password, for those who check it.
    pub(crate) fn expose(&self) -> &str {
        self.normalised.expose_secret()
    }

    /// The password, for those who hash it or look it up.
    pub(crate) const fn secret(&self) -> &SecretString {
        &self.normalised
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword([REDACTED])")
    }
}

/// A typed password in the form that is hashed, at log-in as when it was chosen: in NFC, and otherwise as typed.
///
/// Gives nothing where it has more than [`NewPassword::MAXIMUM_BYTES`] bytes, before any other work.
pub(crate) fn normalised(typed: &SecretString) -> Option<SecretString> {
    let typed = typed.expose_secret();
    if typed.len() > NewPassword::MAXIMUM_BYTES {
        return None;
    }
    // ASCII is in NFC already; copied directly, it passes through no one else's buffers.
    let length = if typed.is_ascii() { typed.len() } else { typed.nfc().map(char::len_utf8).sum() };
    // Growing, and shrinking to fit, would leave copies of the password behind: the exact size avoids both.
    let mut normalised = Zeroizing::new(String::with_capacity(length));
    if typed.is_ascii() {
        normalised.push_str(typed);
    } else {
        typed.nfc().for_each(|character| normalised.push(character));
    }
    Some(SecretString::from(std::mem::take(&mut *normalised)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn once(text: &str) -> NewPassword {
        NewPassword::typed_once(text.into()).unwrap()
    }

    #[test]
    fn nfc_equivalent_passwords_are_the_same_password() {
        for (composed, decomposed) in [
            ("blåbærsyltetøy", "bla\u{30A}bærsyltetøy"),
            ("\u{C5}", "\u{212B}"),
            ("각", "\u{1100}\u{1161}\u{11A8}"),
        ] {
            assert_eq!(once(composed).expose(), once(decomposed).expose());
            let at_log_in = normalised(&decomposed.into()).unwrap();
            assert_eq!(at_log_in.expose_secret(), once(composed).expose());
            assert!(NewPassword::typed_twice(composed.into(), decomposed.into()).is_ok());
        }
    }

    #[test]
    fn nothing_is_trimmed_or_case_folded() {
        for text in [" Passord med luft ", "\tÆØÅ\r\n", "\u{FEFF}x\u{200B}", "ﬁ ª ²", "\0nul\0", "", "🎉👨‍👩‍👧‍👦"]
        {
            assert_eq!(once(text).expose(), text);
            assert_eq!(once(text).secret().clone().expose_secret(), text);
        }
    }

    #[test]
    fn more_than_4096_bytes_are_no_password_at_log_in_either() {
        assert!(normalised(&"å".repeat(2048).into()).is_some());
        assert!(normalised(&format!("{}a", "å".repeat(2048)).into()).is_none());
    }

    #[test]
    fn normalisation_never_grows_a_buffer() {
        // U+1D160 and U+FB2C grow by the most that NFC can: threefold.
        for text in
            ["\u{1D160}".repeat(1024), "\u{FB2C}".repeat(1365), "a\u{301}".repeat(1365), "a".repeat(4096)]
        {
            let normalised = normalised(&text.as_str().into()).unwrap();
            assert!(normalised.expose_secret().len() <= 3 * NewPassword::MAXIMUM_BYTES);
            assert!(normalised.expose_secret().nfc().eq(text.nfc()));
        }
    }

    #[test]
    fn a_new_password_is_not_shown() {
        assert_eq!(format!("{:?}", once("hemmelig setning her")), "NewPassword([REDACTED])");
    }
}
