//! What ends a request without a page of its own: it becomes one on its way out, in the visitor's language.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use minijinja::context;
use tower_sessions::{session, session_store};
use vestibule::Error;

use crate::app::App;
use crate::cookies;
use crate::refusal;
use crate::words::Words;

/// How long whoever came at a bad moment is asked to wait.
const BUSY: Duration = Duration::from_secs(5);

/// A status, and how long to wait where that is known.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    retry_after: Option<Duration>,
}

impl Problem {
    pub const fn of(status: StatusCode) -> Self {
        Self { status, retry_after: None }
    }

    /// Something that the portal keeps by itself is out of order. What it is goes to the log.
    pub fn out_of_order(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "a request could not be answered");
        Self::of(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Another time it will work.
    pub const fn busy() -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE, retry_after: Some(BUSY) }
    }
}

/// The session, or the database below it.
impl From<session::Error> for Problem {
    fn from(error: session::Error) -> Self {
        let problem = Self::out_of_order(&error);
        let is_the_database = matches!(error, session::Error::Store(session_store::Error::Backend(_)));
        if is_the_database { Self::busy() } else { problem }
    }
}

/// The tables of the portal's own. If the database does not answer now, it will.
impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        Self::out_of_order(&error);
        Self::busy()
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self { status: refusal::status(&error), retry_after: error.retry_after() }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(wait) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, refusal::seconds(wait).into());
        }
        response
    }
}

/// Gives a page to every refusal that has none: those of the framework too.
pub async fn pages(State(app): State<App>, request: Request, next: Next) -> Response {
    let language = cookies::language(request.headers(), &app.site);
    let response = next.run(request).await;
    let status = response.status();
    let has_page = response.headers().get(CONTENT_TYPE).is_some_and(|content| {
        content.as_bytes().starts_with(b"text/html") || content.as_bytes().starts_with(b"application/json")
    });
    if has_page || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let words = language.words();
    let (title, text) = explain(words, status);
    let context = context! { title, text };
    let page = app.templates.render("problem.html", language, &app.site, context);
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Response::from_parts(parts, page.into())
}

fn explain(words: &Words, status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::FORBIDDEN => (words.problem_forbidden, words.problem_forbidden_text),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
            (words.problem_not_found, words.problem_not_found_text)
        }
        StatusCode::PAYLOAD_TOO_LARGE => (words.problem_too_large, words.problem_too_large_text),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
            (words.problem_busy, words.problem_busy_text)
        }
        status if status.is_client_error() => (words.problem_bad_request, words.problem_bad_request_text),
        _ => (words.problem_out_of_order, words.problem_out_of_order_text),
    }
}
