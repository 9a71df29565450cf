//! Removing rows in batches.

use std::time::Duration;

use sqlx::sqlite::SqlitePool;
use time::OffsetDateTime;
use tokio::time::sleep;

use crate::error::BackendError;

use super::failure::failed;
use super::moment::milliseconds;

/// How many rows one statement removes. Among a million rows each is on a page of its own, which must be read and written:
/// for so many, the lock to write is held for some milliseconds.
const BATCH: i64 = 250;

/// How long the lock is left to others between two batches: SQLite has no queue, so whoever waits for the lock looks
/// for it now and then, at first every few milliseconds.
const PAUSE: Duration = Duration::from_millis(10);

/// Runs `delete`, which takes a time and the size of a batch, until it finds less than a batch.
pub(super) async fn purge(
    pool: &SqlitePool,
    delete: &'static str,
    before: OffsetDateTime,
) -> Result<u64, BackendError> {
    let mut removed = 0;
    loop {
        let batch = sqlx::query(delete)
            .bind(milliseconds(before))
            .bind(BATCH)
            .execute(pool)
            .await
            .map_err(failed)?
            .rows_affected();
        removed += batch;
        if batch < BATCH.unsigned_abs() {
            return Ok(removed);
        }
        sleep(PAUSE).await;
    }
}
