//! One-time codes: made from the operating system's generator, parsed as people paste them, compared by a keyed MAC.

mod handle;
mod mac;

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

pub use self::handle::{CodeHandle, HandleDigest};
pub use self::mac::CodeMac;
pub(crate) use self::mac::MacInput;
use crate::error::BackendError;
use crate::typed::{decimal_digit, is_dash, is_invisible};

/// What a code is for. A code for one purpose is worth nothing for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "every flow and every text must decide about every purpose")]
pub enum Purpose {
    /// Choosing the first password of a registered account.
    Activation,
    /// Choosing a new password for an active account.
    Recovery,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 2] = [Self::Activation, Self::Recovery];

    /// The name that stores and MACs use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Activation => "activation",
            Self::Recovery => "recovery",
        }
    }

    /// The purpose of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == name)
    }
}

/// How a code is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct CodeFormat {
    alphabet: Alphabet,
    length: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Alphabet {
    Digits,
    Letters,
}

impl CodeFormat {
    /// Eight decimal digits, 26.6 bits: the default. Ten guesses at each of 100,000 accounts then find a code once in
    /// a hundred times, where six digits would be found every time.
    pub const EIGHT_DIGITS: Self = Self { alphabet: Alphabet::Digits, length: 8 };
    /// Twelve decimal digits, 39.9 bits: what new requests get while the service is being sprayed with guesses.
    pub const TWELVE_DIGITS: Self = Self { alphabet: Alphabet::Digits, length: 12 };

    /// `length` decimal digits, 6 to 12 (NIST SP 800-63B-4, 3.1.3.2: at least six).
    ///
    /// # Errors
    ///
    /// [`CodeFormatProblem`] for another length.
    pub const fn digits(length: u8) -> Result<Self, CodeFormatProblem> {
        match length {
            6..=12 => Ok(Self { alphabet: Alphabet::Digits, length }),
            _ => Err(CodeFormatProblem),
        }
    }

    /// `length` characters, 6 to 32, of the 32 digits and letters that cannot be mistaken for one another
    /// (Crockford's base 32: five bits each).
    ///
    /// # Errors
    ///
    /// [`CodeFormatProblem`] for another length.
    pub const fn letters(length: u8) -> Result<Self, CodeFormatProblem> {
        match length {
            6..=32 => Ok(Self { alphabet: Alphabet::Letters, length }),
            _ => Err(CodeFormatProblem),
        }
    }

    /// How many characters a code of this format has.
    #[must_use]
    pub const fn length(self) -> usize {
        self.length as usize
    }

    /// Whether a code of this format is digits alone, so that a telephone may show its number keys.
    #[must_use]
    pub const fn is_numeric(self) -> bool {
        matches!(self.alphabet, Alphabet::Digits)
    }

    const fn symbols(self) -> &'static [u8] {
        match self.alphabet {
            Alphabet::Digits => b"0123456789",
            Alphabet::Letters => b"0123456789ABCDEFGHJKMNPQRSTVWXYZ",
        }
    }
}

/// `8d` for eight digits, `15l` for fifteen letters: the form that stores and handles use.
impl fmt::Display for CodeFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.length, if self.is_numeric() { 'd' } else { 'l' })
    }
}

impl std::str::FromStr for CodeFormat {
    type Err = CodeFormatProblem;

    fn from_str(text: &str) -> Result<Self, CodeFormatProblem> {
        let parse = |length: &str| length.parse().map_err(|_| CodeFormatProblem);
        let format = if let Some(length) = text.strip_suffix('d') {
            Self::digits(parse(length)?)?
        } else if let Some(length) = text.strip_suffix('l') {
            Self::letters(parse(length)?)?
        } else {
            return Err(CodeFormatProblem);
        };
        // A number can be spelled in several ways, a format in one.
        if format.to_string() == text { Ok(format) } else { Err(CodeFormatProblem) }
    }
}

impl From<CodeFormat> for String {
    fn from(format: CodeFormat) -> Self {
        format.to_string()
    }
}

impl TryFrom<String> for CodeFormat {
    type Error = CodeFormatProblem;

    fn try_from(text: String) -> Result<Self, CodeFormatProblem> {
        text.parse()
    }
}

/// The length asked for is not one that a code may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a code has 6 to 12 digits, or 6 to 32 letters")]
#[non_exhaustive]
pub struct CodeFormatProblem;

