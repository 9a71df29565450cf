//! The stored queue: what was accepted is written down before it is sent, and taken up again by whoever comes after.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;

use super::sending::Unreadable;
use super::{Class, Delivery, FIRST_WAIT, LONGEST_WAIT, Sending};
use crate::context::{Context, after};
use crate::error::{BackendError, BackendErrorKind};
use crate::event::{EventKind, LossReason};
use crate::message::MessageId;
use crate::ports::{ClaimedMessage, MessageQueue};

/// For how long a process has a message that waits. Another takes it up when this has passed and nobody was heard of.
const LEASE: Duration = Duration::from_secs(60);

/// How long a sending attempt may outlast the sender's deadline: clocks of several machines differ by up to 5 s.
const MARGIN: Duration = Duration::from_secs(10);

/// How many messages are claimed at once.
const BATCH: u32 = 64;

/// The messages of the stored queue that this process has, with the number of the claim by which it has each: one that
/// waits here for longer than its lease is claimed anew for itself, and not sent twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Held(Arc<Mutex<HashMap<MessageId, Arc<AtomicU32>>>>);

impl Held {
    fn lock(&self) -> MutexGuard<'_, HashMap<MessageId, Arc<AtomicU32>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of a claim. `None` where the message is here already: the claim is its own.
    fn hold(&self, id: MessageId, claim: u32) -> Option<Arc<AtomicU32>> {
        let mut held = self.lock();
        if let Some(ours) = held.get(&id) {
            ours.store(claim, Ordering::SeqCst);
            return None;
        }
        let ours = Arc::new(AtomicU32::new(claim));
        held.insert(id, Arc::clone(&ours));
        Some(ours)
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
    is_there: bool,
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
    pub(super) const fn is_there(&self) -> bool {
        self.is_there
    }

    pub(super) fn has_expired(&self, now: OffsetDateTime) -> bool {
        now >= self.expires_at
    }

    /// Writes down that the message is about to be handed over: whoever finds it so does not know whether it was sent.
    pub(super) async fn begin(&self, context: &Context, now: OffsetDateTime) -> Begun {
        if !self.is_there {
            // It goes out from memory.
            return Begun::Ours;
        }
        let until = after(now, context.settings.sender_deadline.saturating_add(MARGIN));
        let begun = self.queue.begin(&self.id, self.claim(), until);
        match context.ask("message_queue.begin", begun).await {
            Ok(true) => Begun::Ours,
            Ok(false) => Begun::NotOurs,
            Err(_) => Begun::Unknown,
        }
    }

    /// Writes down that the message was not sent, and waits here for so long. `false` when another process has it.
    pub(super) async fn release(&self, context: &Context, pause: Duration) -> bool {
        if !self.is_there {
            return true;
        }
        let Ok(now) = context.now() else { return true };
        let until = after(now, pause.saturating_add(LEASE));
        let released = self.queue.release(&self.id, self.claim(), until);
        context.ask("message_queue.release", released).await.unwrap_or(true)
    }

    /// Forgets the message. A row that stays would be sent again, so this is tried for as long as the row could be.
    pub(super) async fn remove(&self, context: &Context) {
        let mut wait = FIRST_WAIT;
        while context.ask("message_queue.remove", self.queue.remove(&self.id)).await.is_err() {
            if !self.is_there || context.now().is_ok_and(|now| self.has_expired(now)) {
                return;
            }
            context.spawner.sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }
}

/// What became of a message that was claimed.
enum TakenUp {
    Started,
    /// There is nothing to do for it now.
    Settled,
    NoPlace,
}

impl Delivery {
    /// Writes a message down before anybody is told that it was accepted. Where that fails, it is sent from memory, as it
    /// is where there is no stored queue. Without a place in this process it is due for whoever asks first.
    pub(super) async fn store(&self, message: &Sending, has_place: bool) -> Option<Stored> {
        let context = &self.context;
        let (queue, id, now) = (context.message_queue.as_ref()?, message.id()?, context.now().ok()?);
        let claim = self.held.hold(id, 1)?;
        let expires_at = message.code_expires_at().unwrap_or(after(now, context.settings.notice_lifetime));
        let (queue, held) = (Arc::clone(queue), self.held.clone());
        let mut stored = Stored { queue, id, expires_at, claim, held, is_there: false };
        let due_at = if has_place { after(now, LEASE) } else { now };
        let put = async { stored.queue.put(&message.seal(&context.keys, id, expires_at)?, due_at).await };
        stored.is_there = context.ask("message_queue.put", put).await.is_ok();
        Some(stored)
    }

    /// Takes up what was accepted and not sent, by whichever process, and says how much.
    pub(crate) async fn resume(self: &Arc<Self>) -> Result<usize, BackendError> {
        let context = &self.context;
        let Some(queue) = &context.message_queue else { return Ok(0) };
        let mut resumed = 0;
        // One time for all: what is put back is due later than this, so that no message is looked at twice.
        let now = context.now()?;
        loop {
            let claim = queue.claim(now, after(now, LEASE), BATCH);
            let claimed = context.ask("message_queue.claim", claim).await?;
            let (all, mut without_place) = (claimed.len(), 0);
            for message in claimed {
                match self.take_up(queue, message, now).await {
                    TakenUp::Started => resumed += 1,
                    TakenUp::Settled => {}
                    TakenUp::NoPlace => without_place += 1,
                }
            }
            // Where nothing of a whole batch finds a place, what is behind it would not either.
            if all < BATCH as usize || without_place == all {
                return Ok(resumed);
            }
        }
    }

    async fn take_up(
        self: &Arc<Self>,
        queue: &Arc<dyn MessageQueue>,
        claimed: ClaimedMessage,
        now: OffsetDateTime,
    ) -> TakenUp {
        let context = &self.context;
        let ClaimedMessage { message, claim, is_begun } = claimed;
        let Some(claim) = self.held.hold(message.id, claim) else {
            // It waits here already.
            return TakenUp::Settled;
        };
        let stored = Stored {
            queue: Arc::clone(queue),
            id: message.id,
            expires_at: message.expires_at,
            claim,
            held: self.held.clone(),
            is_there: true,
        };
        let sending = match Sending::open(&context.keys, &message) {
            Ok(sending) => sending,
            Err(Unreadable::NotByUs) => {
                // Another machine may have the key already. It stays until it expires, and is told of each time.
                let failure = BackendErrorKind::Misconfigured;
                context.record(EventKind::PortFailed { operation: "message_queue.open", failure });
                return TakenUp::Settled;
            }
            Err(Unreadable::Damaged) => {
                let failure = BackendErrorKind::Corrupt;
                context.record(EventKind::PortFailed { operation: "message_queue.open", failure });
                self.forget(stored);
                return TakenUp::Settled;
            }
        };
        // Somebody died between handing it over and saying so.
        if is_begun && matches!(sending.class(), Class::Code) {
            sending.lose(context, LossReason::Interrupted);
            self.forget(stored);
            return TakenUp::Settled;
        }
        let Some(place) = self.place_for(&sending) else {
            let later = after(now, FIRST_WAIT);
            let released = queue.release(&message.id, stored.claim(), later);
            let _ = context.ask("message_queue.release", released).await;
            return TakenUp::NoPlace;
        };
        self.start(sending.kept_in(Some(stored)), place);
        TakenUp::Started
    }

    /// Forgets a message that will not be sent, behind those that will: a queue that cannot remove it holds up nobody.
    fn forget(&self, stored: Stored) {
        let context = Arc::clone(&self.context);
        self.context.spawn(async move { stored.remove(&context).await });
    }
}
