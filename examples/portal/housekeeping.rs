//! Clears away what has had its time. Nothing depends on it but the size of the database.

use std::time::Duration;

use tokio::task::JoinHandle;
use tower_sessions::ExpiredDeletion;

use crate::app::App;

const HOUR: Duration = Duration::from_secs(3_600);

pub fn begin(app: App) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut hours = tokio::time::interval(HOUR);
        loop {
            hours.tick().await;
            if let Err(error) = app.accounts.purge().await {
                tracing::warn!(%error, "codes and counts were not cleared away");
            }
            if let Err(error) = app.sessions.delete_expired().await {
                tracing::warn!(%error, "sessions were not cleared away");
            }
        }
    })
}
