//! The message queue.

use std::fmt;

use async_trait::async_trait;
use sqlx::sqlite::SqlitePool;
use time::OffsetDateTime;

use crate::error::{BackendError, BackendErrorKind};
use crate::message::MessageId;
use crate::ports::{ClaimedMessage, MessageQueue, QueuedMessage};

use super::failure::failed;
use super::moment::milliseconds;
use super::purge::purge;
use super::rows::message::{SENDING, WAITING, read_all_claimed};

/// Keeps messages in `vestibule_messages`, sealed.
///
/// Every operation is one statement; `purge` is one for each 250 rows.
#[derive(Clone)]
pub struct SqliteMessages {
    pool: SqlitePool,
}

impl SqliteMessages {
    /// Makes one on a pool whose database has the schema: see [`migrate`](super::migrate).
    #[must_use]
    pub const fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    async fn set(
        &self,
        state: &str,
        id: &MessageId,
        claim: u32,
        due_at: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        let set =
            sqlx::query("update vestibule_messages set state = ?3, due_at = ?4 where id = ?1 and claim = ?2")
                .bind(&id.as_bytes()[..])
                .bind(i64::from(claim))
                .bind(state)
                .bind(milliseconds(due_at))
                .execute(&self.pool)
                .await
                .map_err(failed)?;
        Ok(set.rows_affected() == 1)
    }
}

impl fmt::Debug for SqliteMessages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteMessages").finish_non_exhaustive()
    }
}

#[async_trait]
impl MessageQueue for SqliteMessages {
    async fn put(&self, message: &QueuedMessage, due_at: OffsetDateTime) -> Result<(), BackendError> {
        sqlx::query(
            "insert into vestibule_messages (id, due_at, expires_at, sealed) values (?1, ?2, ?3, ?4)",
        )
        .bind(&message.id.as_bytes()[..])
        .bind(milliseconds(due_at))
        .bind(milliseconds(message.expires_at))
        .bind(&message.sealed[..])
        .execute(&self.pool)
        .await
        .map_err(|error| match error.as_database_error() {
            Some(refused) if refused.is_unique_violation() => BackendError::new(
                BackendErrorKind::Other,
                "a message with this id is stored already: each must have an id of its own",
            ),
            _ => failed(error),
        })?;
        Ok(())
    }

    async fn claim(
        &self,
        now: OffsetDateTime,
        due_at: OffsetDateTime,
        limit: u32,
    ) -> Result<Vec<ClaimedMessage>, BackendError> {
        // One statement holds the lock to write from its beginning on: nobody claims between its reading and its
        // writing.
        let rows = sqlx::query(
            "update vestibule_messages set claim = claim + 1, due_at = ?2 where id in \
             (select id from vestibule_messages where due_at <= ?1 and expires_at > ?1 order by due_at limit ?3) \
             returning id, state, claim, expires_at, sealed",
        )
        .bind(milliseconds(now))
        .bind(milliseconds(due_at))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        read_all_claimed(&rows)
    }

    async fn begin(&self, id: &MessageId, claim: u32, due_at: OffsetDateTime) -> Result<bool, BackendError> {
        self.set(SENDING, id, claim, due_at).await
    }

    async fn release(
        &self,
        id: &MessageId,
        claim: u32,
        due_at: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        self.set(WAITING, id, claim, due_at).await
    }

    async fn remove(&self, id: &MessageId) -> Result<(), BackendError> {
        sqlx::query("delete from vestibule_messages where id = ?1")
            .bind(&id.as_bytes()[..])
            .execute(&self.pool)
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        purge(
            &self.pool,
            "delete from vestibule_messages where id in \
             (select id from vestibule_messages where expires_at < ?1 order by expires_at limit ?2)",
            before,
        )
        .await
    }
}
