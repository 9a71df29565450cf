//! Where everything is kept, as `DATABASE_URL` and `REDIS_URL` say. Nothing outside this folder knows which database it is.

mod postgres;
mod redis;
mod sqlite;

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgPool;
use sqlx::sqlite::SqlitePool;
use vestibule::account::{Registration, RegistrationProblem};
use vestibule::adapters::postgres::{PostgresDirectory, PostgresMessages};
use vestibule::adapters::sqlite::{SqliteDirectory, SqliteMessages};
use vestibule::error::BackendError;
use vestibule::ports::{CodeStore, MessageQueue, ThrottleStore, UserDirectory};

use self::redis::Redis;

/// How long a request waits for a connection: a person waits no longer either.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where everything is kept.
#[derive(Clone)]
pub enum Address {
    /// A file, on SQLite.
    File(std::path::PathBuf),
    Postgres(Box<sqlx::postgres::PgConnectOptions>),
}

/// The database, and Redis where codes and counts are there.
#[derive(Clone, Debug)]
pub struct Database {
    /// For the tables of the portal's own.
    pub pool: Pool,
    /// A connection that no amount of work takes away from `/healthz`.
    health: Pool,
    redis: Option<Redis>,
}

/// Connections to one database.
#[derive(Clone, Debug)]
pub enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// Runs a statement that both databases understand. Placeholders are `$1`, `$2` and so on.
macro_rules! on {
    ($pool:expr, $connections:ident => $statement:expr) => {
        match $pool {
            $crate::database::Pool::Sqlite($connections) => $statement,
            $crate::database::Pool::Postgres($connections) => $statement,
        }
    };
}
pub(crate) use on;

impl Database {
    /// Opens it, and makes the tables that are missing. An error is a sentence that says what to change.
    pub async fn open(address: &Address, redis: Option<&::redis::Client>) -> Result<Self, String> {
        let (pool, health) = match address {
            Address::File(path) => sqlite::open(path).await?,
            Address::Postgres(options) => postgres::open(options).await?,
        };
        let redis = match redis {
            Some(client) => Some(Redis::open(client).await?),
            None => None,
        };
        Ok(Self { pool, health, redis })
    }

    pub fn directory(&self) -> Arc<dyn UserDirectory> {
        match &self.pool {
            Pool::Sqlite(pool) => Arc::new(SqliteDirectory::new(pool.clone())),
            Pool::Postgres(pool) => Arc::new(PostgresDirectory::new(pool.clone())),
        }
    }

    pub fn codes(&self) -> Arc<dyn CodeStore> {
        match (&self.redis, &self.pool) {
            (Some(redis), _) => Arc::new(redis.codes.clone()),
            (None, Pool::Sqlite(pool)) => Arc::new(sqlite::codes(pool)),
            (None, Pool::Postgres(pool)) => Arc::new(postgres::codes(pool)),
        }
    }

    pub fn throttle(&self) -> Arc<dyn ThrottleStore> {
        match (&self.redis, &self.pool) {
            (Some(redis), _) => Arc::new(redis.throttle.clone()),
            (None, Pool::Sqlite(pool)) => Arc::new(sqlite::throttle(pool)),
            (None, Pool::Postgres(pool)) => Arc::new(postgres::throttle(pool)),
        }
    }

    /// What was accepted and is not sent yet: it outlives the program.
    pub fn messages(&self) -> Arc<dyn MessageQueue> {
        match &self.pool {
            Pool::Sqlite(pool) => Arc::new(SqliteMessages::new(pool.clone())),
            Pool::Postgres(pool) => Arc::new(PostgresMessages::new(pool.clone())),
        }
    }

    /// Registers people. The port has no word for it: an application has ways of its own.
    pub async fn register(
        &self,
        people: Vec<Registration>,
    ) -> Result<Vec<Result<vestibule::AccountId, RegistrationProblem>>, BackendError> {
        match &self.pool {
            Pool::Sqlite(pool) => SqliteDirectory::new(pool.clone()).register_all(people).await,
            Pool::Postgres(pool) => PostgresDirectory::new(pool.clone()).register_all(people).await,
        }
    }

    /// Whether the database answers, soon.
    pub async fn answers(&self) -> bool {
        let table = match &self.health {
            Pool::Sqlite(_) => sqlite::ANY_ACCOUNT,
            Pool::Postgres(_) => postgres::ANY_ACCOUNT,
        };
        let asked = async { on!(&self.health, pool => sqlx::query(table).execute(pool).await.is_ok()) };
        tokio::time::timeout(Duration::from_secs(2), asked).await.unwrap_or(false)
    }

    /// Whether Redis does, where there is one.
    pub async fn redis_answers(&self) -> Option<bool> {
        match &self.redis {
            Some(redis) => Some(redis.answers().await),
            None => None,
        }
    }

    pub async fn close(&self) {
        on!(&self.health, pool => pool.close().await);
        on!(&self.pool, pool => pool.close().await);
    }
}
