//! Ports are required by position.
//~ E0061 6 arguments

use vestibule::adapters::memory::{MemoryCodes, MemoryDirectory, MemoryThrottle};
use vestibule::adapters::outbox::MemoryOutbox;

fn service(keys: vestibule::KeyRing) {
    let (directory, codes, throttle) = (MemoryDirectory::new(), MemoryCodes::new(), MemoryThrottle::new());
    let _ = vestibule::AccountService::builder(directory, codes, throttle, MemoryOutbox::new(), keys);
}

fn main() {}
