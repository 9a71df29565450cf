//! What one thread hashes with, and the account of it.

use std::sync::Arc;

use super::kdf::{Failure, Inputs, Kdf, Worker};
use super::stats::Counters;

/// One thread's worker. Its hashes and its memory are counted.
pub(super) struct Workbench {
    worker: Box<dyn Worker>,
    counters: Arc<Counters>,
    counted_kib: u64,
}

impl Workbench {
    pub(super) fn new(kdf: &dyn Kdf, counters: Arc<Counters>) -> Self {
        Self { worker: kdf.worker(), counters, counted_kib: 0 }
    }

    pub(super) fn derive(&mut self, inputs: &Inputs<'_>, tag: &mut [u8]) -> Result<(), Failure> {
        self.counters.hashes.up();
        let outcome = self.worker.derive(inputs, tag);
        self.count();
        outcome
    }

    /// Counts a hash that no worker makes.
    #[cfg(feature = "legacy-hashes")]
    pub(super) fn count_hash(&self) {
        self.counters.hashes.up();
    }

    /// Gives the memory back to the system.
    pub(super) fn release(&mut self) {
        self.worker.release();
        self.count();
    }

    fn count(&mut self) {
        let held = self.worker.memory_kib();
        self.counters.memory_changed(self.counted_kib, held);
        self.counted_kib = held;
    }
}

impl Drop for Workbench {
    fn drop(&mut self) {
        self.counters.memory_changed(self.counted_kib, 0);
    }
}
