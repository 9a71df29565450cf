//! Phone numbers in E.164 form.

use std::fmt;

use super::ContactProblem;
use super::calling_code::{CallingCode, TrunkZero};
use super::trimmed;
use crate::typed::{decimal_digit, is_control, is_dash, is_invisible};

/// What tells the canonical form from an e-mail address's.
const KIND: &str = "phone:";

/// A phone number in E.164 form: `+`, an assigned calling code and the rest, 7 to 15 digits together.
///
/// Whether the number is in use is not known; that is what a code proves.
///
/// # Examples
///
/// ```
/// use vestibule::{CallingCode, PhoneNumber};
///
/// let number = PhoneNumber::parse("412 34 567", CallingCode::NORWAY)?;
/// assert_eq!(number.as_str(), "+4741234567");
/// assert!(PhoneNumber::parse("412O4567", CallingCode::NORWAY).is_err(), "a letter O is no zero");
/// # Ok::<(), vestibule::contact::ContactProblem>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber {
    /// The number behind [`KIND`], as limits and stores ask for it at every turn.
    key: String,
    calling_code: CallingCode,
}

/// What kind of line a number belongs to, as far as its digits tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LineKind {
    /// A mobile phone, which receives text messages.
    Mobile,
    /// A landline, a service or a premium number: not to be sent a code.
    NotMobile,
    /// The digits do not tell. Only Norway's numbering plan is known here.
    Unknown,
}

impl PhoneNumber {
    /// Parses what a person typed. A number without calling code gets `default`.
    ///
    /// Spaces, hyphens, dashes, full stops, brackets and invisible characters between the digits are removed, `00`
    /// in front becomes `+`, and decimal digits of other scripts become ASCII. A trunk zero is removed where the
    /// numbering plan is known to have one, and refused where that is not known.
    ///
    /// # Errors
    ///
    /// The [`ContactProblem`] says what was refused. Letters are, rather than dropped: without its O, `412O4567`
    /// would be somebody else's number.
    pub fn parse(typed: &str, default: CallingCode) -> Result<Self, ContactProblem> {
        let (international, digits) =
            international_or_national(trimmed(typed, ContactProblem::NoPhoneNumber)?)?;
        let code = if international { CallingCode::leading(&digits)? } else { default };
        let national = if international { digits.get(code.digits()..).unwrap_or_default() } else { &digits };
        let significant = match (national.strip_prefix('0'), code.trunk_zero()) {
            (Some(rest), TrunkZero::Dropped) => rest,
            // Whoever types the calling code knows what follows it: in some countries a zero does.
            (Some(_), TrunkZero::NotKnown) if !international => return Err(ContactProblem::NotAPhoneNumber),
            _ => national,
        };
        Self::from_e164(&format!("{code}{significant}"))
    }

    /// Takes a number that is in E.164 form already, such as one that was stored.
    ///
    /// # Errors
    ///
    /// [`ContactProblem::NotAPhoneNumber`] or [`ContactProblem::UnknownCallingCode`].
    pub fn from_e164(number: &str) -> Result<Self, ContactProblem> {
        let digits = number.strip_prefix('+').ok_or(ContactProblem::NotAPhoneNumber)?;
        if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ContactProblem::NotAPhoneNumber);
        }
        let calling_code = CallingCode::leading(digits)?;
        let national = digits.get(calling_code.digits()..).unwrap_or_default();
        // With its trunk zero, a number would have a second form.
        let has_trunk_zero =
            national.starts_with('0') && matches!(calling_code.trunk_zero(), TrunkZero::Dropped);
        let has_wrong_length = calling_code == CallingCode::NORWAY && national.len() != 8;
        if has_trunk_zero || has_wrong_length {
            return Err(ContactProblem::NotAPhoneNumber);
        }
        Ok(Self { key: format!("{KIND}{number}"), calling_code })
    }

    /// The number in E.164 form, such as `+4741234567`. This is also its canonical form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.key.strip_prefix(KIND).unwrap_or_default()
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// The calling code, for an allow-list.
    #[must_use]
    pub const fn calling_code(&self) -> CallingCode {
        self.calling_code
    }

    /// What kind of line the number belongs to.
    ///
    /// Norwegian mobile numbers have eight digits and begin with 4 or 9. Numbers under the international codes for
    /// free-phone, shared-cost and premium services are never mobile.
    #[must_use]
    pub fn line_kind(&self) -> LineKind {
        match self.calling_code {
            CallingCode::NORWAY if self.as_str().starts_with("+474") || self.as_str().starts_with("+479") => {
                LineKind::Mobile
            }
            CallingCode::NORWAY => LineKind::NotMobile,
            code if matches!(code.as_number(), 800 | 808 | 979) => LineKind::NotMobile,
            _ => LineKind::Unknown,
        }
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(..)")
    }
}

/// Whether there is an international prefix, and the digits after it.
fn international_or_national(typed: &str) -> Result<(bool, String), ContactProblem> {
    let mut international = false;
    let mut digits = String::new();
    for c in typed.chars() {
        if let Some(digit) = decimal_digit(c) {
            digits.push(digit);
        } else if c.is_alphabetic() {
            return Err(ContactProblem::LetterInNumber);
        } else if is_control(c) {
            return Err(ContactProblem::ForbiddenCharacter);
        } else if matches!(c, '+' | '\u{FF0B}') && !international && digits.is_empty() {
            international = true;
        } else if !(is_separator(c) || is_invisible(c)) {
            return Err(ContactProblem::NotAPhoneNumber);
        }
    }
    match digits.strip_prefix("00") {
        Some(rest) if !international => Ok((true, rest.to_owned())),
        _ => Ok((international, digits)),
    }
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || is_dash(c) || matches!(c, '.' | '(' | ')' | '\u{FF08}' | '\u{FF09}' | '\u{FF0E}')
}
