//! A message that waits to be sent: what it says, to whom, and which queue it belongs into.

mod row;
#[cfg(feature = "message-queue")]
mod sealed;
mod trying;

use time::OffsetDateTime;

use self::row::Row;
#[cfg(feature = "message-queue")]
pub(super) use self::sealed::Unreadable;
use crate::code::{Code, Purpose};
use crate::contact::Contact;
use crate::context::Context;
use crate::delivery::stored::Stored;
use crate::event::{EventKind, LossReason};
use crate::locale::Locale;
use crate::message::{MessageId, MessageKind, Notice};
use crate::ports::{ArmedCode, PendingCode};

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
