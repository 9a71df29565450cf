//! For whoever watches over the program: whether it can do its work.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::App;

pub async fn show(State(app): State<App>) -> (StatusCode, Json<Value>) {
    let (database, redis) = tokio::join!(app.database.answers(), app.database.redis_answers());
    let mut told = json!({ "database": said(database) });
    if let Some(redis) = redis {
        told["redis"] = said(redis).into();
    }
    let well = database && redis != Some(false);
    (if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(told))
}

const fn said(answers: bool) -> &'static str {
    if answers { "answers" } else { "does not answer" }
}
