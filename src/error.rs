//! What can go wrong, grouped by who can do something about it.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use thiserror::Error as ThisError;

use crate::code::CodeProblem;
use crate::contact::ContactProblem;
use crate::password::PasswordProblem;

/// Why a flow did not do what was asked.
///
/// What is refused to the outside looks alike for every kind of account: no variant, and nothing in one, tells
/// whether somebody is registered. The true reason goes to the [`EventSink`](crate::ports::EventSink). To say it to a
/// person, in her language, use [`AccountService::explain`](crate::AccountService::explain).
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// What was typed is no e-mail address or telephone number. HTTP: 422.
    #[error(transparent)]
    ContactRejected(#[from] ContactProblem),
    /// The code was refused. HTTP: 422.
    #[error(transparent)]
    CodeRejected(#[from] CodeProblem),
    /// The e-mail address or the password is wrong, or the account is not in use. HTTP: 401.
    #[error("the e-mail address or the password is wrong")]
    CredentialsRejected,
    /// The new password was refused, and the code still works. It cost a try only where the password names the person,
    /// which is known after the code was checked. HTTP: 422.
    #[error(transparent)]
    PasswordRejected(#[from] PasswordProblem),
    /// A hundred log-ins with this address failed in a row: the password must be recovered first. HTTP: 429.
    #[error("log-in with a password is stopped for this address: recover the password")]
    PasswordStopped,
    /// A limit was reached. HTTP: 429 with `Retry-After`.
    #[error("too many attempts: wait {} s", retry_after.as_secs_f64().ceil())]
    Throttled {
        /// How long to wait.
        retry_after: Duration,
    },
    /// More is asked at once than the service takes on; nothing was counted. HTTP: 503.
    #[error("the service is busy: try again in a moment")]
    Overloaded,
    /// A port failed. HTTP: 500.
    #[error("the service is out of order")]
    Backend(#[from] BackendError),
}

/// What a port answers when it could not do what it was asked.
///
/// It is for the operator: the person at the other end sees only that the service is out of order. The text says
/// what to do about it, and never holds a code, a password, a key or an address.
#[derive(Debug)]
pub struct BackendError {
    kind: BackendErrorKind,
    advice: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kinds of failure that a port can meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BackendErrorKind {
    /// The store, server or device could not be reached.
    Unavailable,
    /// It was reached and is too busy; the same call may succeed later.
    Busy,
    /// It did not answer in time. Whether the call took effect is not known.
    TimedOut,
    /// It answered that it is not set up as this library needs it: a missing table, a schema of another version,
    /// a missing right.
    Misconfigured,
    /// What it holds cannot be read.
    Corrupt,
    /// The port panicked.
    Panicked,
    /// Anything else.
    Other,
}

impl BackendError {
    /// Makes an error of the given kind. `advice` is a sentence for the operator that says what to do.
    #[must_use]
    pub fn new(kind: BackendErrorKind, advice: impl Into<String>) -> Self {
        Self { kind, advice: advice.into(), source: None }
    }

    /// Adds the error that caused this one. Its text must not hold a secret either.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The kind of failure.
    #[must_use]
    pub const fn kind(&self) -> BackendErrorKind {
        self.kind
    }
}

impl fmt::Display for BackendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.advice)
    }
}

impl StdError for BackendError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn StdError + 'static))
    }
}
