//! Senders that send nothing: for development and tests.
//!
//! # Security
//!
//! An outbox keeps one-time codes in the clear, where whoever can read it can take over accounts. In production,
//! messages go to a mail server or an SMS gateway.

#[cfg(feature = "outbox")]
mod json_lines;
mod memory;

#[cfg(feature = "outbox")]
pub use self::json_lines::JsonLinesOutbox;
pub use self::memory::MemoryOutbox;
