//! Sends a message, again and again while that may help.

use std::sync::Arc;
use std::time::Duration;

use async_lock::Semaphore;

use super::row::FRESH;
use super::{Sending, What};
use crate::contact::Contact;
use crate::context::{Context, PortFault};
use crate::delivery::arming::{FIRST_WAIT, LONGEST_WAIT};
use crate::delivery::stored::{Begun, Stored};
use crate::error::{BackendError, BackendErrorKind};
use crate::event::{EventKind, LossReason};
use crate::limits;
use crate::message::{Message, Notice};
use crate::ports::SendError;
use crate::throttle::{Ticket, Verdict};

/// What came of one attempt to send.
enum Attempted {
    Sent,
    Lost(LossReason),
    /// Another process has it.
    Elsewhere,
    /// To be tried again, not before the other side's own wish.
    Again(Option<Duration>),
}

/// What came of counting a message towards the cap of its number.
enum Counted {
    Nothing,
    This(Ticket),
    Reached,
}

/// How it ended.
enum End {
    Sent,
    Lost(LossReason),
    /// It stays in the stored queue, for this process or another.
    LeftStored,
}

impl Sending {
    /// Sends the message, again and again with growing waits while the failure may pass and the message is worth it.
    pub(in crate::delivery) async fn deliver(self, context: &Context, at_work: &Arc<Semaphore>) {
        match self.try_until_settled(context, at_work).await {
            End::Sent => self.sent(context),
            End::Lost(reason) => self.lose(context, reason),
            End::LeftStored => return,
        }
        if let Some(stored) = &self.stored {
            stored.remove(context).await;
        }
    }

    async fn try_until_settled(&self, context: &Context, at_work: &Arc<Semaphore>) -> End {
        let counted = match self.count_towards_cap(context).await {
            Counted::Reached => return End::Lost(LossReason::SmsCapReached),
            Counted::Nothing => None,
            Counted::This(ticket) => Some(ticket),
        };
        let end = self.try_again_and_again(context, at_work).await;
        if let (End::LeftStored, Some(ticket)) = (&end, counted) {
            // Whoever takes it up counts it anew.
            let _ = context.ask("throttle_store.refund", context.throttle.refund(&ticket)).await;
        }
        end
    }

    async fn try_again_and_again(&self, context: &Context, at_work: &Arc<Semaphore>) -> End {
        let (mut wait, mut waited) = (FIRST_WAIT, Duration::ZERO);
        loop {
            // The wait between attempts does not keep others from being sent.
            let attempted = {
                let _at_work = at_work.acquire_arc().await;
                self.attempt(context).await
            };
            let wish = match attempted {
                Attempted::Sent => return End::Sent,
                Attempted::Lost(reason) => return End::Lost(reason),
                Attempted::Elsewhere => return End::LeftStored,
                Attempted::Again(wish) => wish,
            };
            // Whatever the other side wishes for, the message is tried once more before it is given up.
            let left = context.settings.sending_patience.saturating_sub(waited);
            let pause = wait.max(wish.unwrap_or_default()).min(left);
            if let Some(stored) = &self.stored
                && !stored.release(context, pause).await
            {
                return End::LeftStored;
            }
            if pause.is_zero() {
                // What is stored is tried again until it expires, and meanwhile takes no place.
                let stays = self.stored.as_ref().is_some_and(Stored::is_there);
                return if stays { End::LeftStored } else { End::Lost(LossReason::GaveUp) };
            }
            waited += pause;
            context.spawner.sleep(pause).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// Codes were charged when they were armed. A notice by SMS has a cap of its own, and goes out where it is not known
    /// whether that is reached.
    async fn count_towards_cap(&self, context: &Context) -> Counted {
        let (Contact::Phone(number), What::Notice(_)) = (&self.to, &self.what) else {
            return Counted::Nothing;
        };
        let Ok(now) = context.now() else { return Counted::Nothing };
        let charges = [limits::sms_notice(context, number)];
        match context.ask("throttle_store.charge", context.throttle.charge(&charges, now)).await {
            Ok(Verdict::Allowed(ticket)) => Counted::This(ticket),
            Ok(Verdict::Wait(_) | Verdict::Stopped) => Counted::Reached,
            Err(_) => Counted::Nothing,
        }
    }

    async fn attempt(&self, context: &Context) -> Attempted {
        let Ok(now) = context.now() else { return Attempted::Again(None) };
        if self.stored.as_ref().is_some_and(|stored| stored.has_expired(now)) {
            return Attempted::Lost(LossReason::Superseded);
        }
        let notice = match &self.what {
            What::Notice(notice) => notice.clone(),
            What::Code { code, purpose, row } => match row.is_worth_sending(context, now).await {
                None => return Attempted::Again(None),
                Some(false) => return Attempted::Lost(LossReason::Superseded),
                Some(true) => {
                    // The moments since it was made do not turn ten minutes into nine.
                    let valid_for = (row.expires_at - now).saturating_add(FRESH).unsigned_abs();
                    Notice::Code { purpose: *purpose, code: code.clone(), valid_for }
                }
            },
        };
        let locale = self.locale.as_ref().unwrap_or(&context.profile.locale);
        let Some(text) = context.compose(&notice, self.to.channel(), locale) else {
            return Attempted::Lost(LossReason::NoText);
        };
        let mut message = Message::new(self.to.clone(), &notice, text);
        message.id = self.id;
        if let Some(stored) = &self.stored {
            match stored.begin(context, now).await {
                Begun::Ours => {}
                Begun::NotOurs => return Attempted::Elsewhere,
                // Without a note of it, a code that was sent could be sent again after a crash. A notice may be.
                Begun::Unknown if self.is_code() => return Attempted::Again(None),
                Begun::Unknown => {}
            }
        }
        let sent = context.fence(context.settings.sender_deadline, context.sender.send(&message)).await;
        self.judge(context, sent)
    }

    fn judge(&self, context: &Context, sent: Result<Result<(), SendError>, PortFault>) -> Attempted {
        let failed =
            |failure| context.record(EventKind::PortFailed { operation: "code_sender.send", failure });
        match sent {
            Ok(Ok(())) => Attempted::Sent,
            Ok(Err(SendError::Transient { retry_after, source })) => {
                failed(source.kind());
                Attempted::Again(retry_after)
            }
            Ok(Err(SendError::Permanent(source))) => {
                failed(source.kind());
                Attempted::Lost(LossReason::Refused)
            }
            // It may have arrived. A second notice is a nuisance; a second SMS with a code is confusion, and money.
            Ok(Err(SendError::Ambiguous(source))) => {
                failed(source.kind());
                if self.is_code() { Attempted::Lost(LossReason::TimedOut) } else { Attempted::Again(None) }
            }
            Err(fault) => {
                let kind = BackendError::from(fault).kind();
                failed(kind);
                match (self.is_code(), kind) {
                    (true, BackendErrorKind::TimedOut) => Attempted::Lost(LossReason::TimedOut),
                    _ => Attempted::Again(None),
                }
            }
        }
    }
}
