//! Who an account belongs to, what state it is in, and which credential it has now.

mod record;
mod registration;

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

pub use self::record::{AccountRecord, RestoreProblem, Restored};
pub use self::registration::{Registration, RegistrationProblem};
use crate::contact::Contact;
use crate::error::BackendError;
use crate::hasher::PasswordHash;
use crate::locale::Locale;
use crate::random;

/// The directory's own name for an account: opaque to this library, never shown to a person who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(String);

impl AccountId {
    /// Names an account as its directory does: a number, a UUID, a slug.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The directory's spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which password, state and contacts an account has: a new one replaces it whenever one of these changes.
///
/// Keep it in a session and ask [`is_current`](crate::AccountService::is_current) at each request, so that the
/// session dies when the password changes or the account is suspended. It is opaque, is no secret, and is never
/// used twice for one account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CredentialVersion(String);

impl CredentialVersion {
    /// Makes one from 128 random bits, as 32 hexadecimal digits.
    ///
    /// Random rather than counted, so that a restored backup revives no session and no code.
    ///
    /// # Errors
    ///
    /// When the operating system's random number generator fails.
    pub fn random() -> Result<Self, BackendError> {
        Ok(Self(format!("{:032x}", u128::from_be_bytes(random::bytes()?))))
    }

    /// Rebuilds one that a directory or a session kept.
    #[must_use]
    pub fn from_stored(stored: impl Into<String>) -> Self {
        Self(stored.into())
    }

    /// The text to keep.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where an account is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "every flow must decide about every state")]
pub enum AccountState {
    /// Registered, and never activated: there is no password yet.
    Pending,
    /// In use.
    Active,
    /// Closed by the operator, for now or for ever. No code and no password opens it.
    Suspended,
}

/// An account as its directory holds it.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "directories rebuild it from their rows")]
pub struct Account {
    /// The directory's name for it.
    pub id: AccountId,
    /// Where it is in its life.
    pub state: AccountState,
    /// The version of everything that a session or a code depends on.
    pub credential_version: CredentialVersion,
    /// The stored password hash, where there is one.
    pub password: Option<PasswordHash>,
    /// Every registered e-mail address and mobile number, in the spelling that messages are sent to, the main one
    /// first.
    pub contacts: Vec<Contact>,
    /// The person's name, where it is known. It is used for one thing: to refuse it as a password.
    pub name: Option<String>,
    /// The language the person is written to in, where it is known.
    pub locale: Option<Locale>,
}

impl Account {
    /// The registered contact that is the same as `typed`, in the directory's spelling.
    pub(crate) fn registered(&self, typed: &Contact) -> Option<&Contact> {
        self.contacts.iter().find(|registered| registered.is_same_as(typed))
    }

    /// The registered e-mail addresses: the names the person can log in with, the main one first.
    pub fn log_in_names(&self) -> impl Iterator<Item = &Contact> {
        self.contacts.iter().filter(|contact| matches!(contact, Contact::Email(_)))
    }
}

/// Contacts and names are personal data: only the id, the state and the version are printed.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("state", &self.state)
            .field("credential_version", &self.credential_version)
            .finish_non_exhaustive()
    }
}

/// How a password came to be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "texts and directories must decide about every way")]
pub enum PasswordChange {
    /// The first password, chosen with an activation code.
    Activated,
    /// A new password, chosen with a recovery code.
    Recovered,
    /// A new password, chosen with the old one.
    Changed,
}

/// What a directory writes when a password is set.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "directories take it apart")]
pub struct CredentialChange {
    /// The hash of the new password.
    pub password: PasswordHash,
    /// How it came to be set.
    pub how: PasswordChange,
    /// The contact whose code was redeemed, which the person has thereby shown to be theirs.
    pub proven: Option<Contact>,
    /// When.
    pub at: OffsetDateTime,
}
