//! What the library refuses, as a web page says it: with which status, beside which field, in which words.

use std::time::Duration;

use axum::http::StatusCode;
use vestibule::code::CodeProblem;
use vestibule::error::{BackendErrorKind, Error};
use vestibule::password::PasswordProblem;

/// What somebody who came at a busy moment is asked to wait.
pub const BUSY: Duration = Duration::from_secs(5);

/// A sentence, beside the field it is about or above the form.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub status: StatusCode,
    pub retry_after: Option<Duration>,
    pub field: Option<&'static str>,
    pub text: String,
}

impl Refusal {
    /// A sentence of the portal's own about a field.
    pub fn of_field(field: &'static str, text: impl Into<String>) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            retry_after: None,
            field: Some(field),
            text: text.into(),
        }
    }

    /// What the library refused, in its own words.
    pub fn new(error: &Error, text: impl Into<String>) -> Self {
        Self {
            status: status(error),
            retry_after: retry_after(error),
            field: field(error),
            text: text.into(),
        }
    }
}

pub fn status(error: &Error) -> StatusCode {
    match error {
        Error::ContactRejected(_) | Error::CodeRejected(_) | Error::PasswordRejected(_) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Error::CredentialsRejected => StatusCode::UNAUTHORIZED,
        Error::CurrentPasswordRejected => StatusCode::UNPROCESSABLE_ENTITY,
        Error::PasswordStopped | Error::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        Error::Backend(error) => {
            tracing::error!(error = error as &dyn std::error::Error, "a part of the service failed");
            match error.kind() {
                BackendErrorKind::Unavailable | BackendErrorKind::Busy | BackendErrorKind::TimedOut => {
                    StatusCode::SERVICE_UNAVAILABLE
                }
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            }
        }
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

pub fn retry_after(error: &Error) -> Option<Duration> {
    match error {
        Error::Throttled { retry_after } => Some(*retry_after),
        // Until the password is recovered: trying again tomorrow does no harm.
        Error::PasswordStopped => Some(Duration::from_secs(86_400)),
        Error::Overloaded => Some(BUSY),
        Error::Backend(_) => (status(error) == StatusCode::SERVICE_UNAVAILABLE).then_some(BUSY),
        _ => None,
    }
}

/// Whole seconds, as `Retry-After` wants them: never less than the wait, never nought.
pub fn seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// Where the mistake is, if it is in one field. The names are those of the forms.
const fn field(error: &Error) -> Option<&'static str> {
    match error {
        Error::CodeRejected(CodeProblem::Malformed | CodeProblem::Wrong { .. }) => Some("code"),
        Error::CurrentPasswordRejected => Some("current_password"),
        Error::PasswordRejected(PasswordProblem::Mismatch) => Some("confirm_password"),
        Error::PasswordRejected(_) => Some("new_password"),
        _ => None,
    }
}

/// Whether no other code will do either: a new one has to be asked for.
pub const fn is_at_its_end(error: &Error) -> bool {
    matches!(
        error,
        Error::CodeRejected(
            CodeProblem::Expired | CodeProblem::TriesExhausted | CodeProblem::Wrong { tries_left: 0 }
        )
    )
}
