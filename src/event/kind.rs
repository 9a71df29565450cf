use std::time::Duration;

use serde::{Serialize, Serializer};

use super::reasons::{CodeRefusal, DecoyReason, Flow, LogInRefusal, LossReason, SmsCap};
use crate::account::PasswordChange;
use crate::code::Purpose;
use crate::contact::Channel;
use crate::error::BackendErrorKind;
use crate::hasher::Unverifiable;
use crate::message::MessageKind;

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
    /// A cap on messages by SMS was reached: a code, or a note, was not made.
    SmsCapReached {
        /// Which cap.
        cap: SmsCap,
    },
    /// The service was built with an [outbox](crate::adapters::outbox): messages are kept, codes in the clear, and sent to
    /// nobody. A warning, where this is not a machine for development.
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
            Self::SmsCapReached { .. } => "sms_cap_reached",
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

fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(duration.as_secs())
}
