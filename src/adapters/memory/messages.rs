use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::Shared;
use crate::error::{BackendError, BackendErrorKind};
use crate::message::MessageId;
use crate::ports::{ClaimedMessage, MessageQueue, QueuedMessage};

/// A message queue in memory: for tests, since what it keeps ends with the process.
#[derive(Clone, Default)]
pub struct MemoryMessages {
    rows: Shared<HashMap<MessageId, Row>>,
}

struct Row {
    held: ClaimedMessage,
    due_at: OffsetDateTime,
}

impl MemoryMessages {
    /// A queue without any messages.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many messages are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.lock().len()
    }

    /// Whether no message is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn set(&self, id: &MessageId, claim: u32, is_begun: bool, due_at: OffsetDateTime) -> bool {
        let mut rows = self.rows.lock();
        let Some(row) = rows.get_mut(id).filter(|row| row.held.claim == claim) else { return false };
        row.held.is_begun = is_begun;
        row.due_at = due_at;
        true
    }
}

#[async_trait]
impl MessageQueue for MemoryMessages {
    async fn put(&self, message: &QueuedMessage, due_at: OffsetDateTime) -> Result<(), BackendError> {
        match self.rows.lock().entry(message.id) {
            Entry::Vacant(place) => {
                let held = ClaimedMessage { message: message.clone(), claim: 1, is_begun: false };
                place.insert(Row { held, due_at });
                Ok(())
            }
            Entry::Occupied(_) => Err(BackendError::new(
                BackendErrorKind::Other,
                "a message with this id is stored already: each must have an id of its own",
            )),
        }
    }

    async fn claim(
        &self,
        now: OffsetDateTime,
        due_at: OffsetDateTime,
        limit: u32,
    ) -> Result<Vec<ClaimedMessage>, BackendError> {
        let mut rows = self.rows.lock();
        let mut due: Vec<_> =
            rows.values_mut().filter(|row| row.due_at <= now && now < row.held.message.expires_at).collect();
        due.sort_unstable_by_key(|row| row.due_at);
        let claimed = due.into_iter().take(limit as usize).map(|row| {
            row.due_at = due_at;
            row.held.claim += 1;
            row.held.clone()
        });
        Ok(claimed.collect())
    }

    async fn begin(&self, id: &MessageId, claim: u32, due_at: OffsetDateTime) -> Result<bool, BackendError> {
        Ok(self.set(id, claim, true, due_at))
    }

    async fn release(
        &self,
        id: &MessageId,
        claim: u32,
        due_at: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        Ok(self.set(id, claim, false, due_at))
    }

    async fn remove(&self, id: &MessageId) -> Result<(), BackendError> {
        self.rows.lock().remove(id);
        Ok(())
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        let mut rows = self.rows.lock();
        let there = rows.len();
        rows.retain(|_, row| row.held.message.expires_at >= before);
        Ok((there - rows.len()) as u64)
    }
}

impl fmt::Debug for MemoryMessages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryMessages").field("messages", &self.len()).finish_non_exhaustive()
    }
}
