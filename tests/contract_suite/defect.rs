//! What is wrong with a store.

use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};

/// The name of a defect, and the lock that some defects do without.
#[derive(Debug)]
pub(crate) struct Defect {
    pub(crate) name: &'static str,
    lock: Mutex<()>,
}

impl Defect {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, lock: Mutex::default() }
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// Waits for one's turn; with this defect, nobody does, and others get between reading and writing.
    pub(crate) async fn turn_unless(&self, name: &str) -> Option<MutexGuard<'_, ()>> {
        if self.is(name) { None } else { Some(self.lock.lock().await) }
    }

    /// Where others get between, if this is the defect.
    pub(crate) async fn pause_if(&self, name: &str) {
        if self.is(name) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
