//! Senders that send nothing: for development and tests.
//!
//! # Security
//!
//! An outbox keeps one-time codes in the clear, where whoever can read it can take over accounts. In production,
//! messages go to a mail server or an SMS gateway. A service that is built with an outbox, also behind a sender that routes,
//! says so: it records [`OutboxInUse`](crate::event::EventKind::OutboxInUse).

#[cfg(feature = "outbox")]
mod json_lines;
mod memory;

#[cfg(feature = "outbox")]
pub use self::json_lines::{JsonLinesOutbox, OutboxLine};
pub use self::memory::MemoryOutbox;
