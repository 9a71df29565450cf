//! Removing rows in batches.

use sqlx::postgres::PgPool;
use time::OffsetDateTime;

use crate::error::BackendError;

use super::connection::change;
use super::moment::milliseconds;

/// How many rows one statement removes: it locks them for some milliseconds, and nothing else.
const BATCH: i64 = 1_000;

/// Runs `delete`, which takes a time and the size of a batch, until it finds less than a batch.
///
/// It names rows by their place (`ctid`), which stays theirs while they are locked: looking each up by its key would read
/// a page of that index for every row.
pub(super) async fn purge(
    pool: &PgPool,
    delete: &'static str,
    before: OffsetDateTime,
) -> Result<u64, BackendError> {
    let mut removed = 0;
    loop {
        let batch = change(pool, || sqlx::query(delete).bind(milliseconds(before)).bind(BATCH)).await?;
        removed += batch;
        if batch < BATCH.unsigned_abs() {
            return Ok(removed);
        }
    }
}
