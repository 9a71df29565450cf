//! The schema, as versioned migrations.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqlitePool;
use sqlx::{Connection, Sqlite, SqliteConnection};
use tokio::time::sleep;

use crate::error::{BackendError, BackendErrorKind};

use super::connection::{BEGIN, connection};
use super::failure::{failed, is_busy};

/// Every migration, in order: the first makes version 1. One that was released is never changed.
const MIGRATIONS: [&str; 2] = [
    include_str!("migrations/0001_accounts_codes_and_throttles.sql"),
    include_str!("migrations/0002_messages.sql"),
];

/// The version that this release needs.
const CURRENT: usize = MIGRATIONS.len();

/// How often opening a database that is busy is tried again, and after which wait: for 10 s in all.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// Brings the tables to the version that this release needs. Call it when the program starts, before the service is
/// built: it does nothing where there is nothing to do.
///
/// Each migration is one transaction and is recorded in `vestibule_schema`, so any number of processes may call this
/// at once, and a process that dies leaves a whole schema of some version.
///
/// # Errors
///
/// [`Misconfigured`](BackendErrorKind::Misconfigured) when the schema is of a later version than this release knows, and
/// when the database is read-only and not up to date; else as the stores.
pub async fn migrate(pool: &SqlitePool) -> Result<(), BackendError> {
    let mut connection = first_connection(pool).await?;
    loop {
        // Read without the lock to write: a program that starts is not to wait for others without need.
        let version = version(&mut connection).await?;
        if version > CURRENT {
            return Err(too_new(version));
        }
        if version == CURRENT {
            return Ok(());
        }
        take_next_step(&mut connection).await?;
    }
}

/// Opens the database, also while another process makes it.
///
/// The change of a fresh file to WAL, which comes with its first connection, does not wait for a lock as statements do: of
/// several processes that start at once, some are told that the database is busy.
async fn first_connection(pool: &SqlitePool) -> Result<PoolConnection<Sqlite>, BackendError> {
    for _ in 1..TRIES {
        match pool.acquire().await {
            Err(sqlx::Error::Database(error)) if is_busy(&*error) => sleep(PAUSE).await,
            Err(error) => return Err(failed(error)),
            Ok(_) => break,
        }
    }
    connection(pool).await
}

/// Migrates from whatever version the schema has, once the lock is held, to the next.
async fn take_next_step(connection: &mut SqliteConnection) -> Result<(), BackendError> {
    let mut transaction = connection.begin_with(BEGIN).await.map_err(failed)?;
    let version = version(&mut transaction).await?;
    let Some(migration) = MIGRATIONS.get(version) else {
        // Another process was here first.
        return Ok(());
    };
    sqlx::raw_sql(
        "create table if not exists vestibule_schema (version integer not null primary key) strict",
    )
    .execute(&mut *transaction)
    .await
    .map_err(failed)?;
    sqlx::raw_sql(*migration).execute(&mut *transaction).await.map_err(failed)?;
    sqlx::query("insert into vestibule_schema (version) values (?1)")
        .bind(version as i64 + 1)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

/// The version that the schema has; 0 where there is none.
async fn version(connection: &mut SqliteConnection) -> Result<usize, BackendError> {
    let recorded: Option<i64> =
        sqlx::query_scalar("select 1 from sqlite_schema where type = 'table' and name = 'vestibule_schema'")
            .fetch_optional(&mut *connection)
            .await
            .map_err(failed)?;
    if recorded.is_none() {
        return Ok(0);
    }
    let version: Option<i64> = sqlx::query_scalar("select max(version) from vestibule_schema")
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    Ok(version.map_or(0, |version| usize::try_from(version).unwrap_or(usize::MAX)))
}

fn too_new(version: usize) -> BackendError {
    BackendError::new(
        BackendErrorKind::Misconfigured,
        format!(
            "the SQLite schema is of version {version}, and this release of vestibule knows versions up to \
             {CURRENT}: run the release that made it or a later one, or restore a backup from before"
        ),
    )
}
