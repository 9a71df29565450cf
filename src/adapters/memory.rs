//! Every port in memory: the reference implementation, for tests, trials and programs of one process.
//!
//! What is kept here ends with the process. Each type is a cheap `Clone`, whose clones share what they keep, so that a
//! test can hold on to what it gave to the service. None prints personal data.
//!
//! [`MemoryOutbox`](super::outbox::MemoryOutbox) is the sender that goes with them.

mod clock;
mod codes;
mod directory;
mod events;
#[cfg(feature = "contract")]
mod managed;
#[cfg(feature = "message-queue")]
mod messages;
mod throttle;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use self::clock::ManualClock;
pub use self::codes::MemoryCodes;
pub use self::directory::MemoryDirectory;
pub use self::events::MemoryEvents;
#[cfg(feature = "message-queue")]
pub use self::messages::MemoryMessages;
pub use self::throttle::MemoryThrottle;

/// A value that clones share.
#[derive(Default)]
struct Shared<T>(Arc<Mutex<T>>);

impl<T> Shared<T> {
    fn new(value: T) -> Self {
        Self(Arc::new(Mutex::new(value)))
    }

    /// The value, for as long as one step takes. No step leaves it half changed, so that what a panic elsewhere left
    /// behind can still be used.
    fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
