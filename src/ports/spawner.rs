use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// Work that goes on after a caller has got his answer.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send + 'static>>;

/// A wait.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send + 'static>>;

/// Runs work in the background, and waits.
///
/// With the feature `tokio`, the service uses the runtime that is current when it is built; else, or where there is
/// none, a few plain threads. A program on another runtime brings its own.
///
/// # Contract
///
/// - A task that was spawned runs to its end, whether or not anybody waits for it, as long as the runtime lives.
/// - A task that panics ends alone.
/// - `spawn` does not block and `sleep` holds no thread.
pub trait Spawner: Debug + Send + Sync + 'static {
    /// Starts a task.
    fn spawn(&self, task: Task);

    /// Waits for at least `duration`.
    fn sleep(&self, duration: Duration) -> Sleep;
}

impl<T: Spawner + ?Sized> Spawner for Arc<T> {
    fn spawn(&self, task: Task) {
        (**self).spawn(task);
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        (**self).sleep(duration)
    }
}
