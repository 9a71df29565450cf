//! The schema, as versioned migrations.

use sqlx::postgres::PgPool;
use sqlx::{Connection, PgConnection};

use crate::error::{BackendError, BackendErrorKind};

use super::connection::{Session, tried_again};
use super::failure::Failure;

/// Every migration, in order: the first makes version 1. One that was released is never changed.
const MIGRATIONS: [&str; 2] = [
    include_str!("migrations/0001_accounts_codes_and_throttles.sql"),
    include_str!("migrations/0002_messages.sql"),
];

/// The version that this release needs.
const CURRENT: usize = MIGRATIONS.len();

/// How a migration begins. It waits for others that migrate, and for whoever reads the tables: for a minute.
const BEGIN: &str = "begin isolation level read committed; set local lock_timeout = '60s'; \
     set local statement_timeout = '10min'";

/// How long migrating may take in all.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30 * 60);

/// Brings the tables to the version that this release needs. Call it when the program starts, before the service is
/// built: it does nothing where there is nothing to do, and then needs no right but to read.
///
/// Each migration is one transaction, holds an advisory lock, and is recorded in `vestibule.migrations`; so any number
/// of processes may call this at once, and a process that dies leaves a whole schema of some version.
///
/// To make the schema, the role needs the right to create one in the database; an operator may also make it beforehand,
/// empty: `create schema vestibule authorization ..`.
///
/// # Errors
///
/// [`Misconfigured`](BackendErrorKind::Misconfigured) when the schema is of a later version than this release knows, and
/// when the role may not make it; else as the stores.
pub async fn migrate(pool: &PgPool) -> Result<(), BackendError> {
    tried_again(pool, PATIENCE, || async {
        let mut session = Session::take(pool).await?;
        let connection = session.connection()?;
        loop {
            // Read without the lock: a program that starts is not to wait for others without need.
            let version = version(connection).await?;
            if version > CURRENT {
                return Err(too_new(version).into());
            }
            if version == CURRENT {
                break;
            }
            take_next_step(connection).await?;
        }
        session.end();
        Ok(())
    })
    .await
}

/// Migrates from whatever version the schema has, once the lock is held, to the next.
async fn take_next_step(connection: &mut PgConnection) -> Result<(), Failure> {
    let mut transaction = connection.begin_with(BEGIN).await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await?;
    let version = version(&mut transaction).await?;
    let Some(migration) = MIGRATIONS.get(version) else {
        // Another process was here first.
        transaction.rollback().await?;
        return Ok(());
    };
    // `create schema if not exists` asks for the right to create one even where there is nothing to do.
    let there: bool =
        sqlx::query_scalar("select exists (select 1 from pg_namespace where nspname = 'vestibule')")
            .fetch_one(&mut *transaction)
            .await?;
    if !there {
        sqlx::raw_sql("create schema vestibule").execute(&mut *transaction).await?;
    }
    sqlx::raw_sql("create table if not exists vestibule.migrations (version bigint not null primary key)")
        .execute(&mut *transaction)
        .await?;
    sqlx::raw_sql(*migration).execute(&mut *transaction).await?;
    sqlx::query("insert into vestibule.migrations (version) values ($1)")
        .bind(version as i64 + 1)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// The version that the schema has; 0 where there is none.
async fn version(connection: &mut PgConnection) -> Result<usize, Failure> {
    let recorded: bool = sqlx::query_scalar(
        "select exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace \
         where n.nspname = 'vestibule' and c.relname = 'migrations')",
    )
    .fetch_one(&mut *connection)
    .await?;
    if !recorded {
        return Ok(0);
    }
    let version: Option<i64> = sqlx::query_scalar("select max(version) from vestibule.migrations")
        .fetch_one(&mut *connection)
        .await?;
    Ok(version.map_or(0, |version| usize::try_from(version).unwrap_or(usize::MAX)))
}

/// The advisory lock of whoever migrates: the bytes of `vestibul`.
const LOCK: i64 = 0x7665_7374_6962_756c;

fn too_new(version: usize) -> BackendError {
    BackendError::new(
        BackendErrorKind::Misconfigured,
        format!(
            "the PostgreSQL schema is of version {version}, and this release of vestibule knows versions up to \
             {CURRENT}: run the release that made it or a later one, or restore a backup from before"
        ),
    )
}
