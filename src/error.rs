//! What can go wrong, grouped by who can do something about it.

mod backend;

use std::time::Duration;

use thiserror::Error as ThisError;

pub use self::backend::{BackendError, BackendErrorKind};
use crate::code::CodeProblem;
use crate::contact::ContactProblem;
use crate::password::PasswordProblem;

/// Why a flow did not do what was asked.
///
/// What is refused to the outside looks alike for every kind of account: no variant, and nothing in one, tells
/// whether somebody is registered. The true reason goes to the [`EventSink`](crate::ports::EventSink). To say it to a
/// person, in her language, use [`AccountService::explain`](crate::AccountService::explain); to say it over HTTP,
/// [`http_status`](Self::http_status) and [`retry_after`](Self::retry_after).
///
/// # Examples
///
/// A refusal as an answer over HTTP: status, seconds to wait, and a sentence for the page.
///
/// ```
/// use vestibule::{AccountService, Error};
///
/// fn answer(accounts: &AccountService, error: &Error) -> (u16, Option<u64>, String) {
///     let seconds = error.retry_after().map(|wait| wait.as_secs().max(1));
///     (error.http_status(), seconds, accounts.explain(error, None))
/// }
/// ```
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// What was typed is no e-mail address or telephone number.
    #[error(transparent)]
    ContactRejected(#[from] ContactProblem),
    /// The code was refused.
    #[error(transparent)]
    CodeRejected(#[from] CodeProblem),
    /// At log-in: the e-mail address or the password is wrong, or the account is not in use.
    #[error("the e-mail address or the password is wrong")]
    CredentialsRejected,
    /// At a change of password: the current one is wrong, or the account is not in use any more.
    #[error("the current password is wrong")]
    CurrentPasswordRejected,
    /// The new password was refused, and the code still works. It cost a try only where the password names the person,
    /// which is known after the code was checked.
    #[error(transparent)]
    PasswordRejected(#[from] PasswordProblem),
    /// A hundred log-ins with this address failed in a row: the password must be recovered first.
    #[error("log-in with a password is stopped for this address: recover the password")]
    PasswordStopped,
    /// A limit was reached.
    #[error("too many attempts: wait {} s", retry_after.as_secs_f64().ceil())]
    Throttled {
        /// How long to wait.
        retry_after: Duration,
    },
    /// More is asked at once than the service takes on; nothing was counted.
    #[error("the service is busy: try again in a moment")]
    Overloaded,
    /// A port failed.
    #[error("the service is out of order")]
    Backend(#[from] BackendError),
}

/// How long somebody waits who came at a busy moment: the hash pool has worked off its queue by then.
const BUSY: Duration = Duration::from_secs(5);

impl Error {
    /// The HTTP status that says this (RFC 9110, 15; RFC 6585, 4).
    ///
    /// | refused | status |
    /// |---|---|
    /// | what was typed: contact, code, new password, and the current one, whose session goes on | 422 |
    /// | log-in | 401 |
    /// | for now, or until the password is recovered | 429 |
    /// | because too much is asked, or a port cannot be reached at the moment | 503 |
    /// | because a port failed otherwise | 500 |
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        match self {
            Self::ContactRejected(_)
            | Self::CodeRejected(_)
            | Self::PasswordRejected(_)
            | Self::CurrentPasswordRejected => 422,
            Self::CredentialsRejected => 401,
            Self::PasswordStopped | Self::Throttled { .. } => 429,
            Self::Overloaded => 503,
            Self::Backend(error) if error.kind().is_transient() => 503,
            Self::Backend(_) => 500,
        }
    }

    /// How long to wait before the same is asked again, for `Retry-After`; `None` where waiting does not help.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after } => Some(*retry_after),
            Self::Overloaded => Some(BUSY),
            Self::Backend(error) if error.kind().is_transient() => Some(BUSY),
            _ => None,
        }
    }

    /// Whether no other code will do either: a new one has to be asked for. A page then offers that, and no field to
    /// type a code into.
    #[must_use]
    pub const fn needs_new_code(&self) -> bool {
        use CodeProblem::{Expired, TriesExhausted, Wrong};
        matches!(self, Self::CodeRejected(Expired | TriesExhausted | Wrong { tries_left: 0 }))
    }

    /// Whether the same call may succeed later, though nobody types anything else: just when there is a time to
    /// [wait](Self::retry_after).
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        self.retry_after().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [BackendErrorKind; 7] = [
        BackendErrorKind::Unavailable,
        BackendErrorKind::Busy,
        BackendErrorKind::TimedOut,
        BackendErrorKind::Misconfigured,
        BackendErrorKind::Corrupt,
        BackendErrorKind::Panicked,
        BackendErrorKind::Other,
    ];

    #[test]
    fn a_new_code_is_needed_where_no_other_will_do() {
        use CodeProblem::{Expired, Malformed, NotSentAgain, TriesExhausted, Wrong};
        for problem in [Expired, TriesExhausted, Wrong { tries_left: 0 }] {
            assert!(Error::from(problem).needs_new_code(), "{problem:?}");
        }
        for problem in [Malformed, Wrong { tries_left: 1 }, NotSentAgain] {
            assert!(!Error::from(problem).needs_new_code(), "{problem:?}");
        }
        assert!(!Error::PasswordStopped.needs_new_code());
    }

    #[test]
    fn each_error_has_a_status_and_says_whether_waiting_helps() {
        let wait = Duration::from_millis(1_500);
        let mut cases = vec![
            (Error::from(ContactProblem::NotADomain), 422, None),
            (Error::from(CodeProblem::Expired), 422, None),
            (Error::from(PasswordProblem::Common), 422, None),
            (Error::CurrentPasswordRejected, 422, None),
            (Error::CredentialsRejected, 401, None),
            (Error::PasswordStopped, 429, None),
            (Error::Throttled { retry_after: wait }, 429, Some(wait)),
            (Error::Overloaded, 503, Some(BUSY)),
        ];
        cases.extend(KINDS.into_iter().map(|kind| {
            let (status, wait) = if kind.is_transient() { (503, Some(BUSY)) } else { (500, None) };
            (BackendError::new(kind, "").into(), status, wait)
        }));
        for (error, status, wait) in cases {
            assert_eq!((error.http_status(), error.retry_after()), (status, wait), "{error:?}");
            assert_eq!(error.is_transient(), wait.is_some(), "{error:?}");
        }
        assert_eq!(KINDS.iter().filter(|kind| kind.is_transient()).count(), 3);
    }
}
