use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::code::{CodeFormat, CodeProblem};
use crate::error::BackendError;
use crate::random;

/// What the asker keeps while a code is on its way: 256 random bits.
///
/// A code is worth nothing without the handle it was issued for, and the reverse: keep the handle in the asker's
/// own cookie or memory, never in an address. It says which format the code has, so that a code of another shape is
/// refused before it costs a try.
#[derive(Clone)]
pub struct CodeHandle {
    format: CodeFormat,
    secret: Zeroizing<[u8; 32]>,
}

impl CodeHandle {
    pub(crate) fn draw(format: CodeFormat) -> Result<Self, BackendError> {
        Ok(Self { format, secret: Zeroizing::new(random::bytes()?) })
    }

    /// Reads a handle that [`expose_for_cookie`](Self::expose_for_cookie) wrote.
    ///
    /// # Errors
    ///
    /// [`CodeProblem::Expired`] when it is damaged: to the person, a handle that cannot be read has expired.
    pub fn parse(text: &str) -> Result<Self, CodeProblem> {
        let (format, digits) = text.split_once('.').ok_or(CodeProblem::Expired)?;
        let format = format.parse().map_err(|_| CodeProblem::Expired)?;
        let mut secret = Zeroizing::new([0; 32]);
        match base16ct::lower::decode(digits, &mut secret[..]) {
            Ok(decoded) if decoded.len() == 32 => {}
            _ => return Err(CodeProblem::Expired),
        }
        Ok(Self { format, secret })
    }

    /// The handle as at most 68 characters of ASCII letters, digits and one dot, to be kept by the asker: in an
    /// `HttpOnly` cookie, not in an address.
    #[must_use]
    pub fn expose_for_cookie(&self) -> String {
        format!("{}.{}", self.format, base16ct::lower::encode_string(&self.secret[..]))
    }

    /// The format of the code that was issued for this handle.
    #[must_use]
    pub const fn code_format(&self) -> CodeFormat {
        self.format
    }

    /// What stores know the handle by.
    pub(crate) fn digest(&self) -> HandleDigest {
        HandleDigest(Sha256::digest(&self.secret[..]).into())
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.secret
    }
}

impl fmt::Debug for CodeHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeHandle(..)")
    }
}

/// The SHA-256 of a handle: all that a store learns of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HandleDigest([u8; 32]);

impl HandleDigest {
    /// Rebuilds a digest that a store kept.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes to keep.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for HandleDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "HandleDigest({a:02x}{b:02x}{c:02x}{d:02x}..)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_handle_reads_back_and_a_damaged_one_reads_as_expired() {
        let handle = CodeHandle::draw(CodeFormat::EIGHT_DIGITS).unwrap();
        let text = handle.expose_for_cookie();
        assert_eq!(CodeHandle::parse(&text).unwrap().digest(), handle.digest());
        for damaged in
            ["", ".", "8d", "8d.", &text[1..], &text[..text.len() - 1], &text.to_uppercase(), "9x.00"]
        {
            assert_eq!(CodeHandle::parse(damaged).unwrap_err(), CodeProblem::Expired, "{damaged}");
        }
    }

    #[test]
    fn a_handle_is_not_printed_and_its_digest_does_not_hold_it() {
        let handle = CodeHandle::draw(CodeFormat::EIGHT_DIGITS).unwrap();
        assert_eq!(format!("{handle:?}"), "CodeHandle(..)");
        assert_ne!(handle.digest().as_bytes(), handle.expose());
    }

    proptest! {
        #[test]
        fn any_text_is_a_handle_or_expired_and_never_a_panic(text in any::<String>()) {
            let _ = CodeHandle::parse(&text);
        }
    }
}
