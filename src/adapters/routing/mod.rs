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
