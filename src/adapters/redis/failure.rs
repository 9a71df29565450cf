//! What Redis and its driver report, as the kinds of failure that a port can meet.

use std::error::Error as StdError;
use std::fmt;

use redis::{ErrorKind, RedisError};

use crate::error::{BackendError, BackendErrorKind};

/// Says what a failure of the driver means, and what to do about it.
///
/// The driver's own error stays here: it may hold a value that could not be decoded.
pub(super) fn failed(error: &RedisError) -> BackendError {
    use BackendErrorKind::{Corrupt, Misconfigured, Other, TimedOut, Unavailable};
    if let Some(code) = error.code() {
        return refused(code, error.detail().unwrap_or_default());
    }
    let (kind, advice) = match error.kind() {
        ErrorKind::Io if error.is_timeout() => {
            (TimedOut, "Redis did not answer in time: check that it runs and is not overloaded")
        }
        ErrorKind::Io => (
            Unavailable,
            "Redis could not be reached, or the connection broke: check that it runs, and the address",
        ),
        ErrorKind::AuthenticationFailed => {
            (Misconfigured, "Redis refused the user or the password of the connection")
        }
        ErrorKind::InvalidClientConfig => (Misconfigured, "the settings of the Redis connection are wrong"),
        ErrorKind::UnexpectedReturnType | ErrorKind::Parse => (
            Corrupt,
            "Redis answered with something that this library did not write: use a prefix of its own, and check that \
             what answers is Redis",
        ),
        _ => (Other, "the Redis driver failed: report this as a bug, with the version of the server"),
    };
    BackendError::new(kind, advice)
}

/// A row that Redis could read and this library cannot.
pub(super) fn damaged() -> BackendError {
    BackendError::new(
        BackendErrorKind::Corrupt,
        "a row of codes in Redis is damaged: delete its key, or all that begin with the prefix",
    )
}

/// What Redis itself answered, by the first word of it.
fn refused(code: &str, detail: &str) -> BackendError {
    use BackendErrorKind::{Busy, Corrupt, Misconfigured, Other, Unavailable};
    let (kind, advice) = match code {
        "LOADING" => (Busy, "Redis is loading its data: try again"),
        "BUSY" => (Busy, "Redis is busy with a script: look for one that does not end"),
        "TRYAGAIN" | "CLUSTERDOWN" | "MASTERDOWN" => {
            (Busy, "the Redis cluster is reorganising itself: try again")
        }
        "OOM" => (Unavailable, "the memory of Redis is full: raise its maxmemory"),
        "MISCONF" => {
            (Unavailable, "Redis cannot write to its disk: free space on it, or read the server's log")
        }
        "NOREPLICAS" => (Unavailable, "Redis has fewer replicas than it was told to have: check them"),
        "READONLY" => (Misconfigured, "this Redis server is a replica: connect to the primary"),
        "NOAUTH" | "WRONGPASS" => {
            (Misconfigured, "Redis wants a user and a password: give them to the connection")
        }
        "NOPERM" => (
            Misconfigured,
            "the user of Redis may not do this: allow it the keys of the prefix, and @scripting, @hash, @string, \
             @keyspace and INFO (where that cannot be, see RedisOptions::dangerous_unchecked_server)",
        ),
        "MOVED" | "ASK" | "CROSSSLOT" => (
            Misconfigured,
            "the key is on another node of the Redis cluster: connect through a proxy that knows the cluster, or use a \
             server without cluster mode",
        ),
        "WRONGTYPE" => (
            Corrupt,
            "a key in Redis holds something that this library did not write: use a prefix of its own",
        ),
        "VESTIBULE_DAMAGED" => {
            (Corrupt, "a row in Redis is damaged: delete its key, or all that begin with the prefix")
        }
        "VESTIBULE_VERSION" => {
            (Misconfigured, "a throttle in Redis was written by a later release: run that release here too")
        }
        "ERR" if detail.starts_with("unknown command") => (
            Misconfigured,
            "the server lacks a command: Redis or Valkey, 7 or later, is needed, with scripts allowed",
        ),
        _ => (Other, "Redis refused a command: report this as a bug, with the version of the server"),
    };
    // An unknown command is quoted with its arguments.
    let detail = detail.split(", with args").next().unwrap_or_default();
    BackendError::new(kind, advice).with_source(Answer { code: code.to_owned(), detail: detail.to_owned() })
}

/// What Redis said: names of commands and keys, never what is in them.
#[derive(Debug)]
struct Answer {
    code: String,
    detail: String,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redis answered {}: {}", self.code, self.detail)
    }
}

impl StdError for Answer {}
