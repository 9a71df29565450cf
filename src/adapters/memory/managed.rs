//! The directory, managed by the contract suite.

#![expect(clippy::unwrap_used, reason = "a suite that cannot manage its directory panics")]

use async_trait::async_trait;

use super::MemoryDirectory;
use crate::account::{AccountId, Registration};
use crate::contact::Contact;
use crate::contract::ManagedDirectory;

#[async_trait]
impl ManagedDirectory for MemoryDirectory {
    async fn register(&self, registration: Registration) -> AccountId {
        Self::register(self, registration).unwrap()
    }

    async fn suspend(&self, id: &AccountId) {
        assert!(Self::suspend(self, id).unwrap());
    }

    async fn resume(&self, id: &AccountId) {
        assert!(Self::resume(self, id).unwrap());
    }

    async fn replace_contacts(&self, id: &AccountId, contacts: Vec<Contact>) {
        assert!(Self::replace_contacts(self, id, contacts).unwrap());
    }
}
