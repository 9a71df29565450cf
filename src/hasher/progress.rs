//! Whether the work that a place was taken for has begun.

use std::sync::{Arc, Mutex};

use super::lock;

/// Tells whether anything was hashed for a place, also after the future that asked for it is gone.
///
/// An attempt is charged before it is hashed. If the asker goes away, the charge stands if the hash had started, and
/// is refunded if it will never run; between the two there is nothing, because a job is claimed by its thread and
/// withdrawn by its caller under one lock.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    started: bool,
    /// The job that waits in the queue, by its number within the place.
    waiting: Option<u64>,
}

impl Progress {
    /// Whether a hash was started. While a job still waits in the queue this may change; [`Progress::settle`] does
    /// not.
    #[cfg(test)]
    pub(crate) fn has_started(&self) -> bool {
        lock(&self.0).started
    }

    /// Withdraws what still waits, and tells whether a hash was started before.
    pub(crate) fn settle(&self) -> bool {
        let mut state = lock(&self.0);
        state.waiting = None;
        state.started
    }

    pub(super) fn queued(&self, job: u64) {
        lock(&self.0).waiting = Some(job);
    }

    /// Claims a job for the thread that is about to run it; false if its caller has gone.
    pub(super) fn claim(&self, job: u64) -> bool {
        let mut state = lock(&self.0);
        let claimed = state.waiting == Some(job);
        if claimed {
            *state = State { started: true, waiting: None };
        }
        claimed
    }

    pub(super) fn withdraw(&self, job: u64) {
        let mut state = lock(&self.0);
        if state.waiting == Some(job) {
            state.waiting = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Progress;

    #[test]
    fn a_job_is_either_started_or_withdrawn() {
        let progress = Progress::default();
        progress.queued(0);
        progress.withdraw(0);
        assert!(!progress.claim(0) && !progress.settle());
        progress.queued(1);
        assert!(!progress.claim(0), "an earlier job is not mistaken for the current one");
        assert!(progress.claim(1) && !progress.claim(1));
        progress.withdraw(1);
        assert!(progress.has_started() && progress.settle());
    }

    #[test]
    fn settling_withdraws_what_waits() {
        let progress = Progress::default();
        progress.queued(0);
        assert!(!progress.settle());
        assert!(!progress.claim(0));
    }
}
