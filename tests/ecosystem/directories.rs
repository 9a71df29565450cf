//! The directories on Diesel and SeaORM keep the contract of the port. That on sqlx does in `own_user_table`.

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Error, Pool};
use diesel::sqlite::SqliteConnection;
use sea_orm::SqlxSqliteConnector;
use vestibule::account::{Account, AccountId, CredentialChange, CredentialVersion, Registration};
use vestibule::adapters::sqlite::connect_options;
use vestibule::contract::ManagedDirectory;
use vestibule::ports::{Found, UserDirectory};
use vestibule::{BackendError, Contact, PasswordHash, async_trait};

use crate::database::Database;
use crate::guide::diesel::DieselMembers;
use crate::guide::sea_orm::SeaOrmMembers;
use crate::own_user_table::{Members, TABLES};

/// A directory as the library sees it, and the application's own part beside it.
#[derive(Debug)]
pub struct Managed<D> {
    directory: D,
    application: Members,
}

#[async_trait]
impl<D: UserDirectory> UserDirectory for Managed<D> {
    async fn find(&self, contact: &Contact) -> Result<Found, BackendError> {
        self.directory.find(contact).await
    }

    async fn get(&self, id: &AccountId) -> Result<Option<Account>, BackendError> {
        self.directory.get(id).await
    }

    async fn replace_credential(
        &self,
        id: &AccountId,
        expected: &CredentialVersion,
        change: &CredentialChange,
    ) -> Result<Option<CredentialVersion>, BackendError> {
        self.directory.replace_credential(id, expected, change).await
    }

    async fn replace_hash(
        &self,
        id: &AccountId,
        expected: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, BackendError> {
        self.directory.replace_hash(id, expected, new).await
    }
}

#[async_trait]
impl<D: UserDirectory> ManagedDirectory for Managed<D> {
    async fn register(&self, registration: Registration) -> AccountId {
        self.application.register(registration).await
    }

    async fn suspend(&self, id: &AccountId) {
        self.application.suspend(id).await;
    }

    async fn resume(&self, id: &AccountId) {
        self.application.resume(id).await;
    }

    async fn replace_contacts(&self, id: &AccountId, contacts: Vec<Contact>) {
        self.application.replace_contacts(id, contacts).await;
    }
}

/// How an application opens SQLite under Diesel: whoever writes waits for another writer.
#[derive(Debug)]
struct Patient;

impl CustomizeConnection<SqliteConnection, Error> for Patient {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), Error> {
        connection.batch_execute("pragma busy_timeout = 5000").map_err(Error::QueryError)
    }
}

async fn on_diesel() -> Managed<DieselMembers> {
    let path = Database::path_to_keep();
    let pool = sqlx::SqlitePool::connect_lazy_with(connect_options(&path));
    sqlx::raw_sql(TABLES).execute(&pool).await.unwrap();
    let connections = Pool::builder().max_size(8).min_idle(Some(0)).connection_customizer(Box::new(Patient));
    let directory = DieselMembers(connections.build(ConnectionManager::new(path.to_str().unwrap())).unwrap());
    Managed { directory, application: Members(pool) }
}

/// The directory alone, with somebody in it: what made it has ended.
pub fn on_diesel_without_a_runtime(registration: Registration) -> DieselMembers {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let managed = on_diesel().await;
        managed.register(registration).await;
        managed.application.0.close().await;
        managed.directory
    })
}

async fn on_sea_orm() -> Managed<SeaOrmMembers> {
    let pool = sqlx::SqlitePool::connect_lazy_with(connect_options(Database::path_to_keep()));
    sqlx::raw_sql(TABLES).execute(&pool).await.unwrap();
    let connection = SqlxSqliteConnector::from_sqlx_sqlite_pool(pool.clone());
    Managed { directory: SeaOrmMembers(connection), application: Members(pool) }
}

mod diesel_members {
    vestibule::contract::user_directory!(super::on_diesel());
}

mod sea_orm_members {
    vestibule::contract::user_directory!(super::on_sea_orm());
}
