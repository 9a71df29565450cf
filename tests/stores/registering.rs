//! What the directories on SQL have beyond the port: an operator's part.

use vestibule::account::{Registration, RegistrationProblem};
use vestibule::error::BackendError;
use vestibule::ports::UserDirectory;
use vestibule::{Account, AccountId, Contact};

pub(crate) trait Registering: UserDirectory {
    async fn register(&self, registration: Registration) -> Result<AccountId, RegistrationProblem>;
    async fn register_all(
        &self,
        registrations: Vec<Registration>,
    ) -> Result<Vec<Result<AccountId, RegistrationProblem>>, BackendError>;
    async fn replace_contacts(
        &self,
        id: &AccountId,
        contacts: Vec<Contact>,
    ) -> Result<bool, RegistrationProblem>;
    async fn suspend(&self, id: &AccountId) -> Result<bool, BackendError>;
    async fn resume(&self, id: &AccountId) -> Result<bool, BackendError>;
    async fn accounts_after(&self, id: Option<&AccountId>, limit: u32) -> Result<Vec<Account>, BackendError>;
}

macro_rules! registering {
    ($directory:ty) => {
        impl Registering for $directory {
            async fn register(&self, registration: Registration) -> Result<AccountId, RegistrationProblem> {
                self.register(registration).await
            }

            async fn register_all(
                &self,
                registrations: Vec<Registration>,
            ) -> Result<Vec<Result<AccountId, RegistrationProblem>>, BackendError> {
                self.register_all(registrations).await
            }

            async fn replace_contacts(
                &self,
                id: &AccountId,
                contacts: Vec<Contact>,
            ) -> Result<bool, RegistrationProblem> {
                self.replace_contacts(id, contacts).await
            }

            async fn suspend(&self, id: &AccountId) -> Result<bool, BackendError> {
                self.suspend(id).await
            }

            async fn resume(&self, id: &AccountId) -> Result<bool, BackendError> {
                self.resume(id).await
            }

            async fn accounts_after(
                &self,
                id: Option<&AccountId>,
                limit: u32,
            ) -> Result<Vec<Account>, BackendError> {
                self.accounts_after(id, limit).await
            }
        }
    };
}

registering!(vestibule::adapters::sqlite::SqliteDirectory);
registering!(vestibule::adapters::postgres::PostgresDirectory);
