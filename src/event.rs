//! What happened, for the operator. An event holds digests and enumerations: no secret, nothing that was typed.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use serde::{Serialize, Serializer};
use time::OffsetDateTime;

use crate::account::{AccountId, PasswordChange};
use crate::code::Purpose;
use crate::contact::Channel;
use crate::error::BackendErrorKind;
use crate::hasher::Unverifiable;
use crate::message::MessageKind;
use crate::throttle::ThrottleKey;

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// When, in UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
    /// Whose account it concerns, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Which contact it concerns, as a keyed digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactDigest>,
    /// The address the request came from, where the application gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<IpAddr>,
}

impl Event {
    pub(crate) const fn new(at: OffsetDateTime, kind: EventKind) -> Self {
        Self { at, kind, account: None, contact: None, source: None }
    }
}

/// A contact, told apart from others without being known: 16 hexadecimal digits of a keyed hash.
///
/// To find what happened to a person, compute it with
/// [`AccountService::contact_digest`](crate::AccountService::contact_digest) and look for it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContactDigest([u8; 8]);

impl ContactDigest {
    pub(crate) fn of(identifier: &ThrottleKey) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = *identifier.as_bytes();
        Self([a, b, c, d, e, f, g, h])
    }
}

impl fmt::Display for ContactDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for ContactDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContactDigest({self})")
    }
}

impl Serialize for ContactDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// A code was asked for. Whether anybody gets one is told by [`CodeArmed`](Self::CodeArmed) or
    /// [`DecoyArmed`](Self::DecoyArmed).
    CodeRequested {
        /// What for.
        purpose: Purpose,
        /// By which channel it was asked for.
        channel: Channel,
    },
    /// A code was asked for again.
    CodeReissued {
        /// What for.
        purpose: Purpose,
    },
    /// A code was made for an account and goes on its way.
    CodeArmed {
        /// What for.
        purpose: Purpose,
        /// By which channel.
        channel: Channel,
    },
    /// No code was made: the request got a decoy, which no code opens.
    DecoyArmed {
        /// What for.
        purpose: Purpose,
        /// Why.
        reason: DecoyReason,
    },
    /// A code was refused.
    CodeRefused {
        /// What for.
        purpose: Purpose,
        /// Why.
        reason: CodeRefusal,
    },
    /// A password was set or changed.
    PasswordSet {
        /// How.
        how: PasswordChange,
    },
    /// A change of password was refused.
    PasswordChangeRefused {
        /// Why.
        reason: LogInRefusal,
    },
    /// Somebody logged in.
    LoggedIn {
        /// Whether a device that had logged in before was recognised.
        known_device: bool,
    },
    /// A log-in was refused.
    LogInRefused {
        /// Why.
        reason: LogInRefusal,
    },
    /// A limit made a caller wait.
    Throttled {
        /// What was asked.
        flow: Flow,
        /// How long, in whole seconds.
        #[serde(serialize_with = "seconds")]
        retry_after: Duration,
    },
    /// A hundred failures in a row: log-in with this address is stopped until the owner recovers the password.
    PasswordStopped,
    /// A queue was full.
    Overloaded {
        /// What was asked.
        flow: Flow,
    },
    /// A message was handed to its sender.
    MessageSent {
        /// Which kind.
        message: MessageKind,
        /// By which channel.
        channel: Channel,
    },
    /// A message was given up.
    MessageLost {
        /// Which kind.
        message: MessageKind,
        /// By which channel.
        channel: Channel,
        /// Why.
        reason: LossReason,
    },
    /// A cap on messages by SMS was reached.
    SmsCapReached,
    /// Messages are kept in an [outbox](crate::adapters::outbox), codes in the clear, and sent to nobody: a warning, where
    /// this is not a machine for development.
    OutboxInUse,
    /// A stored password hash could not be verified; the log-in was refused like any other.
    HashUnverifiable {
        /// What is wrong with it.
        reason: Unverifiable,
    },
    /// A hash was replaced by one of today's parameters, at a log-in.
    HashRenewed,
    /// The service is being sprayed with guesses: new codes are longer until it calms down.
    CodesLengthened,
    /// A person was invited to activate the account.
    Invited,
    /// An operator lifted a throttle.
    ThrottleLifted,
    /// A port did not do what it was asked.
    PortFailed {
        /// Which port, and which of its operations.
        operation: &'static str,
        /// How it failed.
        failure: BackendErrorKind,
    },
}

