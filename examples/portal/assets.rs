//! The style sheet, the script and the picture: built in, and the same for everybody.

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

fn asset(content: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, content), (CACHE_CONTROL, "public, max-age=300")], text)
}
