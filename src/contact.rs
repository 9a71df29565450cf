//! How a person is reached: e-mail addresses and phone numbers, parsed once and comparable from then on.
//!
//! What a person types is parsed at the door; inside, an [`EmailAddress`] or a [`PhoneNumber`] is its own proof of
//! being well formed. Two contacts are compared by their *canonical* form, and messages go to the spelling that the
//! directory holds: a look-alike that compares equal can at worst ask for a code that somebody else receives.
//!
//! All three types are personal data. Their [`Debug`](fmt::Debug) form is redacted, and they have neither
//! `Display` nor serde, so that they reach a log only where the application puts them there.

mod calling_code;
mod domain;
mod email;
mod phone;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::calling_code::CallingCode;
pub use self::email::EmailAddress;
pub use self::phone::{LineKind, PhoneNumber};
use crate::typed::is_invisible;

/// Where a code or a notice can go: an e-mail address or a phone number.
///
/// It has no `==`, because an e-mail address has two forms and a comparison must say which it means:
/// [`is_same_as`](Self::is_same_as) and [`canonical`](Self::canonical) do.
#[derive(Clone)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a directory looks up every kind: one that is added must not be overlooked"
)]
pub enum Contact {
    /// An e-mail address.
    Email(EmailAddress),
    /// A phone number.
    Phone(PhoneNumber),
}

/// The way a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(
    clippy::exhaustive_enums,
    reason = "a sender serves every channel: one that is added must not be overlooked"
)]
pub enum Channel {
    /// By e-mail; written `email`.
    Email,
    /// By text message; written `sms`.
    Sms,
}

/// Why an e-mail address or a phone number was refused.
///
/// It never holds what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContactProblem {
    /// Nothing was typed, or only white space, where an e-mail address is asked for.
    #[error("no e-mail address was typed")]
    NoEmailAddress,
    /// Nothing was typed, or only white space, where a phone number is asked for.
    #[error("no phone number was typed")]
    NoPhoneNumber,
    /// The whole is longer than `limit` octets.
    #[error("longer than {limit} octets")]
    TooLong {
        /// The greatest length that is accepted, in octets.
        limit: u16,
    },
    /// It holds a control character, a line break, an invisible character, or a character that is another way to
    /// write an ASCII one.
    #[error("holds a character that is never part of a contact")]
    ForbiddenCharacter,
    /// It is not of the form `name@example.org`.
    #[error("not an e-mail address")]
    NotAnEmailAddress,
    /// It holds more than one address.
    #[error("more than one e-mail address")]
    SeveralAddresses,
    /// It holds angle brackets, as in `Ola <ola@example.org>`.
    #[error("an e-mail address with a display name")]
    DisplayName,
    /// The part before the `@` holds a quotation mark.
    #[error("a quoted local part, which is not supported")]
    QuotedLocalPart,
    /// The first character is a hyphen, which a program might take for an option.
    #[error("an e-mail address that begins with a hyphen")]
    LeadingHyphen,
    /// The part before the `@` is longer than `limit` octets.
    #[error("a local part longer than {limit} octets")]
    LocalPartTooLong {
        /// The greatest length that is accepted, in octets.
        limit: u16,
    },
    /// The part before the `@` is not ASCII; see [`EmailAddress::parse_internationalised`].
    #[error("an internationalised local part, which is not accepted here")]
    InternationalisedLocalPart,
    /// The part after the `@` is longer than `limit` octets.
    #[error("a domain longer than {limit} octets")]
    DomainTooLong {
        /// The greatest length that is accepted, in octets.
        limit: u16,
    },
    /// The part after the `@` is not ASCII, and this build is without the feature `idn`. The form with A-labels
    /// (`xn--..`) is accepted.
    #[error("an internationalised domain: type its form with xn-- labels, or build with the feature `idn`")]
    InternationalisedDomain,
    /// The part after the `@` is not the name of a domain under a top-level domain.
    #[error("not a domain name")]
    NotADomain,
    /// The part after the `@` is a network address.
    #[error("a network address in the place of a domain name")]
    AddressLiteral,
    /// It has a letter among the digits, perhaps an O for a zero.
    #[error("a letter in a phone number")]
    LetterInNumber,
    /// It is not a phone number of 7 to 15 digits, or not one of the length that its country has.
    #[error("not a phone number")]
    NotAPhoneNumber,
    /// The number does not begin with a calling code that the ITU has assigned.
    #[error("not an assigned calling code")]
    UnknownCallingCode,
    /// A stored contact is not in the canonical form that this library writes.
    #[error("not a contact in canonical form")]
    NotCanonical,
}

