//! What the pool has done and holds, in numbers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What the pool has done since it was started, and what it holds now.
///
/// Each number is right by itself; they are read one after the other, not at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStats {
    /// Verifications and new hashes that were started.
    pub started: u64,
    /// Those whose caller had gone before they were started, and that never ran.
    pub skipped: u64,
    /// Those that ran into a bug and panicked.
    pub panicked: u64,
    /// Those running now.
    pub running: u64,
    /// Those handed in and not answered yet: what waits in the queue, and what runs.
    pub unanswered: u64,
    /// Places taken now: by what waits, what runs, and who has reserved one.
    pub places_taken: u64,
    /// Calls that found no place.
    pub overloaded: u64,
    /// Calls of the hash function: more than were started where older hashes are named, and where
    /// refusals are topped up.
    pub hashes: u64,
    /// The memory held now by all threads, in KiB.
    pub memory_kib: u64,
    /// The most memory ever held, in KiB.
    pub peak_memory_kib: u64,
}

/// The counters behind [`PoolStats`].
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) started: Counter,
    pub(super) skipped: Counter,
    pub(super) panicked: Counter,
    pub(super) running: Counter,
    pub(super) unanswered: Counter,
    pub(super) places_taken: Counter,
    pub(super) overloaded: Counter,
    pub(super) hashes: Counter,
    memory_kib: AtomicU64,
    peak_memory_kib: AtomicU64,
}

/// A number that threads change by one.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn up(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn down(&self) {
        // Who reads the number sees what was done before.
        self.0.fetch_sub(1, Ordering::Release);
    }
}

/// Held by a job until it is answered or dropped.
pub(super) struct Unanswered(Arc<Counters>);

impl Unanswered {
    pub(super) fn new(counters: &Arc<Counters>) -> Self {
        counters.unanswered.up();
        Self(Arc::clone(counters))
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        self.0.unanswered.down();
    }
}

impl Counters {
    /// One thread holds `after` KiB now where it held `before`.
    pub(super) fn memory_changed(&self, before: u64, after: u64) {
        if after > before {
            let grown = after - before;
            let held = self.memory_kib.fetch_add(grown, Ordering::Relaxed) + grown;
            self.peak_memory_kib.fetch_max(held, Ordering::Relaxed);
        } else {
            self.memory_kib.fetch_sub(before - after, Ordering::Relaxed);
        }
    }

    pub(super) fn read(&self) -> PoolStats {
        let read = |counter: &Counter| counter.0.load(Ordering::Acquire);
        PoolStats {
            started: read(&self.started),
            skipped: read(&self.skipped),
            panicked: read(&self.panicked),
            running: read(&self.running),
            unanswered: read(&self.unanswered),
            places_taken: read(&self.places_taken),
            overloaded: read(&self.overloaded),
            hashes: read(&self.hashes),
            memory_kib: self.memory_kib.load(Ordering::Relaxed),
            peak_memory_kib: self.peak_memory_kib.load(Ordering::Relaxed),
        }
    }
}
