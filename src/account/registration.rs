//! Entering a person into one of this crate's own directories.

use std::fmt;

use thiserror::Error;

use crate::contact::{Contact, EmailAddress};
use crate::error::BackendError;
use crate::locale::Locale;

/// A person to be entered into one of this crate's own directories.
///
/// # Examples
///
/// ```
/// use vestibule::account::Registration;
/// use vestibule::{CallingCode, EmailAddress, Locale, PhoneNumber};
///
/// let kari = Registration::new(EmailAddress::parse("kari@example.no")?)
///     .contact(PhoneNumber::parse("412 34 567", CallingCode::NORWAY)?)
///     .name("Kari Nordmann")
///     .locale(Locale::NORWEGIAN);
/// # Ok::<(), vestibule::contact::ContactProblem>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Registration {
    /// The e-mail addresses and mobile numbers, the main one first.
    pub contacts: Vec<Contact>,
    /// The person's name, where it is known.
    pub name: Option<String>,
    /// The language to write in, where it is known.
    pub locale: Option<Locale>,
}

impl Registration {
    /// A person with one contact.
    #[must_use]
    pub fn new(contact: impl Into<Contact>) -> Self {
        Self { contacts: vec![contact.into()], name: None, locale: None }
    }

    /// Adds a contact.
    #[must_use]
    pub fn contact(mut self, contact: impl Into<Contact>) -> Self {
        self.contacts.push(contact.into());
        self
    }

    /// Gives the name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Gives the language.
    #[must_use]
    pub fn locale(mut self, locale: Locale) -> Self {
        self.locale = Some(locale);
        self
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").field("contacts", &self.contacts.len()).finish_non_exhaustive()
    }
}

/// Why a person was not entered, or a person's contacts not replaced. Nothing was changed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RegistrationProblem {
    /// Another account has this e-mail address. It is what one logs in with, so it can name one account only; a phone
    /// number may be shared.
    #[error("the e-mail address is registered already")]
    EmailTaken(EmailAddress),
    /// There is no contact: a person who cannot be reached could never activate the account.
    #[error("neither an e-mail address nor a phone number is given")]
    NoContact,
    /// The directory could not be asked.
    #[error(transparent)]
    Backend(#[from] BackendError),
}
