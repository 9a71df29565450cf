//! The row of a message in the stored queue, and which of them this process has.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;

use super::arming::{FIRST_WAIT, LONGEST_WAIT};
use crate::context::{Context, after};
use crate::error::BackendError;
use crate::message::MessageId;
use crate::ports::{MessageQueue, QueuedMessage};

/// For how long a process has a message that waits. Another takes it up when this has passed and nobody was heard of.
pub(super) const LEASE: Duration = Duration::from_secs(60);

/// How long a sending attempt may outlast the sender's deadline: clocks of several machines differ by up to 5 s.
const MARGIN: Duration = Duration::from_secs(10);

/// The messages of the stored queue that this process has, with the number of the claim by which it has each: one that
/// waits here for longer than its lease is claimed anew for itself, and not sent twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Held(Arc<Mutex<HashMap<MessageId, Arc<AtomicU32>>>>);

impl Held {
    fn lock(&self) -> MutexGuard<'_, HashMap<MessageId, Arc<AtomicU32>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The row of a message, by a claim. `None` where the message is here already: the claim is its own.
    pub(super) fn take(
        &self,
        queue: &Arc<dyn MessageQueue>,
        id: MessageId,
        expires_at: OffsetDateTime,
        claim: u32,
    ) -> Option<Stored> {
        let mut held = self.lock();
        if let Some(ours) = held.get(&id) {
            ours.store(claim, Ordering::SeqCst);
            return None;
        }
        let claim = Arc::new(AtomicU32::new(claim));
        held.insert(id, Arc::clone(&claim));
        let queue = Arc::clone(queue);
        Some(Stored { queue, id, expires_at, claim, held: self.clone(), is_there: AtomicBool::new(true) })
    }
}

/// The row of a message in the stored queue, for as long as this process has it.
#[derive(Debug)]
pub(super) struct Stored {
    queue: Arc<dyn MessageQueue>,
    id: MessageId,
    expires_at: OffsetDateTime,
    claim: Arc<AtomicU32>,
    held: Held,
    /// Whether the row is known to be there. Where writing it failed, it may be all the same.
    is_there: AtomicBool,
}

impl Drop for Stored {
    fn drop(&mut self) {
        self.held.lock().remove(&self.id);
    }
}

/// What came of saying that a message is about to be sent.
pub(super) enum Begun {
    Ours,
    /// Another process has it, or it is gone.
    NotOurs,
    /// The queue did not answer.
    Unknown,
}

impl Stored {
    fn claim(&self) -> u32 {
        self.claim.load(Ordering::SeqCst)
    }

    /// Whether the message outlives this process.
    pub(super) fn is_there(&self) -> bool {
        self.is_there.load(Ordering::SeqCst)
    }

    /// Writes the message down, due at that time for whoever asks then.
    pub(super) async fn put(
        &mut self,
        context: &Context,
        message: Result<QueuedMessage, BackendError>,
        due_at: OffsetDateTime,
    ) {
        let put = async { self.queue.put(&message?, due_at).await };
        let put = context.ask("message_queue.put", put).await;
        *self.is_there.get_mut() = put.is_ok();
    }

    pub(super) fn has_expired(&self, now: OffsetDateTime) -> bool {
        now >= self.expires_at
    }

    /// Writes down that the message is about to be handed over: whoever finds it so does not know whether it was sent.
    ///
    /// This is tried, too, where writing the row failed: the answer may have been lost alone, and whoever came after a
    /// death would send it again. Where there is no row, it goes out from memory.
    pub(super) async fn begin(&self, context: &Context, now: OffsetDateTime) -> Begun {
        let until = after(now, context.settings.sender_deadline.saturating_add(MARGIN));
        let begun = self.queue.begin(&self.id, self.claim(), until);
        match context.ask("message_queue.begin", begun).await {
            Ok(true) => {
                self.is_there.store(true, Ordering::SeqCst);
                Begun::Ours
            }
            _ if !self.is_there() => Begun::Ours,
            Ok(false) => Begun::NotOurs,
            Err(_) => Begun::Unknown,
        }
    }

    /// Writes down that the message was not sent, and waits here for so long. `false` when another process has it.
    pub(super) async fn release(&self, context: &Context, pause: Duration) -> bool {
        if !self.is_there() {
            return true;
        }
        let Ok(now) = context.now() else { return true };
        self.hand_back(context, after(now, pause.saturating_add(LEASE))).await
    }

    /// Leaves the message to whoever asks at that time or later. `false` when another process has it.
    pub(super) async fn hand_back(&self, context: &Context, due_at: OffsetDateTime) -> bool {
        let released = self.queue.release(&self.id, self.claim(), due_at);
        context.ask("message_queue.release", released).await.unwrap_or(true)
    }

    /// Forgets the message. A row that stays would be sent again, so this is tried for as long as the row could be.
    pub(super) async fn remove(&self, context: &Context) {
        let mut wait = FIRST_WAIT;
        while context.ask("message_queue.remove", self.queue.remove(&self.id)).await.is_err() {
            if !self.is_there() || context.now().is_ok_and(|now| self.has_expired(now)) {
                return;
            }
            context.spawner.sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }
}
