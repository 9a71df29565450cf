//! Why one of this crate's own directories did not enter a person.

use thiserror::Error;

use crate::contact::EmailAddress;
use crate::error::BackendError;

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
