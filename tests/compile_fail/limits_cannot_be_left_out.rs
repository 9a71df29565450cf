//! There is no service without a throttle store.
//~ E0277 is not a throttle store

use vestibule::adapters::memory::{MemoryCodes, MemoryDirectory, MemoryThrottle};
use vestibule::adapters::outbox::MemoryOutbox;

fn service(keys: vestibule::KeyRing, profile: vestibule::ServiceProfile) {
    let throttle: Option<MemoryThrottle> = None;
    let (directory, codes) = (MemoryDirectory::new(), MemoryCodes::new());
    let _ = vestibule::AccountService::builder(directory, codes, throttle, MemoryOutbox::new(), keys, profile);
}

fn main() {}
