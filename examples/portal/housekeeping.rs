//! What is done beside the requests: sends what waits, and clears away what has had its time.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::interval;
use tower_sessions::ExpiredDeletion;

use crate::app::App;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

/// Both begin at once, and end when what is returned is dropped.
pub fn begin(app: &App) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(send_what_waits(app.clone()));
    tasks.spawn(clear_away(app.clone()));
    tasks
}

/// Sends what a program that was killed had accepted, and what a sender that was down left waiting.
async fn send_what_waits(app: App) {
    let mut minutes = interval(MINUTE);
    loop {
        minutes.tick().await;
        if let Err(error) = app.accounts.resume_deliveries().await {
            tracing::warn!(%error, "messages that wait were not taken up");
        }
    }
}

/// Nothing depends on it but the size of the database.
async fn clear_away(app: App) {
    let mut hours = interval(HOUR);
    loop {
        hours.tick().await;
        if let Err(error) = app.accounts.purge().await {
            tracing::warn!(%error, "codes, counts and messages were not cleared away");
        }
        if let Err(error) = app.sessions.delete_expired().await {
            tracing::warn!(%error, "sessions were not cleared away");
        }
    }
}
