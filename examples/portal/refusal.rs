//! What the library refuses, as a web page says it: with which status, beside which field, in which words.

use std::time::Duration;

use axum::http::StatusCode;
use vestibule::code::CodeProblem;
use vestibule::error::Error;
use vestibule::password::PasswordProblem;

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
            retry_after: error.retry_after(),
            field: field(error),
            text: text.into(),
        }
    }
}

/// The status that says it. What failed at our end goes to the log.
pub fn status(error: &Error) -> StatusCode {
    if let Error::Backend(error) = error {
        tracing::error!(error = error as &dyn std::error::Error, "a part of the service failed");
    }
    StatusCode::from_u16(error.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
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
