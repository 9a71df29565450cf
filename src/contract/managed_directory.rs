use std::sync::Arc;

use async_trait::async_trait;

use crate::account::{AccountId, Registration};
use crate::contact::Contact;
use crate::ports::UserDirectory;

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
}
