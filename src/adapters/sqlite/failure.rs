//! What SQLite and its driver report, as the kinds of failure that a port can meet.

use std::error::Error as StdError;
use std::fmt;

use sqlx::error::DatabaseError;

use crate::error::{BackendError, BackendErrorKind};

/// Says what a failure of the driver means, and what to do about it.
///
/// The driver's own error stays here: it may hold the value of a row where one could not be decoded.
pub(super) fn failed(error: sqlx::Error) -> BackendError {
    use BackendErrorKind::{Busy, Corrupt, Misconfigured, Other, Unavailable};
    let (kind, advice) = match error {
        sqlx::Error::Database(error) => return refused(&*error),
        sqlx::Error::PoolTimedOut => (
            Busy,
            "no connection of the SQLite pool became free in time: give the pool more connections, or look for \
             what holds them",
        ),
        sqlx::Error::PoolClosed => (Unavailable, "the SQLite pool was closed: close it after the service"),
        sqlx::Error::WorkerCrashed => (Unavailable, "the thread of a SQLite connection ended: try again"),
        sqlx::Error::Io(error) => {
            let advice =
                "the SQLite database could not be reached: check that the path exists and may be used";
            return BackendError::new(Unavailable, advice).with_source(error);
        }
        sqlx::Error::Configuration(_) => {
            (Misconfigured, "the options of the SQLite pool are wrong: see sqlite::connect_options")
        }
        sqlx::Error::ColumnNotFound(_) | sqlx::Error::ColumnIndexOutOfBounds { .. } => (
            Misconfigured,
            "a vestibule_ table lacks a column: call sqlite::migrate before the service starts",
        ),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            (Corrupt, "a row of a vestibule_ table cannot be read: restore the SQLite database from a backup")
        }
        _ => (Other, "the SQLite driver failed: report this as a bug, with the version of sqlx"),
    };
    BackendError::new(kind, advice)
}

/// A row that SQLite could read and this library cannot.
pub(super) fn damaged(table: &str) -> BackendError {
    BackendError::new(
        BackendErrorKind::Corrupt,
        format!("a row of {table} is damaged: delete it, or restore the SQLite database from a backup"),
    )
}

/// What SQLite itself answered, by its result code (<https://www.sqlite.org/rescode.html>).
fn refused(error: &dyn DatabaseError) -> BackendError {
    use BackendErrorKind::{Busy, Corrupt, Misconfigured, Other, Unavailable};
    let code = code(error);
    let (kind, advice) = match code {
        IOERR_CORRUPTFS => (Corrupt, "the file system of the SQLite database is damaged: check the disk"),
        _ => match primary(code) {
            BUSY | LOCKED => (
                Busy,
                "the SQLite database is locked by another connection: try again; if it stays, look for a program \
                 that holds a transaction open",
            ),
            READONLY => (
                Misconfigured,
                "the SQLite database is read-only: let the process write to the file and to its directory",
            ),
            PERM | AUTH => (Misconfigured, "SQLite refused access: check the rights of the process"),
            CANTOPEN => (
                Unavailable,
                "the SQLite database could not be opened: check that its directory exists and may be written to",
            ),
            NOTADB => (Corrupt, "the file is not a SQLite database: check the path"),
            CORRUPT => (Corrupt, "the SQLite database is damaged: restore it from a backup"),
            FULL => (Unavailable, "the SQLite database cannot grow: free space on its disk"),
            IOERR => (Unavailable, "reading or writing the SQLite database failed: check the disk"),
            NOMEM => (Unavailable, "SQLite ran out of memory"),
            ERROR if lacks_schema(error.message()) => (
                Misconfigured,
                "a vestibule_ table or column is missing: call sqlite::migrate before the service starts",
            ),
            _ => (Other, "SQLite refused a statement: report this as a bug"),
        },
    };
    BackendError::new(kind, advice).with_source(Answer { code, message: error.message().to_owned() })
}

/// Whether the same call may succeed later.
pub(super) fn is_busy(error: &dyn DatabaseError) -> bool {
    matches!(primary(code(error)), BUSY | LOCKED)
}

fn code(error: &dyn DatabaseError) -> u32 {
    error.code().and_then(|code| code.parse().ok()).unwrap_or_default()
}

/// The kind of failure, of which the whole code says more.
const fn primary(code: u32) -> u32 {
    code & 0xFF
}

fn lacks_schema(message: &str) -> bool {
    message.starts_with("no such table")
        || message.contains("no column")
        || message.contains("no such column")
}

/// What SQLite said: names of tables and columns, never what is in them.
#[derive(Debug)]
struct Answer {
    code: u32,
    message: String,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SQLite answered {}: {}", self.code, self.message)
    }
}

impl StdError for Answer {}

const ERROR: u32 = 1;
const PERM: u32 = 3;
const BUSY: u32 = 5;
const LOCKED: u32 = 6;
const NOMEM: u32 = 7;
const READONLY: u32 = 8;
const IOERR: u32 = 10;
const CORRUPT: u32 = 11;
const FULL: u32 = 13;
const CANTOPEN: u32 = 14;
const AUTH: u32 = 23;
const NOTADB: u32 = 26;
const IOERR_CORRUPTFS: u32 = 8458;

#[cfg(test)]
mod tests;
