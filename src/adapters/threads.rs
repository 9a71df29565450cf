//! The background on a few plain threads, where there is no runtime.

use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_task::Runnable;
use futures_timer::Delay;

use crate::error::{BackendError, BackendErrorKind};
use crate::ports::{Sleep, Spawner, Task};

/// Runs tasks on plain threads of its own, which end when it is dropped and its tasks have ended.
///
/// Ports that need a runtime (a database pool made for tokio, say) cannot be called from these threads.
#[derive(Debug)]
pub struct Threads {
    // A task that waits holds another end of it, to come back by.
    ready: Sender<Runnable>,
}

impl Threads {
    /// Starts so many threads.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a thread.
    pub fn start(threads: NonZeroUsize) -> Result<Self, BackendError> {
        let (ready, tasks) = channel();
        let tasks = Arc::new(Mutex::new(tasks));
        for number in 0..threads.get() {
            let tasks = Arc::clone(&tasks);
            std::thread::Builder::new()
                .name(format!("vestibule-{number}"))
                .spawn(move || {
                    while let Some(task) = next(&tasks) {
                        task.run();
                    }
                })
                .map_err(|error| {
                    BackendError::new(
                        BackendErrorKind::Unavailable,
                        "a thread could not be started: check the limits of the process",
                    )
                    .with_source(error)
                })?;
        }
        Ok(Self { ready })
    }
}

/// Waits for a task that can go on; none when the last one has ended. One thread waits for it, the others for that
/// thread.
fn next(tasks: &Mutex<Receiver<Runnable>>) -> Option<Runnable> {
    tasks.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

impl Spawner for Threads {
    fn spawn(&self, task: Task) {
        let ready = self.ready.clone();
        let (first, task) = async_task::spawn(contained(task), move |task| {
            // Where no thread could be started there is nobody to receive it, and it is dropped.
            let _ = ready.send(task);
        });
        task.detach();
        first.schedule();
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
    use std::cell::RefCell;
    use std::sync::mpsc::RecvTimeoutError;

    use futures_lite::future::block_on;

    use super::*;

    #[test]
    fn a_task_that_panics_ends_alone() {
        let threads = Threads::start(NonZeroUsize::MIN).unwrap();
        threads.spawn(Box::pin(async { panic!("on purpose") }));
        let (done, wait) = futures_channel::oneshot::channel();
        let sleep = threads.sleep(Duration::from_millis(1));
        threads.spawn(Box::pin(async move {
            sleep.await;
            done.send(()).unwrap();
        }));
        block_on(wait).unwrap();
    }

    #[test]
    fn the_threads_end_with_the_last_task() {
        thread_local! { static ALIVE: RefCell<Option<Sender<()>>> = const { RefCell::new(None) } }
        let (alive, ended) = channel();
        let threads = Threads::start(NonZeroUsize::MIN).unwrap();
        let sleep = threads.sleep(Duration::from_millis(1));
        threads.spawn(Box::pin(async move {
            sleep.await;
            alive.send(()).unwrap();
            ALIVE.set(Some(alive));
        }));
        drop(threads);
        assert_eq!(ended.recv(), Ok(()), "what was begun goes on to its end");
        assert_eq!(ended.recv_timeout(Duration::from_secs(60)), Err(RecvTimeoutError::Disconnected));
    }
}
