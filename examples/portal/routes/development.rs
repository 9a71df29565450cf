//! What was sent, where there is no real sender: on a machine of one's own alone.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::HOST;
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, http::HeaderMap};
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde_json::json;
use vestibule::message::Message;

use crate::app::{App, Site};
use crate::cookies;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/dev/outbox", get(page))
        .route("/dev/outbox.json", get(json_of_all))
        .layer(middleware::from_fn(refuse_other_hosts))
}

/// A page elsewhere can have its name lead to this machine, and would read codes here.
async fn refuse_other_hosts(request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if Site::is_local_host(host) { next.run(request).await } else { StatusCode::NOT_FOUND.into_response() }
}

async fn page(State(app): State<App>, headers: HeaderMap) -> Html<String> {
    let mut messages = all(&app);
    messages.reverse();
    let context = context! { messages => Value::from(Serde(messages)) };
    Html(app.templates.render("outbox.html", cookies::language(&headers, &app.site), &app.site, context))
}

async fn json_of_all(State(app): State<App>) -> Json<Vec<serde_json::Value>> {
    Json(all(&app))
}

/// The oldest first.
fn all(app: &App) -> Vec<serde_json::Value> {
    app.outbox.iter().flat_map(|outbox| outbox.messages()).map(|message| described(&message)).collect()
}

fn described(message: &Message) -> serde_json::Value {
    json!({
        "to": message.to.as_str(),
        "channel": message.to.channel().as_str(),
        "kind": message.kind.as_str(),
        "subject": message.text.subject(),
        "text": message.text.expose_text(),
        "code": message.expose_code(),
    })
}
