//! The style sheet, the script and the picture: built in, and the same for everybody.

use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

pub async fn style() -> impl IntoResponse {
    asset("text/css; charset=utf-8", include_str!("static/portal.css"))
}

pub async fn script() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", include_str!("static/portal.js"))
}

pub async fn icon() -> impl IntoResponse {
    asset("image/svg+xml", include_str!("static/icon.svg"))
}

/// Empty: the page after a log-out asks for it. Browsers keep whole pages for the back button, even those that are not to
/// be stored. They forget them when an answer says so *after* the page was left: the answer to the log-out comes too early.
pub async fn forget() -> impl IntoResponse {
    const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
    let headers = [(CONTENT_TYPE, "text/css"), (CACHE_CONTROL, "no-store"), (CLEAR_SITE_DATA, "\"cache\"")];
    (headers, "")
}

fn asset(content: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, content), (CACHE_CONTROL, "public, max-age=300")], text)
}
