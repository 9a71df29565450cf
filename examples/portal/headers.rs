//! What every answer says to browsers.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, SET_COOKIE,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;

/// Nothing but our own styles, script and pictures; forms go nowhere else; nobody shows us in a frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

const ALWAYS: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), otp-credentials=(self)",
    ),
];

pub async fn add(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages are about one person, and are not to be seen again with the back button of the next one.
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if app.site.is_secure() {
        add_transport_security(headers);
        complete_cookies(headers);
    }
    response
}

fn add_transport_security(headers: &mut HeaderMap) {
    let two_years = HeaderValue::from_static("max-age=63072000; includeSubDomains");
    headers.insert(STRICT_TRANSPORT_SECURITY, two_years);
}

/// The session layer removes its cookie without saying `Secure`, and browsers then ignore the removal: the name says
/// that every cookie of that name is.
fn complete_cookies(headers: &mut HeaderMap) {
    let cookies: Vec<_> = headers.get_all(SET_COOKIE).iter().cloned().collect();
    headers.remove(SET_COOKIE);
    for cookie in cookies {
        let text = cookie.to_str().unwrap_or_default();
        let whole = if text.contains("; Secure") {
            None
        } else {
            Some(format!("{text}; Secure; HttpOnly; SameSite=Lax"))
        };
        let whole = whole.and_then(|whole| HeaderValue::try_from(whole).ok());
        headers.append(SET_COOKIE, whole.unwrap_or(cookie));
    }
}
