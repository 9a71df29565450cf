//! Writes down what is accepted before it is sent, and takes up what whoever came before left unsent.

use std::sync::Arc;

use time::OffsetDateTime;

use super::sending::Unreadable;
use super::stored::{LEASE, Stored};
use super::{Class, Delivery, FIRST_WAIT, Sending};
use crate::context::after;
use crate::error::{BackendError, BackendErrorKind};
use crate::event::{EventKind, LossReason};
use crate::ports::{ClaimedMessage, MessageQueue};

/// How many messages are claimed at once.
const BATCH: u32 = 64;

/// The number of the claim by which a message is there that was just put down.
const FIRST_CLAIM: u32 = 1;

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
        let expires_at = message.code_expires_at().unwrap_or(after(now, context.settings.notice_lifetime));
        let mut stored = self.held.take(queue, id, expires_at, FIRST_CLAIM)?;
        let due_at = if has_place { after(now, LEASE) } else { now };
        stored.put(context, message.seal(&context.keys, id, expires_at), due_at).await;
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
        let Some(stored) = self.held.take(queue, message.id, message.expires_at, claim) else {
            // It waits here already.
            return TakenUp::Settled;
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
            stored.hand_back(context, after(now, FIRST_WAIT)).await;
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
