//! What the contract suite does to a directory, done to this one.

#![expect(clippy::unwrap_used, reason = "this is for tests: a clause that cannot be tried panics")]

use async_trait::async_trait;

use crate::account::{AccountId, Registration};
use crate::contact::Contact;
use crate::contract::ManagedDirectory;

use super::PostgresDirectory;

#[async_trait]
impl ManagedDirectory for PostgresDirectory {
    async fn register(&self, registration: Registration) -> AccountId {
        Self::register(self, registration).await.unwrap()
    }

    async fn suspend(&self, id: &AccountId) {
        assert!(Self::suspend(self, id).await.unwrap());
    }

    async fn resume(&self, id: &AccountId) {
        assert!(Self::resume(self, id).await.unwrap());
    }

    async fn replace_contacts(&self, id: &AccountId, contacts: Vec<Contact>) {
        assert!(Self::replace_contacts(self, id, contacts).await.unwrap());
    }
}
