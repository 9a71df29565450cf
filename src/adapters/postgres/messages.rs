//! The message queue.

use std::fmt;

use async_trait::async_trait;
use sqlx::postgres::PgPool;
use time::OffsetDateTime;

use crate::error::{BackendError, BackendErrorKind};
use crate::message::MessageId;
use crate::ports::{ClaimedMessage, MessageQueue, QueuedMessage};

use super::connection::{change, write};
use super::moment::milliseconds;
use super::purge::purge;
use super::rows::message::{SENDING, WAITING, read_all_claimed};

/// Keeps messages in `vestibule.messages`, sealed.
///
/// Every operation is one statement; `purge` is one for each 1,000 rows. Machines that claim at once skip each other's
/// rows and do not wait.
#[derive(Clone)]
pub struct PostgresMessages {
    pool: PgPool,
}

impl PostgresMessages {
    /// Makes one on a pool whose database has the schema: see [`migrate`](super::migrate).
    #[must_use]
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    async fn set(
        &self,
        state: &str,
        id: &MessageId,
        claim: u32,
        due_at: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        let set = change(&self.pool, || {
            sqlx::query("update vestibule.messages set state = $3, due_at = $4 where id = $1 and claim = $2")
                .bind(&id.as_bytes()[..])
                .bind(i64::from(claim))
                .bind(state)
                .bind(milliseconds(due_at))
        })
        .await?;
        Ok(set == 1)
    }
}

impl fmt::Debug for PostgresMessages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresMessages").finish_non_exhaustive()
    }
}

#[async_trait]
impl MessageQueue for PostgresMessages {
    async fn put(&self, message: &QueuedMessage, due_at: OffsetDateTime) -> Result<(), BackendError> {
        let put = change(&self.pool, || {
            sqlx::query(
                "insert into vestibule.messages (id, due_at, expires_at, sealed) values ($1, $2, $3, $4) \
                 on conflict (id) do nothing",
            )
            .bind(&message.id.as_bytes()[..])
            .bind(milliseconds(due_at))
            .bind(milliseconds(message.expires_at))
            .bind(&message.sealed[..])
        })
        .await?;
        if put == 0 {
            return Err(BackendError::new(
                BackendErrorKind::Other,
                "a message with this id is stored already: each must have an id of its own",
            ));
        }
        Ok(())
    }

    async fn claim(
        &self,
        now: OffsetDateTime,
        due_at: OffsetDateTime,
        limit: u32,
    ) -> Result<Vec<ClaimedMessage>, BackendError> {
        let rows = write(&self.pool, || {
            sqlx::query(
                "update vestibule.messages set claim = claim + 1, due_at = $2 where id = any(array( \
                   select id from vestibule.messages where due_at <= $1 and expires_at > $1 \
                   order by due_at limit $3 for update skip locked)) \
                 returning id, state, claim, expires_at, sealed",
            )
            .bind(milliseconds(now))
            .bind(milliseconds(due_at))
            .bind(i64::from(limit))
        })
        .await?;
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
        change(&self.pool, || {
            sqlx::query("delete from vestibule.messages where id = $1").bind(&id.as_bytes()[..])
        })
        .await?;
        Ok(())
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        purge(
            &self.pool,
            "delete from vestibule.messages where id = any(array( \
               select id from vestibule.messages where expires_at < $1 order by expires_at limit $2 \
               for update skip locked))",
            before,
        )
        .await
    }
}
