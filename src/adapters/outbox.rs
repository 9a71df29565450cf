//! Senders that send nothing: for development and tests.
//!
//! # Security
//!
//! An outbox keeps one-time codes in the clear, where whoever can read it can take over accounts. In production,
//! messages go to a mail server or an SMS gateway. An application that chooses by its configuration says so to the
//! operator with `announced_to`, which records [`OutboxInUse`](crate::event::EventKind::OutboxInUse).

#[cfg(feature = "outbox")]
mod json_lines;
mod memory;

#[cfg(feature = "outbox")]
pub use self::json_lines::JsonLinesOutbox;
pub use self::memory::MemoryOutbox;
use crate::event::{Event, EventKind};
use crate::ports::{Clock, EventSink, SystemClock};

/// Warns the operator that messages are sent to nobody.
fn announce(events: &dyn EventSink) {
    events.record(&Event::new(SystemClock.now(), EventKind::OutboxInUse));
}
