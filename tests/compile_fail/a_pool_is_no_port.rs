//! What is given in place of a port is told what to give instead.
//~ E0277 `PathBuf` is not a code store

use vestibule::adapters::memory::{MemoryDirectory, MemoryThrottle};
use vestibule::adapters::outbox::MemoryOutbox;

fn service(keys: vestibule::KeyRing, profile: vestibule::ServiceProfile, file: std::path::PathBuf) {
    let (directory, throttle) = (MemoryDirectory::new(), MemoryThrottle::new());
    let _ = vestibule::AccountService::builder(directory, file, throttle, MemoryOutbox::new(), keys, profile);
}

fn main() {}
