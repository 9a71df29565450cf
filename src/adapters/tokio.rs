//! The background on tokio.

use std::time::Duration;

use tokio::runtime::Handle;

use crate::ports::{Sleep, Spawner, Task};

/// Runs tasks on a tokio runtime, whose timer must be enabled.
#[derive(Clone, Debug)]
pub struct TokioSpawner(Handle);

impl TokioSpawner {
    /// The runtime of the given handle.
    #[must_use]
    pub const fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// The runtime that is current here, where there is one.
    #[must_use]
    pub fn current() -> Option<Self> {
        Handle::try_current().ok().map(Self)
    }
}

impl Spawner for TokioSpawner {
    fn spawn(&self, task: Task) {
        self.0.spawn(task);
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        // The timer is bound to the runtime that is current when it is made: ours, whoever polls it.
        let _entered = self.0.enter();
        Box::pin(tokio::time::sleep(duration))
    }
}
