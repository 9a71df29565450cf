//! What an application may choose.

use std::time::Duration;

use crate::error::{BackendError, BackendErrorKind};

/// How the stores use a server: each method says what holds without it.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use vestibule::adapters::redis::RedisOptions;
///
/// let options = RedisOptions::new().prefix("members:").answer_within(Duration::from_secs(2));
/// ```
#[derive(Clone, Debug)]
pub struct RedisOptions {
    pub(super) prefix: String,
    pub(super) answer_within: Duration,
    pub(super) check: Check,
}

/// What is asked of a server before it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    VersionAndEviction,
    Nothing,
}

impl RedisOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self {
            prefix: "vestibule:".to_owned(),
            answer_within: Duration::from_secs(5),
            check: Check::VersionAndEviction,
        }
    }

    /// What every key begins with; `vestibule:` by default. It must not hold braces, which decide on which node of a
    /// cluster a key is.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// After how long an operation gives up, reconnecting included; 5 s by default: a person is waiting. A purge may take
    /// that long for each 1,000 keys.
    #[must_use]
    pub const fn answer_within(mut self, patience: Duration) -> Self {
        self.answer_within = patience;
        self
    }

    /// Asks the server nothing before it is used: for one that does not let this user run `INFO`.
    ///
    /// # Security
    ///
    /// The application vouches for what would have been checked: that the version is 7 or later, that this is not a
    /// replica, and that `maxmemory-policy` is `noeviction`. Where keys are evicted, counts of wrong codes and
    /// passwords are forgotten, and an attacker can bring that about.
    #[must_use]
    pub const fn dangerous_unchecked_server(mut self) -> Self {
        self.check = Check::Nothing;
        self
    }

    pub(super) fn checked(&self) -> Result<(), BackendError> {
        if self.prefix.contains(['{', '}']) {
            return Err(BackendError::new(
                BackendErrorKind::Misconfigured,
                "the prefix of the Redis keys holds a brace: choose one without",
            ));
        }
        Ok(())
    }
}

impl Default for RedisOptions {
    fn default() -> Self {
        Self::new()
    }
}
