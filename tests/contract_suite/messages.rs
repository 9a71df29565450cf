//! A message queue that can be broken.

use std::collections::BTreeMap;
use std::sync::Mutex;

use vestibule::async_trait;
use vestibule::error::{BackendError, BackendErrorKind};
use vestibule::message::MessageId;
use vestibule::ports::{ClaimedMessage, MessageQueue, QueuedMessage};
use vestibule::time::OffsetDateTime;

use crate::Defect;

#[derive(Debug)]
pub(crate) struct BreakableMessages {
    rows: Mutex<BTreeMap<MessageId, Row>>,
    defect: Defect,
}

#[derive(Clone, Debug)]
struct Row {
    held: ClaimedMessage,
    due_at: OffsetDateTime,
}

impl BreakableMessages {
    pub(crate) fn with(defect: &'static str) -> Self {
        Self { rows: Mutex::default(), defect: Defect::new(defect) }
    }

    fn is(&self, defect: &str) -> bool {
        self.defect.is(defect)
    }

    async fn set(&self, id: &MessageId, claim: u32, is_begun: bool, due_at: OffsetDateTime) -> bool {
        let _turn = self.defect.turn_unless("are_begun_without_a_lock").await;
        let read = self.rows.lock().unwrap().get(id).cloned();
        let anyone = self.is("are_begun_by_whoever_lost_them");
        let Some(mut row) = read.filter(|row| row.held.claim == claim || anyone) else { return false };
        self.defect.pause_if("are_begun_without_a_lock").await;
        if is_begun || !self.is("stay_begun_when_released") {
            row.held.is_begun = is_begun;
        }
        let keeps_lease = is_begun && self.is("keep_the_first_lease");
        if !keeps_lease {
            row.due_at = due_at;
        }
        self.rows.lock().unwrap().insert(*id, row);
        true
    }
}

#[async_trait]
impl MessageQueue for BreakableMessages {
    async fn put(&self, message: &QueuedMessage, due_at: OffsetDateTime) -> Result<(), BackendError> {
        let mut message = message.clone();
        if self.is("keep_text_alone") {
            message.sealed = String::from_utf8_lossy(&message.sealed).into_owned().into_bytes();
        }
        if self.is("expire_in_whole_seconds") {
            message.expires_at = message.expires_at.replace_nanosecond(0).unwrap();
        }
        let mut rows = self.rows.lock().unwrap();
        if rows.contains_key(&message.id) && !self.is("overwrite_a_message") {
            return Err(BackendError::new(BackendErrorKind::Other, "it is there already"));
        }
        let held = ClaimedMessage { message: message.clone(), claim: 1, is_begun: false };
        rows.insert(message.id, Row { held, due_at });
        Ok(())
    }

    async fn claim(
        &self,
        now: OffsetDateTime,
        due_at: OffsetDateTime,
        limit: u32,
    ) -> Result<Vec<ClaimedMessage>, BackendError> {
        let _turn = match self.defect.turn_unless("are_claimed_without_a_lock").await {
            Some(turn) if !self.is("are_begun_without_a_lock") => Some(turn),
            _ => None,
        };
        let mut due: Vec<_> = self.rows.lock().unwrap().values().cloned().collect();
        due.retain(|row| {
            let expires_at = row.held.message.expires_at;
            let lives = now < expires_at
                || self.is("live_for_ever")
                || self.is("live_a_moment_too_long") && now == expires_at;
            lives && (row.due_at <= now || self.is("are_always_due"))
        });
        if !self.is("are_claimed_in_the_order_of_their_ids") {
            due.sort_by_key(|row| row.due_at);
        }
        if !self.is("are_all_claimed_at_once") {
            due.truncate(limit as usize);
        }
        self.defect.pause_if("are_claimed_without_a_lock").await;
        for row in &mut due {
            row.held.claim += u32::from(!self.is("keep_the_number_of_the_claim"));
            if !self.is("are_claimed_for_no_time") {
                row.due_at = due_at;
            }
            if self.is("forget_that_they_were_begun_when_claimed") {
                let was_begun = std::mem::take(&mut row.held.is_begun);
                self.rows.lock().unwrap().insert(row.held.message.id, row.clone());
                row.held.is_begun = was_begun;
            } else {
                self.rows.lock().unwrap().insert(row.held.message.id, row.clone());
            }
        }
        Ok(due.into_iter().map(|row| row.held).collect())
    }

    async fn begin(&self, id: &MessageId, claim: u32, due_at: OffsetDateTime) -> Result<bool, BackendError> {
        Ok(self.set(id, claim, true, due_at).await)
    }

    async fn release(
        &self,
        id: &MessageId,
        claim: u32,
        due_at: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        Ok(self.set(id, claim, false, due_at).await)
    }

    async fn remove(&self, id: &MessageId) -> Result<(), BackendError> {
        let mut rows = self.rows.lock().unwrap();
        let removed = rows.remove(id);
        if let Some(row) = removed.filter(|row| row.held.is_begun && self.is("keep_what_was_begun")) {
            rows.insert(*id, row);
        }
        Ok(())
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        let mut rows = self.rows.lock().unwrap();
        let batch = if self.is("purge_one_batch_only") { 500 } else { usize::MAX };
        let gone = rows.values().map(|row| &row.held).filter(|held| {
            let expires_at = held.message.expires_at;
            let late =
                expires_at < before || self.is("purge_at_the_moment_of_expiry") && expires_at == before;
            late && !(held.is_begun && self.is("never_purge_what_was_begun"))
        });
        let gone: Vec<_> = gone.map(|held| held.message.id).take(batch).collect();
        gone.iter().for_each(|id| drop(rows.remove(id)));
        Ok(gone.len() as u64)
    }
}
