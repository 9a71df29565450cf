//! What went wrong, for the service and for the operator: never the server's words, which may repeat an address.

use std::error::Error as StdError;
use std::io;

use lettre::transport::smtp::Error;

use crate::error::{BackendError, BackendErrorKind};
use crate::ports::SendError;

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Connecting,
    Addressing,
    HandingOver,
}

/// A failure within a step.
pub(super) fn at(step: Step, error: Error) -> SendError {
    if let Some(code) = error.status() {
        return refused(step, u16::from(code), error.is_transient());
    }
    if step == Step::HandingOver {
        return SendError::Ambiguous(BackendError::new(
            BackendErrorKind::Unavailable,
            "the connection to the mail server broke after the message was handed over: whether it was taken is not known",
        ));
    }
    let source = if error.is_client() {
        BackendError::new(
            BackendErrorKind::Misconfigured,
            "the mail server does not offer STARTTLS or a way to log in: check the address, or use smtps://",
        )
    } else if is_certificate(&error) {
        BackendError::new(
            BackendErrorKind::Misconfigured,
            "no trust in the mail server: check the host's name, its certificate and the root certificates",
        )
        .with_source(error)
    } else if error.is_response() {
        BackendError::new(
            BackendErrorKind::Unavailable,
            "the mail server closed the connection or answered what is not SMTP: check host, port and scheme",
        )
    } else {
        BackendError::new(
            BackendErrorKind::Unavailable,
            "the mail server cannot be reached: check host, port and firewall",
        )
        .with_source(error)
    };
    SendError::Transient { retry_after: None, source }
}

fn refused(step: Step, code: u16, transient: bool) -> SendError {
    if transient {
        let advice = format!("the mail server answered {code}: it is busy, or wants to be tried again later");
        let source = BackendError::new(BackendErrorKind::Busy, advice);
        return SendError::Transient { retry_after: None, source };
    }
    SendError::Permanent(match step {
        Step::Connecting => BackendError::new(
            BackendErrorKind::Misconfigured,
            format!("the mail server refused the log-in or the greeting ({code}): check user and password"),
        ),
        Step::Addressing | Step::HandingOver => BackendError::new(
            BackendErrorKind::Other,
            format!("the mail server refused sender, recipient or message ({code}): its log says why"),
        ),
    })
}

/// A step that took too long.
pub(super) fn too_slow(step: Step) -> SendError {
    let source = BackendError::new(BackendErrorKind::TimedOut, "the mail server did not answer in time");
    match step {
        Step::Connecting | Step::Addressing => SendError::Transient { retry_after: None, source },
        Step::HandingOver => SendError::Ambiguous(source),
    }
}

pub(super) fn not_an_email() -> SendError {
    SendError::Permanent(BackendError::new(
        BackendErrorKind::Misconfigured,
        "this sender carries e-mail alone: give SMS a sender of its own, with ByChannel",
    ))
}

pub(super) fn cannot_be_written() -> SendError {
    SendError::Permanent(BackendError::new(
        BackendErrorKind::Other,
        "the address or the text cannot be put into an e-mail",
    ))
}

pub(super) fn no_smtputf8() -> SendError {
    SendError::Permanent(BackendError::new(
        BackendErrorKind::Misconfigured,
        "the address is internationalised before the @, and the mail server does not speak SMTPUTF8",
    ))
}

pub(super) fn no_runtime() -> SendError {
    SendError::Permanent(BackendError::new(
        BackendErrorKind::Misconfigured,
        "this sender needs a tokio runtime: build the service within one, with the feature `tokio`",
    ))
}

/// Whether TLS failed: rustls hands its errors on as invalid data.
fn is_certificate(error: &Error) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<io::Error>() {
            return io.kind() == io::ErrorKind::InvalidData;
        }
        source = cause.source();
    }
    false
}
