//! What happened, for the operator. An event holds digests and enumerations: no secret, nothing that was typed.

mod contact_digest;
mod kind;
mod reasons;

use std::net::IpAddr;

use serde::Serialize;
use time::OffsetDateTime;

pub use self::contact_digest::ContactDigest;
pub use self::kind::EventKind;
pub use self::reasons::{CodeRefusal, DecoyReason, Flow, LogInRefusal, LossReason, SmsCap};
use crate::account::AccountId;

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
