//! What PostgreSQL and its driver report, as the kinds of failure that a port can meet.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use sqlx::error::DatabaseError;
use sqlx::postgres::PgPool;

use crate::error::{BackendError, BackendErrorKind};

/// Why a transaction did not come to its end.
pub(super) enum Failure {
    /// The driver's own error, which stays in this module: it may hold the value of a row.
    Driver(sqlx::Error),
    /// One that is fit to be shown.
    Backend(BackendError),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Driver(error)
    }
}

impl From<BackendError> for Failure {
    fn from(error: BackendError) -> Self {
        Self::Backend(error)
    }
}

impl From<Failure> for BackendError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Driver(error) => failed(error),
            Failure::Backend(error) => error,
        }
    }
}

/// Whether PostgreSQL gave the transaction up in favour of another: nothing of it was done, and it may be tried again.
pub(super) fn is_conflict(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    matches!(code.as_deref(), Some("40001" | "40P01"))
}

/// Says what a failure of the driver means, and what to do about it.
pub(super) fn failed(error: sqlx::Error) -> BackendError {
    use BackendErrorKind::{Corrupt, Misconfigured, Other, Unavailable};
    let (kind, advice) = match error {
        sqlx::Error::Database(error) => return refused(&*error),
        sqlx::Error::Io(error) => return unreachable_server(error),
        sqlx::Error::PoolClosed => {
            (Unavailable, "the PostgreSQL pool was closed: close it after the service")
        }
        sqlx::Error::WorkerCrashed => (Unavailable, "the PostgreSQL driver stopped: try again"),
        sqlx::Error::Tls(_) => (
            Misconfigured,
            "no encrypted connection to PostgreSQL could be made: check `sslmode` and `sslrootcert`, and the \
             certificate of the server",
        ),
        sqlx::Error::Configuration(_) => {
            (Misconfigured, "the address or the options of the PostgreSQL pool are wrong")
        }
        sqlx::Error::ColumnNotFound(_) | sqlx::Error::ColumnIndexOutOfBounds { .. } => (
            Misconfigured,
            "a table of the schema vestibule lacks a column: call postgres::migrate before the service starts",
        ),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => (
            Corrupt,
            "a row of the schema vestibule cannot be read: restore the PostgreSQL database from a backup",
        ),
        _ => (Other, "the PostgreSQL driver failed: report this as a bug, with the version of sqlx"),
    };
    BackendError::new(kind, advice)
}

/// A row that PostgreSQL could read and this library cannot.
pub(super) fn damaged(table: &str) -> BackendError {
    BackendError::new(
        BackendErrorKind::Corrupt,
        format!("a row of {table} is damaged: delete it, or restore the PostgreSQL database from a backup"),
    )
}

/// The pool gave no connection in time: because all are in use, or because none could be made.
pub(super) fn no_connection(pool: &PgPool) -> BackendError {
    if pool.size() < pool.options().get_max_connections() {
        return BackendError::new(
            BackendErrorKind::Unavailable,
            "PostgreSQL could not be connected to in time: check that it runs at that address, and that it is not \
             just starting",
        );
    }
    BackendError::new(
        BackendErrorKind::Busy,
        "no connection of the PostgreSQL pool became free in time: give the pool more connections, or look for what \
         holds them",
    )
}

/// An operation that was given up after its time.
pub(super) fn late(pool: &PgPool) -> BackendError {
    // Without a free connection, most likely nothing was ever asked.
    if pool.size() == 0 || pool.num_idle() == 0 && pool.size() >= pool.options().get_max_connections() {
        return no_connection(pool);
    }
    BackendError::new(
        BackendErrorKind::TimedOut,
        "PostgreSQL did not answer in time: check the network to it, and its load",
    )
}

fn unreachable_server(error: io::Error) -> BackendError {
    BackendError::new(
        BackendErrorKind::Unavailable,
        "PostgreSQL could not be reached, or the connection was lost: check its address, and that it runs",
    )
    .with_source(error)
}

/// What PostgreSQL itself answered, by its code (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn refused(error: &dyn DatabaseError) -> BackendError {
    use BackendErrorKind::{Busy, Corrupt, Misconfigured, Other, TimedOut, Unavailable};
    let code = error.code().unwrap_or_default().into_owned();
    let (kind, advice) = match code.as_str() {
        "42P01" | "42703" | "42883" | "3F000" => (
            Misconfigured,
            "a table or column of the schema vestibule is missing: call postgres::migrate before the service starts",
        ),
        "42501" => (
            Misconfigured,
            "the PostgreSQL role lacks a right: grant it usage of the schema vestibule, and select, insert, update \
             and delete on its tables; postgres::migrate needs a role that may create them",
        ),
        "25006" => (
            Misconfigured,
            "the PostgreSQL database is read-only: connect to the primary, with a role that may write",
        ),
        "3D000" => (Misconfigured, "there is no such PostgreSQL database: create it, or check its name"),
        "26000" | "42P05" => (
            Misconfigured,
            "a pooler between here and PostgreSQL mixes up prepared statements: let it keep them, or set \
             `statement_cache_capacity(0)`",
        ),
        "40001" | "40P01" => {
            (Busy, "PostgreSQL gave the transaction up in favour of others, several times: try again")
        }
        "55P03" => (
            Busy,
            "a row or table of the schema vestibule is locked by another connection: try again; if it stays, look \
             for a transaction that is left open",
        ),
        "53300" => {
            (Busy, "PostgreSQL has no connection left: make the pools smaller, or raise max_connections")
        }
        "57014" | "25P03" => (TimedOut, "PostgreSQL did not finish in time: check its load"),
        "53100" => (Unavailable, "the disk of PostgreSQL is full: free space on it"),
        "22021" | "22P05" => {
            (Other, "a text holds a character that PostgreSQL cannot store: leave out zero bytes")
        }
        "XX001" | "XX002" => (Corrupt, "the PostgreSQL database is damaged: restore it from a backup"),
        code => match code.get(..2) {
            Some("28") => {
                (Misconfigured, "PostgreSQL refused the log-in: check user, password and pg_hba.conf")
            }
            Some("08" | "57") => {
                (Unavailable, "PostgreSQL closed the connection, or is starting or stopping: try again")
            }
            Some("53") => (Unavailable, "PostgreSQL ran out of memory or another resource"),
            Some("58") => (Unavailable, "PostgreSQL could not read or write its files: check the disk"),
            _ => (Other, "PostgreSQL refused a statement: report this as a bug"),
        },
    };
    // The message of a data exception quotes the value.
    let message = if code.starts_with("22") { "" } else { error.message() };
    let message = message.to_owned();
    BackendError::new(kind, advice).with_source(Answer { code, message })
}

/// What PostgreSQL said: names of tables, columns and roles, never what is in them.
#[derive(Debug)]
struct Answer {
    code: String,
    message: String,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgreSQL answered {}: {}", self.code, self.message)
    }
}

impl StdError for Answer {}