/// More than this is refused unread, so that the work on one field is bounded. In octets.
const LONGEST_INPUT: usize = 1_024;

/// Removes white space and invisible characters on both sides, which come along when people paste. Where nothing is left,
/// that is `nothing`.
fn trimmed(typed: &str, nothing: ContactProblem) -> Result<&str, ContactProblem> {
    if typed.len() > LONGEST_INPUT {
        return Err(ContactProblem::TooLong { limit: LONGEST_INPUT as u16 });
    }
    let trimmed = typed.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
    if trimmed.is_empty() { Err(nothing) } else { Ok(trimmed) }
}

impl Contact {
    /// Rebuilds a contact from its [canonical](Self::canonical) form, for stores.
    ///
    /// The spelling of a rebuilt e-mail address is the canonical one.
    ///
    /// # Errors
    ///
    /// [`ContactProblem::NotCanonical`] where `canonical` never returned this text.
    pub fn from_canonical(canonical: &str) -> Result<Self, ContactProblem> {
        let contact: Self = match canonical.split_once(':') {
            Some(("email", address)) => EmailAddress::parse_internationalised(address)
                .map_err(|_| ContactProblem::NotCanonical)?
                .into(),
            Some(("phone", number)) => {
                PhoneNumber::from_e164(number).map_err(|_| ContactProblem::NotCanonical)?.into()
            }
            _ => return Err(ContactProblem::NotCanonical),
        };
        if contact.key() == canonical { Ok(contact) } else { Err(ContactProblem::NotCanonical) }
    }

    /// The text by which contacts are compared and looked up, unique over both kinds: `email:` and the
    /// [canonical address](EmailAddress::canonical), or `phone:` and the number in E.164 form.
    #[must_use]
    pub fn canonical(&self) -> String {
        self.key().to_owned()
    }

    /// The [canonical](Self::canonical) form without a copy of it.
    pub(crate) fn key(&self) -> &str {
        match self {
            Self::Email(address) => address.key(),
            Self::Phone(number) => number.key(),
        }
    }

    /// The spelling, to be shown or written to: an e-mail address as it was typed or registered, a number in E.164 form.
    /// Compare by [`canonical`](Self::canonical).
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email(address) => address.as_str(),
            Self::Phone(number) => number.as_str(),
        }
    }

    /// Whether both are the same contact, however each is spelt.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Email(one), Self::Email(two)) => one.is_same_as(two),
            (Self::Phone(one), Self::Phone(two)) => one == two,
            (Self::Email(_), Self::Phone(_)) | (Self::Phone(_), Self::Email(_)) => false,
        }
    }

    /// The way a message to this contact travels.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Email(_) => Channel::Email,
            Self::Phone(_) => Channel::Sms,
        }
    }
}

impl From<EmailAddress> for Contact {
    fn from(address: EmailAddress) -> Self {
        Self::Email(address)
    }
}

impl From<PhoneNumber> for Contact {
    fn from(number: PhoneNumber) -> Self {
        Self::Phone(number)
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email(address) => address.fmt(f),
            Self::Phone(number) => number.fmt(f),
        }
    }
}

impl Channel {
    /// The name that rows, events and logs use; it does not change between releases.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
