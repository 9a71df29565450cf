//! E-mail addresses: as registered, and as compared.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::{ContactProblem, domain, trimmed};
use crate::typed::{is_control, is_invisible};

/// The greatest length of the part before the `@`, in octets (RFC 5321, section 4.5.3.1.1).
const LONGEST_LOCAL_PART: usize = 64;
/// The greatest length of an address, in octets: a path has 256 with its angle brackets (RFC 5321, section
/// 4.5.3.1.3).
const LONGEST_ADDRESS: usize = 254;

/// What tells the canonical form from a phone number's.
const KIND: &str = "email:";

/// An e-mail address.
///
/// It keeps two forms. [`as_str`](Self::as_str) is the spelling that was registered: to some hosts, `Ola` and `ola`
/// are two people (RFC 5321, section 2.4), so messages go to that spelling and to no other.
/// [`canonical`](Self::canonical) is what addresses are looked up and compared by, since people type any case. Dots
/// and `+tags` are significant in both: only the host may say what they mean.
///
/// # Security
///
/// Nothing but case and composition is folded away. A letter that only looks like another one, or that
/// compatibility normalisation (NFKC) would turn into one, makes another address or none: never an ASCII one.
///
/// # Examples
///
/// ```
/// use vestibule::EmailAddress;
///
/// let address = EmailAddress::parse(" Kari.Nordmann@Example.no ")?;
/// assert_eq!(address.as_str(), "Kari.Nordmann@Example.no");
/// assert_eq!(address.canonical(), "kari.nordmann@example.no");
/// assert!(EmailAddress::parse("Kari <kari@example.no>").is_err());
/// # Ok::<(), vestibule::contact::ContactProblem>(())
/// ```
#[derive(Clone)]
pub struct EmailAddress {
    spelling: String,
    /// The canonical form behind [`KIND`], as limits and stores ask for it at every turn.
    key: String,
}

impl EmailAddress {
    /// Parses an address whose local part is ASCII; the domain may be internationalised, given the feature `idn`.
    ///
    /// White space and invisible characters around it are removed and the rest is normalised to NFC. Quoted local
    /// parts, network addresses, display names and lists are refused.
    ///
    /// # Errors
    ///
    /// The [`ContactProblem`] says what was refused.
    pub fn parse(typed: &str) -> Result<Self, ContactProblem> {
        let address = Self::parse_internationalised(typed)?;
        if address.is_internationalised() {
            return Err(ContactProblem::InternationalisedLocalPart);
        }
        Ok(address)
    }

    /// Parses an address whose local part may be in any script (RFC 6531).
    ///
    /// This is for services whose mail server speaks SMTPUTF8: without it, such an address cannot be written to.
    ///
    /// # Errors
    ///
    /// The [`ContactProblem`] says what was refused.
    pub fn parse_internationalised(typed: &str) -> Result<Self, ContactProblem> {
        let typed = trimmed(typed, ContactProblem::NoEmailAddress)?;
        // Before NFC, which turns the Kelvin sign into a K: afterwards nobody sees that it was not one.
        if typed.chars().any(|c| is_control(c) || is_invisible(c) || is_ascii_in_disguise(c)) {
            return Err(ContactProblem::ForbiddenCharacter);
        }
        let spelling: String = typed.nfc().collect();
        let (local_part, domain) = split(&spelling)?;
        let domain = domain::in_ascii(domain)?;

        let canonical_local_part: String = local_part.to_lowercase().nfc().collect();
        check_local_part(local_part)?;
        check_local_part(&canonical_local_part)?;
        let key = format!("{KIND}{canonical_local_part}@{domain}");
        let canonical = key.strip_prefix(KIND).unwrap_or_default();

        // The sending form differs from the canonical one in its local part, the spelling in its domain.
        let longest = spelling.len().max(local_part.len() + 1 + domain.len()).max(canonical.len());
        if longest > LONGEST_ADDRESS {
            return Err(ContactProblem::TooLong { limit: LONGEST_ADDRESS as u16 });
        }
        check_syntax(canonical)?;
        Ok(Self { spelling, key })
    }

    /// The address as it was registered, in NFC.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.spelling
    }

    /// The form by which addresses are compared and looked up: NFC, the local part in lower case, the domain as
    /// lower-case A-labels (RFC 5890). It parses to itself.
    #[must_use]
    pub fn canonical(&self) -> &str {
        self.key.strip_prefix(KIND).unwrap_or_default()
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// The form that a mail server is given: the local part as it was registered, the domain as A-labels, so that
    /// an internationalised domain needs no SMTPUTF8.
    #[must_use]
    pub fn for_sending(&self) -> String {
        format!("{}@{}", self.local_part(), self.domain())
    }

    /// The part before the `@`, as it was registered.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.spelling.split_once('@').map_or("", |(local_part, _)| local_part)
    }

    /// The part after the `@`, as lower-case A-labels.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.key.split_once('@').map_or("", |(_, domain)| domain)
    }

    /// Whether the local part is not ASCII, so that the mail server must speak SMTPUTF8.
    #[must_use]
    pub fn is_internationalised(&self) -> bool {
        !self.local_part().is_ascii()
    }

    /// Whether both are the same address, however each is spelt.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(..)")
    }
}

/// Whether NFC turns this character into an ASCII one, as it does with the Kelvin sign and the Greek question mark.
fn is_ascii_in_disguise(c: char) -> bool {
    !c.is_ascii() && std::iter::once(c).nfc().all(|c| c.is_ascii())
}

fn split(address: &str) -> Result<(&str, &str), ContactProblem> {
    if address.contains(['<', '>']) {
        return Err(ContactProblem::DisplayName);
    }
    let (local_part, domain) = address.rsplit_once('@').ok_or(ContactProblem::NotAnEmailAddress)?;
    // Before looking for a second address: inside quotation marks, an `@` or a comma is part of the first.
    if local_part.contains('"') {
        return Err(ContactProblem::QuotedLocalPart);
    }
    if local_part.contains('@') || address.contains([',', ';']) {
        return Err(ContactProblem::SeveralAddresses);
    }
    if local_part.is_empty() || domain.is_empty() {
        return Err(ContactProblem::NotAnEmailAddress);
    }
    Ok((local_part, domain))
}

fn check_local_part(local_part: &str) -> Result<(), ContactProblem> {
    if local_part.starts_with('-') {
        return Err(ContactProblem::LeadingHyphen);
    }
    if local_part.len() > LONGEST_LOCAL_PART {
        return Err(ContactProblem::LocalPartTooLong { limit: LONGEST_LOCAL_PART as u16 });
    }
    Ok(())
}

/// Checks what the rules above leave open: which ASCII characters and which dots there may be.
fn check_syntax(address: &str) -> Result<(), ContactProblem> {
    // The parser tests code points where the rule for non-ASCII characters is about octets, and so refuses many
    // scripts at random. Which of them are refused is decided above; here they stand in as letters.
    let structure: String = address.chars().map(|c| if c.is_ascii() { c } else { 'x' }).collect();
    let options =
        email_address::Options::default().without_display_text().without_domain_literal().with_required_tld();
    email_address::EmailAddress::parse_with_options(&structure, options)
        .map(|_| ())
        .map_err(|_| ContactProblem::NotAnEmailAddress)
}
