//! Senders put together from senders.
//!
//! ```
//! use vestibule::adapters::outbox::MemoryOutbox;
//! use vestibule::adapters::routing::{ByChannel, WithFallback};
//!
//! # let (mail_server, gateway, other_gateway) = (MemoryOutbox::new(), MemoryOutbox::new(), MemoryOutbox::new());
//! let sender = ByChannel::new(mail_server, WithFallback::new(gateway, other_gateway));
//! ```

mod by_channel;
mod fallback;

pub use self::by_channel::ByChannel;
pub use self::fallback::WithFallback;
use crate::ports::{CodeSender, Destination};

/// Where messages end up that go to one of two senders: one that is an outbox is worth a warning.
fn either(one: &impl CodeSender, other: &impl CodeSender) -> Destination {
    match (one.destination(), other.destination()) {
        (Destination::People, Destination::People) => Destination::People,
        _ => Destination::Outbox,
    }
}
