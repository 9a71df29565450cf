//! What a gateway's answer means.

use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{HeaderMap, RETRY_AFTER};
use serde_json::Value;

use crate::error::{BackendError, BackendErrorKind};
use crate::ports::SendError;

/// Where in a JSON answer (RFC 6901) it is seen whether the message was taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Signs {
    /// It was taken where this is there and neither null, false, zero nor empty. Without one, 2xx is enough.
    pub(super) taken: Option<String>,
    /// It was refused where one of these is.
    pub(super) refused: Vec<String>,
}

/// A gateway asks for no longer wait than this: what it asks beyond is an outage, and the service has its own limits.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

impl Signs {
    pub(super) fn judge(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<(), SendError> {
        if status.is_success() {
            return self.judge_success(status, body);
        }
        // RFC 9110, 15.6.3 and 15.6.5: a proxy in between asked the gateway, and got no answer that it could use. 500 and 503
        // say that the request was not carried out.
        if matches!(status, StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT) {
            return Err(SendError::Ambiguous(BackendError::new(
                BackendErrorKind::Unavailable,
                format!("a proxy answered {} for the gateway, which may have the message", status.as_u16()),
            )));
        }
        if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
            return Err(SendError::Transient {
                retry_after: retry_after(headers),
                source: BackendError::new(
                    BackendErrorKind::Busy,
                    format!("the gateway answered {}: it is busy or out of order", status.as_u16()),
                ),
            });
        }
        let advice = match status.as_u16() {
            401 | 403 => "check user, password or token, and whether the account may send",
            404 | 405 => "check the address",
            300..=399 => "it redirects, and redirects are not followed: check the address",
            _ => "its log says why",
        };
        Err(SendError::Permanent(BackendError::new(
            BackendErrorKind::Misconfigured,
            format!("the gateway refused the message ({}): {advice}", status.as_u16()),
        )))
    }

    fn judge_success(&self, status: StatusCode, body: &[u8]) -> Result<(), SendError> {
        let Some(taken) = &self.taken else { return Ok(()) };
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let shows = |pointer: &String| answer.pointer(pointer).is_some_and(says_something);
        if shows(taken) {
            return Ok(());
        }
        let status = status.as_u16();
        if self.refused.iter().any(shows) {
            return Err(SendError::Permanent(BackendError::new(
                BackendErrorKind::Other,
                format!("the gateway answered {status} and refused the message: its log says why"),
            )));
        }
        Err(SendError::Ambiguous(BackendError::new(
            BackendErrorKind::Other,
            format!("the gateway answered {status}, but not whether it took the message: check the address"),
        )))
    }
}

/// Seconds alone: the other form, a date, is told by a clock that may not be ours.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_messages_taken_is_no_message_taken() {
        let signs =
            Signs { taken: Some("/response/msgOkCount".into()), refused: vec!["/response/errors".into()] };
        let judged = |body: &str| signs.judge(StatusCode::OK, &HeaderMap::new(), body.as_bytes());
        assert!(judged(r#"{"response": {"msgOkCount": 1}}"#).is_ok());
        assert!(matches!(
            judged(r#"{"response": {"msgOkCount": 0, "errors": [{}]}}"#),
            Err(SendError::Permanent(_))
        ));
        for nonsense in [r#"{"response": {"msgOkCount": 0, "errors": []}}"#, "<html>", "", "\"\""] {
            assert!(matches!(judged(nonsense), Err(SendError::Ambiguous(_))), "{nonsense}");
        }
    }

    #[test]
    fn a_wish_to_be_left_alone_is_bounded() {
        let wish = |text: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            retry_after(&headers)
        };
        assert_eq!(wish("30"), Some(Duration::from_secs(30)));
        assert_eq!(wish("18446744073709551615"), Some(LONGEST_WAIT));
        for not_seconds in ["Wed, 21 Oct 2026 07:28:00 GMT", "-1", "soon"] {
            assert_eq!(wish(not_seconds), None);
        }
    }
}
