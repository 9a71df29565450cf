//! Which address leads where. What changes something is a `POST`, and takes a form of our own.

mod account;
mod codes;
mod development;
mod health;
mod language;
mod login;

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use tower_sessions::cookie::SameSite;
use tower_sessions::{Expiry, SessionManagerLayer};
use vestibule::code::Purpose;

use crate::app::App;
use crate::problem::Problem;
use crate::{assets, cookies, headers, member, problem};

/// Three passwords of the greatest length that is read, each byte written as three.
const LARGEST_FORM: usize = 48 * 1024;
/// How long anything may take. What the library has begun by then, it brings to its end.
const PATIENCE: Duration = Duration::from_secs(30);

pub fn all(app: &App) -> Router {
    let secure = app.site.is_secure();
    let sessions = SessionManagerLayer::new(app.sessions.clone())
        .with_name(cookies::full_name("session", secure))
        .with_secure(secure)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(member::IDLE));
    let pages = Router::new()
        .route("/", get(|| async { Redirect::to("/account") }))
        .route("/login", get(login::show).post(login::submit))
        .route("/logout", post(login::log_out))
        .route("/language", post(language::choose))
        .merge(codes::routes(Purpose::Activation))
        .merge(codes::routes(Purpose::Recovery))
        .route("/account", get(account::show))
        .route("/account/password", get(account::show_again).post(account::change_password))
        .layer(sessions);
    let mut routes = pages
        .route("/healthz", get(health::show))
        .route("/static/portal.css", get(assets::style))
        .route("/static/forget.css", get(assets::forget))
        .route("/static/portal.js", get(assets::script))
        .route("/static/icon.svg", get(assets::icon));
    if app.outbox.is_some() {
        routes = routes.merge(development::routes());
    }
    routes
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(middleware::from_fn(limit_time))
        .layer(middleware::from_fn_with_state(app.clone(), problem::pages))
        .layer(middleware::from_fn_with_state(app.clone(), headers::add))
        .with_state(app.clone())
}

async fn limit_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(PATIENCE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::busy().into_response(),
    }
}
