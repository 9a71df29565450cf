//! SQLite: directory, codes, throttle and stored messages in one file, through a pool that the application made.
//!
//! The tables begin with `vestibule_` and live beside those of the application; any number of processes on one machine
//! may share the file. An application that has a table of users uses [`SqliteCodes`] and [`SqliteThrottle`] with a
//! directory of its own (`examples/own_user_table.rs`).
//!
//! # Examples
//!
//! ```
//! use sqlx::SqlitePool;
//! use vestibule::adapters::sqlite;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("accounts.db");
//! let pool = SqlitePool::connect_lazy_with(sqlite::connect_options(path));
//! let (directory, codes, throttle) = sqlite::open(&pool).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # The pool
//!
//! - Begin it with [`connect_options`], or read there what they set and why.
//! - Make it lazy: [`migrate`] waits where several processes meet at a fresh file, an eager pool fails.
//! - It needs a tokio runtime, and so does whatever calls these adapters: the background must not run on plain threads.
//! - A database in memory (`:memory:`) is another for every connection: give its pool one connection, without
//!   `idle_timeout` and `max_lifetime`.
//!
//! # Locks
//!
//! SQLite has one writer at a time. Every operation is one statement or one short transaction that takes the lock to
//! write before it reads anything, so nothing that was read has changed when it is written, in whatever process. A
//! caller waits for the lock for at most the pool's `busy_timeout`, and for a connection for at most its
//! `acquire_timeout` (30 s by default; less is better for a person who waits), then gets
//! [`BackendErrorKind::Busy`](crate::error::BackendErrorKind::Busy).
//!
//! An operation whose future is dropped is done or not done, never half: a transaction that was begun is rolled back
//! before its connection is used again.
//!
//! # Storage
//!
//! With indexes, a row of codes takes up to 0.5 kB, or 1.1 kB for the longest address, and one of throttles 0.15 kB, or
//! up to 1 kB for a key with many events. How much of that a flood can make it keep is said in
//! [the chapter on defaults](crate::guide::defaults). Call [`purge`](crate::AccountService::purge) each hour or so: it
//! deletes 250 rows at a time, and leaves the lock to others for 10 ms in between. The file does not shrink; its pages
//! are used again.
//!
//! # Security
//!
//! The file holds password hashes, contacts and names, and so do the `-wal` file beside it and every backup: let nobody
//! but the service read them. It holds no code, no handle and no password, but for the codes
//! of stored messages, which are sealed under a key that is not there.

mod codes;
mod connection;
mod directory;
mod failure;
#[cfg(feature = "contract")]
mod managed;
#[cfg(feature = "message-queue")]
mod messages;
mod moving;
mod purge;
mod registering;
mod row;
mod schema;
mod throttle;

use sqlx::sqlite::SqlitePool;

use super::rows;
use super::rows::moment;
use crate::error::BackendError;

pub use self::codes::SqliteCodes;
pub use self::connection::connect_options;
pub use self::directory::SqliteDirectory;
#[cfg(feature = "message-queue")]
pub use self::messages::SqliteMessages;
pub use self::schema::migrate;
pub use self::throttle::SqliteThrottle;

/// Brings the tables to the version that this release needs, as [`migrate`] does, and makes the directory and both stores on
/// the pool, in the order in which a service takes them.
///
/// # Errors
///
/// As [`migrate`].
pub async fn open(pool: &SqlitePool) -> Result<(SqliteDirectory, SqliteCodes, SqliteThrottle), BackendError> {
    migrate(pool).await?;
    let directory = SqliteDirectory::new(pool.clone());
    Ok((directory, SqliteCodes::new(pool.clone()), SqliteThrottle::new(pool.clone())))
}
