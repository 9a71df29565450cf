//! Why a job of the pool gave no answer.

use thiserror::Error;

use super::kdf::Failure;
use crate::error::{BackendError, BackendErrorKind};

/// Why a job of the pool gave no answer. None of these says anything about the password.
#[derive(Debug, Error)]
pub(crate) enum HashFailure {
    /// The job panicked. The thread lives on.
    #[error("hashing a password panicked: report this as a bug")]
    Panicked,
    /// The pool was shut down before the job ran.
    #[error("the service is shutting down")]
    Stopped,
    /// The hash function gave no tag.
    #[error(transparent)]
    NoTag(#[from] Failure),
    /// The password to hash is longer than 4,096 bytes. The policy refuses it first.
    #[error("the password is too long to hash")]
    PasswordTooLong,
    /// The operating system's random number generator failed.
    #[error(transparent)]
    NoRandomness(#[from] BackendError),
}

impl From<HashFailure> for BackendError {
    fn from(failure: HashFailure) -> Self {
        let kind = match failure {
            HashFailure::NoRandomness(error) => return error,
            HashFailure::Panicked => BackendErrorKind::Panicked,
            HashFailure::Stopped | HashFailure::NoTag(Failure::OutOfMemory) => BackendErrorKind::Unavailable,
            HashFailure::NoTag(_) | HashFailure::PasswordTooLong => BackendErrorKind::Other,
        };
        Self::new(kind, failure.to_string())
    }
}
