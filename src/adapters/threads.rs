//! The background on a few plain threads, where there is no runtime.

use std::sync::Arc;
use std::time::Duration;

use async_executor::Executor;
use futures_lite::future::block_on;
use futures_timer::Delay;

use crate::error::{BackendError, BackendErrorKind};
use crate::ports::{Sleep, Spawner, Task};

/// Runs tasks on plain threads of its own, which end when it is dropped.
///
/// Ports that need a runtime (a database pool made for tokio, say) cannot be called from these threads.
#[derive(Debug)]
pub struct Threads {
    executor: Arc<Executor<'static>>,
    // Each thread runs until its sender is gone.
    _running: Vec<futures_channel::oneshot::Sender<()>>,
}

impl Threads {
    /// Starts so many threads.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a thread.
    pub fn start(threads: usize) -> Result<Self, BackendError> {
        let executor = Arc::new(Executor::new());
        let mut running = Vec::with_capacity(threads);
        for number in 0..threads {
            let (sender, until_dropped) = futures_channel::oneshot::channel::<()>();
            let executor = Arc::clone(&executor);
            std::thread::Builder::new()
                .name(format!("vestibule-{number}"))
                .spawn(move || {
                    let _ = block_on(executor.run(until_dropped));
                })
                .map_err(|error| {
                    BackendError::new(
                        BackendErrorKind::Unavailable,
                        "a thread could not be started: check the limits of the process",
                    )
                    .with_source(error)
                })?;
            running.push(sender);
        }
        Ok(Self { executor, _running: running })
    }
}

impl Spawner for Threads {
    fn spawn(&self, task: Task) {
        self.executor.spawn(contained(task)).detach();
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(Delay::new(duration))
    }
}

/// A task that panics ends alone: the thread that ran it goes on with others.
async fn contained(task: Task) {
    use futures_lite::FutureExt;
    let _ = std::panic::AssertUnwindSafe(task).catch_unwind().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_that_panics_ends_alone() {
        let threads = Threads::start(1).unwrap();
        threads.spawn(Box::pin(async { panic!("on purpose") }));
        let (done, wait) = futures_channel::oneshot::channel();
        let sleep = threads.sleep(Duration::from_millis(1));
        threads.spawn(Box::pin(async move {
            sleep.await;
            done.send(()).unwrap();
        }));
        block_on(wait).unwrap();
    }
}
