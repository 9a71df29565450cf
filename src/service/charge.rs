//! Counting an attempt before it is judged, and undoing the count where there was no verdict.

use std::sync::Arc;

use crate::context::Context;
use crate::error::Error;
use crate::event::{EventKind, Flow};
use crate::hasher::Progress;
use crate::origin::Origin;
use crate::service::line::Turn;
use crate::throttle::{Charge, ThrottleKey, Ticket, Verdict};

/// Counts one event on every key, or says how long to wait.
pub(super) async fn charge(
    context: &Context,
    flow: Flow,
    charges: &[Charge],
    origin: &Origin,
) -> Result<Ticket, Error> {
    let now = context.now()?;
    match context.ask("throttle_store.charge", context.throttle.charge(charges, now)).await? {
        Verdict::Allowed(ticket) => Ok(ticket),
        Verdict::Wait(retry_after) => {
            context.tell(EventKind::Throttled { flow, retry_after }, |mut event| {
                event.source = origin.address;
                event
            });
            Err(Error::Throttled { retry_after })
        }
        Verdict::Stopped => {
            context.tell(EventKind::PasswordStopped, |mut event| {
                event.source = origin.address;
                event
            });
            Err(Error::PasswordStopped)
        }
    }
}

/// Undoes a charge. A failure is told to the operator: the person waits a little longer than she should.
pub(super) async fn refund(context: &Context, ticket: &Ticket) {
    let _ = context.ask("throttle_store.refund", context.throttle.refund(ticket)).await;
}

/// An attempt that was counted and not judged yet.
///
/// Dropped without a verdict, it is refunded in the background, and the next attempt with the same key waits for
/// that: a failing store and a caller who gave up in the queue charge nobody. Once the hash has started the charge
/// stands, or hanging up would buy free guesses. What makes one runs under [`Context::finish`], so that a charge that
/// is under way when the caller goes away is refunded too.
#[derive(Debug)]
pub(super) struct Attempt {
    context: Arc<Context>,
    ticket: Option<Ticket>,
    progress: Progress,
    turn: Option<Turn>,
}

impl Attempt {
    pub(super) const fn new(context: Arc<Context>, ticket: Ticket, progress: Progress, turn: Turn) -> Self {
        Self { context, ticket: Some(ticket), progress, turn: Some(turn) }
    }

    /// Replaces what was charged, where it turns out that another key should have been.
    pub(super) async fn recharge(
        mut self,
        flow: Flow,
        charges: Vec<Charge>,
        origin: Origin,
    ) -> Result<Self, Error> {
        if let Some(ticket) = self.ticket.take() {
            refund(&self.context, &ticket).await;
        }
        self.ticket = Some(charge(&self.context, flow, &charges, &origin).await?);
        Ok(self)
    }

    /// The attempt failed: the charge stands.
    pub(super) fn failed(mut self) {
        self.ticket = None;
    }

    /// The attempt succeeded: its charge is undone before the next one goes.
    pub(super) async fn succeeded(mut self) {
        if let Some(ticket) = self.ticket.take() {
            refund(&self.context, &ticket).await;
        }
    }

    /// The attempt succeeded, and ends a row of failures. Where there was one, which is seldom, it is cleared behind
    /// the answer, and the next one waits for that: nothing stops it that is over, and no failure of its own is cleared.
    pub(super) async fn succeeded_ending(mut self, row_of_failures: ThrottleKey) {
        let Some(ticket) = self.ticket.take() else { return };
        refund(&self.context, &ticket).await;
        if !ticket.had_earlier_events(&row_of_failures) {
            return;
        }
        let (context, turn) = (Arc::clone(&self.context), self.turn.take());
        self.context.spawn(async move {
            let _ = context.ask("throttle_store.lift", context.throttle.lift(&[row_of_failures])).await;
            drop(turn);
        });
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket.take() else { return };
        // Withdraws what still waits, and says in one step whether anything was hashed.
        if self.progress.settle() {
            return;
        }
        let (context, turn) = (Arc::clone(&self.context), self.turn.take());
        self.context.spawn(async move {
            refund(&context, &ticket).await;
            drop(turn);
        });
    }
}
