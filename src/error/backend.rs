use std::error::Error as StdError;
use std::fmt;

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

impl BackendErrorKind {
    /// Whether the same call may succeed a little later, though nobody mends anything.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        matches!(self, Self::Unavailable | Self::Busy | Self::TimedOut)
    }
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
