//! A background in which time passes as the service waits, and by no more.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use vestibule::Settings;
use vestibule::adapters::memory::ManualClock;
use vestibule::ports::{Sleep, Spawner, Task};

/// Runs tasks on the current tokio runtime. A wait is over at once, and has turned the clock.
#[derive(Clone, Debug)]
pub struct Passing {
    clock: ManualClock,
    waits: Arc<Mutex<Vec<u64>>>,
}

/// The deadline of every call, which no call reaches.
const NEVER: Duration = Duration::from_secs(10_000);
/// What is shorter is the drain, which looks in real time whether all is done.
const SHORTEST: Duration = Duration::from_secs(1);

impl Passing {
    pub fn new(clock: &ManualClock) -> Self {
        Self { clock: clock.clone(), waits: Arc::default() }
    }

    pub fn deadlines(settings: &mut Settings) {
        (settings.port_deadline, settings.sender_deadline) = (NEVER, NEVER);
    }

    /// The waits that are over, in seconds.
    pub fn waits(&self) -> Vec<u64> {
        self.waits.lock().unwrap().clone()
    }
}

impl Spawner for Passing {
    fn spawn(&self, task: Task) {
        tokio::spawn(task);
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        if duration >= NEVER {
            return Box::pin(pending());
        }
        if duration < SHORTEST {
            return Box::pin(tokio::time::sleep(duration));
        }
        let Self { clock, waits } = self.clone();
        Box::pin(async move {
            clock.turn(duration);
            waits.lock().unwrap().push(duration.as_secs());
        })
    }
}
