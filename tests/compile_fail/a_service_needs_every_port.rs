//! Ports are required by position.
//~ E0061 6 arguments

use vestibule::adapters::memory::{MemoryCodes, MemoryDirectory, MemoryThrottle};

fn service(keys: vestibule::KeyRing, profile: vestibule::ServiceProfile) {
    let (directory, codes, throttle) = (MemoryDirectory::new(), MemoryCodes::new(), MemoryThrottle::new());
    let _ = vestibule::AccountService::builder(directory, codes, throttle, keys, profile);
}

fn main() {}