/// A one-time code, as it is sent or as it was typed.
///
/// It cannot be printed, serialised or compared: what is compared is its MAC, in constant time.
///
/// # Examples
///
/// ```
/// use vestibule::Code;
///
/// assert_eq!(Code::parse(" 0123 4567 ")?.expose(), "01234567");
/// assert!(Code::parse("1234?567").is_err());
/// # Ok::<(), vestibule::code::CodeProblem>(())
/// ```
#[derive(Clone)]
pub struct Code(Zeroizing<String>);

impl Code {
    /// The longest input that is looked at, in bytes.
    pub const MAX_INPUT: usize = 256;

    /// Reads a code as people type and paste it: white space of any kind, hyphens and dashes, zero-width characters
    /// and full-width or other decimal digits are forgiven; leading zeros are kept.
    ///
    /// Whether it has the length that was asked for is checked when it is redeemed, against the handle.
    ///
    /// # Errors
    ///
    /// [`CodeProblem::Malformed`] when this can be no code: it costs no try.
    pub fn parse(typed: &str) -> Result<Self, CodeProblem> {
        if typed.len() > Self::MAX_INPUT {
            return Err(CodeProblem::Malformed);
        }
        let mut code = Zeroizing::new(String::with_capacity(typed.len()));
        let carries_nothing = |c: char| c.is_whitespace() || is_dash(c) || is_invisible(c);
        for c in typed.chars().filter(|c| !carries_nothing(*c)) {
            match decimal_digit(c) {
                Some(digit) => code.push(digit),
                None if c.is_ascii_alphabetic() => code.push(c.to_ascii_uppercase()),
                None => return Err(CodeProblem::Malformed),
            }
        }
        if (6..=32).contains(&code.len()) { Ok(Self(code)) } else { Err(CodeProblem::Malformed) }
    }

    /// Draws a code: every code of the format is equally likely.
    ///
    /// `fill` is the operating system's generator; tests give another.
    pub(crate) fn draw(
        format: CodeFormat,
        mut fill: impl FnMut(&mut [u8]) -> Result<(), BackendError>,
    ) -> Result<Self, BackendError> {
        let symbols = format.symbols();
        // A byte at or above the largest multiple of the alphabet's size would favour the first symbols.
        let fair = 256 - 256 % symbols.len();
        let mut code = Zeroizing::new(String::with_capacity(format.length()));
        let mut drawn = Zeroizing::new([0; 16]);
        while code.len() < format.length() {
            fill(&mut drawn[..])?;
            let missing = format.length() - code.len();
            let drawn = drawn.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < fair);
            code.extend(drawn.take(missing).map(|byte| char::from(symbols[byte % symbols.len()])));
        }
        Ok(Self(code))
    }

    /// The code in the spelling of `format`, or `None` where it is not of that format.
    pub(crate) fn in_format(&self, format: CodeFormat) -> Option<Zeroizing<String>> {
        let mut spelled = Zeroizing::new(String::with_capacity(self.0.len()));
        spelled.extend(self.0.chars().map(|c| match (format.alphabet, c) {
            (Alphabet::Letters, 'O') => '0',
            (Alphabet::Letters, 'I' | 'L') => '1',
            _ => c,
        }));
        let fits = spelled.len() == format.length() && spelled.bytes().all(|c| format.symbols().contains(&c));
        fits.then_some(spelled)
    }

    /// The characters, to be put into a message.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

/// Why a code was refused. It tells nothing about whether the contact is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CodeProblem {
    /// It cannot be a code: it has other characters or another length. It cost no try.
    #[error("this is not a code: it has another length or other characters")]
    Malformed,
    /// It is not the code, or the account is no longer what it was when the code was asked for.
    #[error("the code is wrong")]
    Wrong {
        /// How many more tries this code has.
        tries_left: u32,
    },
    /// All tries are used. A new code can be asked for.
    #[error("the code was tried too often: ask for a new one")]
    TriesExhausted,
    /// The code has expired or was used, or the handle is damaged. A new code can be asked for.
    #[error("the code has expired: ask for a new one")]
    Expired,
    /// The code cannot be sent again: it was sent as often as it may be, or too little of its life is left, or it is
    /// used up. One that arrived may still work.
    #[error("the code cannot be sent again: use the one that arrived, or ask for a new one")]
    NotSentAgain,
}

#[cfg(test)]
mod tests;
