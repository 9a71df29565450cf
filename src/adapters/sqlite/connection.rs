//! How connections are opened and how a transaction begins.

use std::path::Path;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqliteSynchronous};
use sqlx::{Connection, Sqlite};

use crate::error::BackendError;

use super::failure::failed;

/// How a transaction that will write begins: with the lock to write.
///
/// A deferred transaction that has read and then wants to write is refused at once when another has written in
/// between (`SQLITE_BUSY_SNAPSHOT`), and no waiting helps it. This one waits for its turn first.
pub(super) const BEGIN: &str = "begin immediate";

/// Returns options for a pool on the file at `path`, which is created where it is missing.
///
/// | option | value | why |
/// |---|---|---|
/// | `journal_mode` | `WAL` | reading and writing do not block each other |
/// | `synchronous` | `FULL` | what was answered survives a power failure: with `NORMAL`, the old password could come back, and with it whoever it was changed against; so could a code that was used and tries that were counted |
/// | `busy_timeout` | 5 s | whoever writes waits for another writer so long, then gets [`BackendErrorKind::Busy`] |
/// | `foreign_keys` | on | contacts belong to an account |
///
/// An application that opens the database in its own way sets at least a `busy_timeout`; [`migrate`](super::migrate)
/// and the adapters depend on none of the others.
///
/// The file holds password hashes and contacts: keep its directory from other users.
///
/// [`BackendErrorKind::Busy`]: crate::error::BackendErrorKind::Busy
#[must_use]
pub fn connect_options(path: impl AsRef<Path>) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
}

/// Takes a connection on which a transaction can begin.
///
/// Where SQLite itself gave a transaction up, on a full disk say, the driver still counts one as open and would refuse
/// to begin another, for ever: such a connection is closed instead of used.
pub(super) async fn connection(pool: &SqlitePool) -> Result<PoolConnection<Sqlite>, BackendError> {
    loop {
        let mut connection = pool.acquire().await.map_err(failed)?;
        if !connection.is_in_transaction() {
            return Ok(connection);
        }
        connection.close_on_drop();
    }
}
