use std::sync::Arc;

use async_trait::async_trait;

use crate::account::{AccountId, Registration};
use crate::contact::{Channel, Contact};
use crate::ports::UserDirectory;

/// Which contacts an account of a directory can have: the clauses give it no others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContactCapacity {
    /// Any number of e-mail addresses and telephone numbers, in any order.
    #[default]
    Any,
    /// One e-mail address, and after it one telephone number or none: a table of users with a column for each.
    EmailAndPhone,
    /// One e-mail address, and nothing else: a table of users with a column for that.
    Email,
}

impl ContactCapacity {
    /// As many of these as an account can have, in the order in which it has them.
    pub(super) fn fitting(self, contacts: Vec<Contact>) -> Vec<Contact> {
        if self == Self::Any {
            return contacts;
        }
        let (emails, phones): (Vec<_>, Vec<_>) =
            contacts.into_iter().partition(|contact| contact.channel() == Channel::Email);
        let phones = phones.into_iter().take(usize::from(self.has_phones()));
        emails.into_iter().take(1).chain(phones).collect()
    }

    pub(super) fn has_phones(self) -> bool {
        self != Self::Email
    }
}

/// A directory whose people can be managed, so that what follows from that can be tested.
///
/// Each of these does in the application's own way what its operators do, and panics where it cannot be done.
#[async_trait]
pub trait ManagedDirectory: UserDirectory {
    /// Enters a person whose account is not activated yet.
    async fn register(&self, registration: Registration) -> AccountId;

    /// Closes an account.
    async fn suspend(&self, id: &AccountId);

    /// Opens an account that was closed.
    async fn resume(&self, id: &AccountId);

    /// Gives an account these contacts instead of those that it had.
    async fn replace_contacts(&self, id: &AccountId, contacts: Vec<Contact>);

    /// Which contacts an account can have. A directory that says nothing takes [any](ContactCapacity::Any).
    fn capacity(&self) -> ContactCapacity {
        ContactCapacity::default()
    }
}

#[async_trait]
impl<T: ManagedDirectory + ?Sized> ManagedDirectory for Arc<T> {
    async fn register(&self, registration: Registration) -> AccountId {
        (**self).register(registration).await
    }

    async fn suspend(&self, id: &AccountId) {
        (**self).suspend(id).await;
    }

    async fn resume(&self, id: &AccountId) {
        (**self).resume(id).await;
    }

    async fn replace_contacts(&self, id: &AccountId, contacts: Vec<Contact>) {
        (**self).replace_contacts(id, contacts).await;
    }

    fn capacity(&self) -> ContactCapacity {
        (**self).capacity()
    }
}
