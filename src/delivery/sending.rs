mod row;
#[cfg(feature = "message-queue")]
mod sealed;

use std::sync::Arc;
use std::time::Duration;

use async_lock::Semaphore;
use time::OffsetDateTime;

use self::row::{FRESH, Row};
#[cfg(feature = "message-queue")]
pub(super) use self::sealed::Unreadable;
use crate::code::{Code, Purpose};
use crate::contact::Contact;
use crate::context::{Context, PortFault};
use crate::delivery::arming::{FIRST_WAIT, LONGEST_WAIT};
use crate::delivery::stored::{Begun, Stored};
use crate::error::{BackendError, BackendErrorKind};
use crate::event::{EventKind, LossReason};
use crate::limits;
use crate::locale::Locale;
use crate::message::{Message, MessageId, MessageKind, Notice};
use crate::ports::{ArmedCode, PendingCode, SendError};
use crate::throttle::{Ticket, Verdict};

/// A message that waits to be sent.
#[derive(Debug)]
pub(crate) struct Sending {
    what: What,
    to: Contact,
    locale: Option<Locale>,
    /// None where the generator failed: such a message is not stored.
    id: Option<MessageId>,
    /// Its row in the stored queue, where there is one.
    stored: Option<Stored>,
}

/// The classes of messages, each with queues of its own.
#[derive(Clone, Copy, Debug)]
pub(super) enum Class {
    /// What anybody can ask for.
    Code,
    /// What anybody can cause once a day, and invitations.
    Note,
    /// That a password was set. Nothing a stranger can cause takes its place.
    Alarm,
}

#[derive(Debug)]
enum What {
    /// A code, with what it takes to see whether it is still worth sending.
    Code {
        code: Code,
        purpose: Purpose,
        row: Row,
    },
    Notice(Notice),
}

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
    pub(super) fn code(
        pending: &PendingCode,
        issue: u32,
        armed: ArmedCode,
        code: Code,
        to: Contact,
        locale: Option<Locale>,
        armed_at: OffsetDateTime,
    ) -> Self {
        let row = Row { handle: pending.handle, issue, armed, armed_at, expires_at: pending.expires_at };
        Self::new(What::Code { code, purpose: pending.purpose, row }, to, locale)
    }

    pub(crate) fn notice(notice: Notice, to: Contact, locale: Option<Locale>) -> Self {
        Self::new(What::Notice(notice), to, locale)
    }

    fn new(what: What, to: Contact, locale: Option<Locale>) -> Self {
        Self { what, to, locale, id: MessageId::draw().ok(), stored: None }
    }

    pub(super) fn kept_in(self, stored: Option<Stored>) -> Self {
        Self { stored, ..self }
    }

    #[cfg(feature = "message-queue")]
    pub(super) const fn id(&self) -> Option<MessageId> {
        self.id
    }

    /// When the code expires, if it is one.
    #[cfg(feature = "message-queue")]
    pub(super) const fn code_expires_at(&self) -> Option<OffsetDateTime> {
        match &self.what {
            What::Code { row, .. } => Some(row.expires_at),
            What::Notice(_) => None,
        }
    }

    pub(super) const fn to(&self) -> &Contact {
        &self.to
    }

    /// Which queue the message belongs into.
    pub(super) const fn class(&self) -> Class {
        match &self.what {
            What::Code { .. } => Class::Code,
            What::Notice(Notice::PasswordSet(_)) => Class::Alarm,
            What::Notice(_) => Class::Note,
        }
    }

    const fn is_code(&self) -> bool {
        matches!(self.what, What::Code { .. })
    }

    /// Sends the message, again and again with growing waits while the failure may pass and the message is worth it.
    pub(super) async fn deliver(self, context: &Context, at_work: &Arc<Semaphore>) {
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

    fn sent(&self, context: &Context) {
        let event = EventKind::MessageSent { message: self.kind(), channel: self.to.channel() };
        context.tell(event, |mut event| {
            event.contact = Some(context.digest(&self.to));
            event
        });
    }

    /// Gives the message up, and tells the operator.
    pub(super) fn lose(&self, context: &Context, reason: LossReason) {
        let event = EventKind::MessageLost { message: self.kind(), channel: self.to.channel(), reason };
        context.tell(event, |mut event| {
            event.contact = Some(context.digest(&self.to));
            event
        });
    }

    fn kind(&self) -> MessageKind {
        match &self.what {
            What::Notice(notice) => notice.kind(),
            What::Code { purpose: Purpose::Activation, .. } => MessageKind::ActivationCode,
            What::Code { purpose: Purpose::Recovery, .. } => MessageKind::RecoveryCode,
        }
    }
}