impl EventKind {
    /// The stable name, in snake case: the field `event` of the serialised form.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CodeRequested { .. } => "code_requested",
            Self::CodeReissued { .. } => "code_reissued",
            Self::CodeArmed { .. } => "code_armed",
            Self::DecoyArmed { .. } => "decoy_armed",
            Self::CodeRefused { .. } => "code_refused",
            Self::PasswordSet { .. } => "password_set",
            Self::PasswordChangeRefused { .. } => "password_change_refused",
            Self::LoggedIn { .. } => "logged_in",
            Self::LogInRefused { .. } => "log_in_refused",
            Self::Throttled { .. } => "throttled",
            Self::PasswordStopped => "password_stopped",
            Self::Overloaded { .. } => "overloaded",
            Self::MessageSent { .. } => "message_sent",
            Self::MessageLost { .. } => "message_lost",
            Self::SmsCapReached => "sms_cap_reached",
            Self::OutboxInUse => "outbox_in_use",
            Self::HashUnverifiable { .. } => "hash_unverifiable",
            Self::HashRenewed => "hash_renewed",
            Self::CodesLengthened => "codes_lengthened",
            Self::Invited => "invited",
            Self::ThrottleLifted => "throttle_lifted",
            Self::PortFailed { .. } => "port_failed",
        }
    }
}

/// What a caller asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Flow {
    /// A code to activate.
    RequestActivation,
    /// A code to recover.
    RequestRecovery,
    /// The code again.
    ResendCode,
    /// To activate with a code.
    Activate,
    /// To recover with a code.
    Recover,
    /// To log in.
    LogIn,
    /// To change the password.
    ChangePassword,
}

/// Why a request got a decoy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DecoyReason {
    /// The contact is nobody's.
    Unknown,
    /// The contact is registered for several accounts.
    Ambiguous,
    /// The account is suspended.
    Suspended,
    /// An activation was asked for, and the account is active.
    AlreadyActive,
    /// A recovery was asked for, and the account was never activated.
    NotYetActive,
    /// The number is not one that SMS are sent to.
    SmsNotAllowed,
    /// A cap on SMS is reached.
    SmsCapReached,
    /// The account had its codes for today.
    TooManyCodes,
}

/// Why a code was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CodeRefusal {
    /// It is not the code.
    Wrong,
    /// It was issued for another purpose.
    OtherPurpose,
    /// All tries are used.
    TriesExhausted,
    /// It has expired.
    Expired,
    /// It was used before.
    Used,
    /// The handle is unknown.
    Unknown,
    /// It is right, but the account, its contact or its credential is no longer what it was.
    AccountChanged,
    /// It is right, but the account is suspended.
    AccountSuspended,
}

/// Why a log-in, or a change of password, was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LogInRefusal {
    /// Nobody has this address.
    Unknown,
    /// Several accounts have this address.
    Ambiguous,
    /// The account was never activated.
    NotYetActive,
    /// The account is suspended.
    Suspended,
    /// The password is wrong.
    WrongPassword,
}

/// Why a message was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LossReason {
    /// The sender refused it for good.
    Refused,
    /// The sender did not answer in time: it may have been sent, and a code is not sent twice.
    TimedOut,
    /// The sender went on failing.
    GaveUp,
    /// Another code was asked for, or the rest of its life is too short.
    Superseded,
    /// The queue was full.
    QueueFull,
    /// The texts could not be made.
    NoText,
}

fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(duration.as_secs())
}
