//! A background that can be held back, and whose waits are a thousand times as short.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use vestibule::ports::{Sleep, Spawner, Task};

/// Runs tasks on the current tokio runtime.
#[derive(Clone, Default)]
pub struct Background(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    holds: bool,
    held: Vec<Task>,
}

impl Background {
    /// Holds back every task from now on.
    pub fn hold(&self) {
        self.0.lock().unwrap().holds = true;
    }

    /// Runs new tasks again, and goes on holding back those that it holds.
    pub fn hold_no_more(&self) {
        self.0.lock().unwrap().holds = false;
    }

    /// Starts what was held back, and holds nothing any more.
    pub fn release(&self) {
        let held = {
            let mut state = self.0.lock().unwrap();
            state.holds = false;
            std::mem::take(&mut state.held)
        };
        for task in held {
            tokio::spawn(task);
        }
    }
}

impl Spawner for Background {
    fn spawn(&self, task: Task) {
        let mut state = self.0.lock().unwrap();
        if state.holds {
            state.held.push(task);
        } else {
            tokio::spawn(task);
        }
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration / 1_000))
    }
}

impl fmt::Debug for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.lock().unwrap();
        f.debug_struct("Background").field("holds", &state.holds).field("held", &state.held.len()).finish()
    }
}
