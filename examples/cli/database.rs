//! The database that everything is kept in, whichever it is: one value over the two adapters.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use vestibule::account::{AccountRecord, Registration, RegistrationProblem, RestoreProblem, Restored};
use vestibule::adapters::postgres::{self, PostgresCodes, PostgresDirectory, PostgresThrottle};
use vestibule::adapters::sqlite::{self, SqliteCodes, SqliteDirectory, SqliteThrottle};
use vestibule::error::BackendError;
use vestibule::ports::{CodeStore, Found, ThrottleStore, UserDirectory};
use vestibule::{Account, AccountId, Contact};

use crate::address::Address;
use crate::failure::{Failure, advice};
use crate::keys;
use crate::words::Words;

/// How long a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// A database that is open and up to date.
#[derive(Clone, Debug)]
pub enum Database {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// Does the same on either directory.
macro_rules! directory {
    ($self:ident, $directory:ident => $work:expr) => {
        match $self {
            Self::Sqlite(pool) => {
                let $directory = SqliteDirectory::new(pool.clone());
                $work
            }
            Self::Postgres(pool) => {
                let $directory = PostgresDirectory::new(pool.clone());
                $work
            }
        }
    };
}

impl Database {
    /// Opens it, and makes what is missing: a SQLite file, and the tables. A PostgreSQL database must be there.
    pub async fn open(address: &Address, words: Words) -> Result<Self, Failure> {
        let cannot = |reason: String| Failure::Told(words.cannot_use_database(address, &reason));
        let migrated = match address {
            Address::Sqlite(path) => {
                // SQLite would let everybody read it: it holds addresses and password hashes.
                let made = keys::private().create(true).truncate(false).open(path);
                made.map_err(|error| cannot(error.to_string()))?;
                let options = SqlitePoolOptions::new().max_connections(4).acquire_timeout(PATIENCE);
                let pool = options.connect_with(sqlite::connect_options(path)).await;
                let pool = pool.map_err(|error| cannot(error.to_string()))?;
                sqlite::migrate(&pool).await.map(|()| Self::Sqlite(pool))
            }
            Address::Postgres(options) => {
                let pool = PgPoolOptions::new().max_connections(4).acquire_timeout(PATIENCE);
                let pool = pool.connect_lazy_with((**options).clone());
                postgres::migrate(&pool).await.map(|()| Self::Postgres(pool))
            }
        };
        migrated.map_err(|error| cannot(advice(&error)))
    }

    pub fn directory(&self) -> Arc<dyn UserDirectory> {
        directory!(self, directory => Arc::new(directory))
    }

    pub fn codes(&self) -> Arc<dyn CodeStore> {
        match self {
            Self::Sqlite(pool) => Arc::new(SqliteCodes::new(pool.clone())),
            Self::Postgres(pool) => Arc::new(PostgresCodes::new(pool.clone())),
        }
    }

    pub fn throttle(&self) -> Arc<dyn ThrottleStore> {
        match self {
            Self::Sqlite(pool) => Arc::new(SqliteThrottle::new(pool.clone())),
            Self::Postgres(pool) => Arc::new(PostgresThrottle::new(pool.clone())),
        }
    }

    pub async fn register(&self, person: Registration) -> Result<AccountId, RegistrationProblem> {
        directory!(self, directory => directory.register(person).await)
    }

    pub async fn register_all(
        &self,
        people: Vec<Registration>,
    ) -> Result<Vec<Result<AccountId, RegistrationProblem>>, BackendError> {
        directory!(self, directory => directory.register_all(people).await)
    }

    pub async fn find(&self, contact: &Contact) -> Result<Found, BackendError> {
        directory!(self, directory => directory.find(contact).await)
    }

    pub async fn accounts_after(
        &self,
        last: Option<&AccountId>,
        limit: u32,
    ) -> Result<Vec<Account>, BackendError> {
        directory!(self, directory => directory.accounts_after(last, limit).await)
    }

    pub async fn suspend(&self, id: &AccountId) -> Result<bool, BackendError> {
        directory!(self, directory => directory.suspend(id).await)
    }

    pub async fn resume(&self, id: &AccountId) -> Result<bool, BackendError> {
        directory!(self, directory => directory.resume(id).await)
    }

    pub async fn records_after(
        &self,
        last: Option<&AccountId>,
        limit: u32,
    ) -> Result<Vec<AccountRecord>, BackendError> {
        directory!(self, directory => directory.records_after(last, limit).await)
    }

    pub async fn restore_all(
        &self,
        records: Vec<AccountRecord>,
    ) -> Result<Vec<Result<Restored, RestoreProblem>>, BackendError> {
        directory!(self, directory => directory.restore_all(records).await)
    }

    pub async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
