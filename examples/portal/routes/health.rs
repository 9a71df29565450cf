//! For whoever watches over the program: whether it can do its work.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::App;

pub async fn show(State(app): State<App>) -> (StatusCode, Json<Value>) {
    if app.database.answers().await {
        (StatusCode::OK, Json(json!({ "database": "answers" })))
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "database": "does not answer" })))
    }
}
