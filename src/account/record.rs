//! A whole account, on its way from one of this crate's own directories to another.

use thiserror::Error;
use time::OffsetDateTime;

use super::Account;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
use crate::contact::Contact;
use crate::contact::EmailAddress;
use crate::error::BackendError;

/// Everything that one of this crate's own directories holds of an account: what moves it to another database, with its
/// id, its password hash and its credential version, so that sessions and device tokens live on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AccountRecord {
    /// The account.
    pub account: Account,
    /// For each of its contacts, in their order: when it was last shown to be the person's, if ever.
    pub proven_at: Vec<Option<OffsetDateTime>>,
    /// When it was registered.
    pub created_at: OffsetDateTime,
    /// When its state, its password or its contacts were last changed.
    pub changed_at: OffsetDateTime,
    /// When it was first activated, if ever.
    pub activated_at: Option<OffsetDateTime>,
}

impl AccountRecord {
    /// A record of an account that was registered at a time, and not changed since. The rest are public fields.
    #[must_use]
    pub const fn new(account: Account, created_at: OffsetDateTime) -> Self {
        Self { account, proven_at: Vec::new(), created_at, changed_at: created_at, activated_at: None }
    }
}

/// What the directories that restore records ask of them.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
impl AccountRecord {
    /// Whether both say the same of one account. A hash that was renewed, or a contact that was proven again, is a
    /// difference.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        let (a, b) = (&self.account, &other.account);
        let same_password = match (&a.password, &b.password) {
            (Some(one), Some(another)) => one.is_same_as(another),
            (one, another) => one.is_none() && another.is_none(),
        };
        same_password
            && (&a.id, a.state, &a.credential_version, &a.name, &a.locale)
                == (&b.id, b.state, &b.credential_version, &b.name, &b.locale)
            && a.contacts.iter().map(Contact::as_str).eq(b.contacts.iter().map(Contact::as_str))
            && (self.created_at, self.changed_at, self.activated_at)
                == (other.created_at, other.changed_at, other.activated_at)
            && self.proofs().eq(other.proofs())
    }

    /// One for each contact, whatever length the list has.
    pub(crate) fn proofs(&self) -> impl Iterator<Item = Option<OffsetDateTime>> {
        (0..self.account.contacts.len()).map(|place| self.proven_at.get(place).copied().flatten())
    }
}

/// What came of restoring an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Restored {
    /// It is here now.
    Entered,
    /// It was here, and is the same.
    WasHere,
}

/// Why an account was not restored. Nothing of it was written, and what is here stays as it is.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RestoreProblem {
    /// An account with this id is here, and is not the same: it was changed in one of the two places.
    #[error("an account with this id is here already, and differs")]
    Differs,
    /// Another account here has this e-mail address.
    #[error("another account has the e-mail address")]
    EmailTaken(EmailAddress),
    /// The directory could not be asked.
    #[error(transparent)]
    Backend(#[from] BackendError),
}
