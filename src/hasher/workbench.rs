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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hasher::{Argon2Cost, PortableArgon2};

    #[test]
    fn hashes_and_the_memory_of_every_thread_are_counted() {
        let counters = Arc::<Counters>::default();
        let bench = || Workbench::new(&PortableArgon2, Arc::clone(&counters));
        let (mut one, mut other) = (bench(), bench());
        let derive = |bench: &mut Workbench, memory_kib| {
            let inputs = Inputs::new(Argon2Cost::unchecked(memory_kib, 1, 1), b"password", b"somesalt");
            bench.derive(&inputs, &mut [0; 32]).unwrap();
        };
        for (memory_kib, held_kib) in [(64, 64), (64, 64), (128, 128), (32, 128)] {
            derive(&mut one, memory_kib);
            assert_eq!(counters.read().memory_kib, held_kib);
        }
        derive(&mut other, 16);
        assert_eq!(counters.read().memory_kib, 144);
        one.release();
        assert_eq!(counters.read().memory_kib, 16);
        drop(other);
        let stats = counters.read();
        assert_eq!((stats.hashes, stats.memory_kib, stats.peak_memory_kib), (5, 0, 144));
    }
}
