//! What the clauses write: times, contacts and texts that are hard to keep.

use std::time::Duration;

use time::OffsetDateTime;

use crate::contact::{Contact, EmailAddress, PhoneNumber};

/// Text that a store must keep as it is: quotes, the metacharacters of SQL and of patterns, white space on both sides,
/// decomposed letters, and characters outside the basic plane.
pub(super) const AWKWARD: &str = " %_'\";--\\ \t${0}\r\n\u{130}\u{131}e\u{301}\u{1F5DD} ";

/// The time at which the clauses begin, with milliseconds that a store of whole seconds would lose.
pub(super) fn start() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(1_772_935_199_987_000_000).unwrap()
}

/// So many seconds after the start.
pub(super) fn seconds(seconds: u64) -> OffsetDateTime {
    start() + Duration::from_secs(seconds)
}

/// The shortest time that stores tell apart.
pub(super) const TICK: Duration = Duration::from_millis(1);

pub(super) fn email(address: &str) -> Contact {
    EmailAddress::parse_internationalised(address).unwrap().into()
}

pub(super) fn phone(number: &str) -> Contact {
    PhoneNumber::from_e164(number).unwrap().into()
}
