//! Ports are required by position, and none stands in for another.
//~ E0277 CodeSender

use vestibule::adapters::memory::{MemoryCodes, MemoryDirectory, MemoryThrottle};

fn service(keys: vestibule::KeyRing, profile: vestibule::ServiceProfile) {
    let (directory, codes, throttle) = (MemoryDirectory::new(), MemoryCodes::new(), MemoryThrottle::new());
    let _ = vestibule::AccountService::builder(directory, codes, throttle.clone(), throttle, keys, profile);
}

fn main() {}
