//! Events as counters of the crate `metrics`, and the hash pool as gauges.

use metrics::{counter, gauge};
use vestibule::AccountService;
use vestibule::event::{Event, EventKind};
use vestibule::ports::EventSink;

/// Counts each event by its name. Labels are words of the library: no address, no account and no contact is among them, so
/// that there are few of them, and none that should not be there.
#[derive(Clone, Copy, Debug)]
pub struct Counters;

impl EventSink for Counters {
    fn record(&self, event: &Event) {
        counter!("vestibule_events_total", "event" => event.kind.name()).increment(1);
        if let EventKind::PortFailed { operation, .. } = event.kind {
            counter!("vestibule_port_failures_total", "operation" => operation).increment(1);
        }
    }
}

/// Called every few seconds, or when the metrics are read.
pub fn show_hash_pool(accounts: &AccountService) {
    let pool = accounts.hash_pool();
    gauge!("vestibule_hash_pool_running").set(pool.running as f64);
    gauge!("vestibule_hash_pool_places_taken").set(pool.places_taken as f64);
    gauge!("vestibule_hash_pool_memory_kib").set(pool.memory_kib as f64);
}
