//! A runtime of one thread, where the test says which task goes next, and how time passes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use futures_lite::future::yield_now;
use vestibule::ports::{Sleep, Spawner, Task};

/// A flow, by the order in which they began. What a flow leaves to the background goes by its number too.
pub type FlowId = usize;

#[derive(Clone, Default)]
pub struct Executor(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Apart from the rest: a hash thread wakes a task while the test looks at others.
    ready: Arc<Mutex<BTreeSet<u64>>>,
}

#[derive(Default)]
struct State {
    tasks: BTreeMap<u64, Slot>,
    timers: BTreeMap<(Duration, u64), Waker>,
    made: u64,
    elapsed: Duration,
    current: FlowId,
    hanging_up: bool,
    killing: bool,
    paused: bool,
}

struct Slot {
    task: Option<Task>,
    flow: FlowId,
    is_caller: bool,
}

struct Alarm {
    task: u64,
    ready: Arc<Mutex<BTreeSet<u64>>>,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.ready.lock().unwrap().insert(self.task);
    }
}

impl Executor {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    /// Begins what a caller waits for.
    pub fn begin(&self, flow: FlowId, task: Task) {
        self.add(flow, task, true);
    }

    fn add(&self, flow: FlowId, task: Task, is_caller: bool) {
        let mut state = self.state();
        state.made += 1;
        let number = state.made;
        state.tasks.insert(number, Slot { task: Some(task), flow, is_caller });
        self.0.ready.lock().unwrap().insert(number);
    }

    /// The flow whose task is being polled.
    pub fn current(&self) -> FlowId {
        self.state().current
    }

    /// Lets others go first.
    pub async fn pause(&self) {
        self.state().paused = true;
        yield_now().await;
    }

    /// Whether the task that was polled last waits for its turn or for time to pass, and not for the hasher.
    pub fn has_paused(&self) -> bool {
        self.state().paused
    }

    /// Whether a caller is hanging up just now.
    pub fn is_hanging_up(&self) -> bool {
        self.state().hanging_up
    }

    /// The tasks that have something to do.
    pub fn ready(&self) -> Vec<u64> {
        self.0.ready.lock().unwrap().iter().copied().collect()
    }

    /// The tasks of a flow that have something to do.
    pub fn ready_of(&self, flow: FlowId) -> Vec<u64> {
        let state = self.state();
        self.ready()
            .into_iter()
            .filter(|task| state.tasks.get(task).is_some_and(|t| t.flow == flow))
            .collect()
    }

    /// The flows whose callers still wait.
    pub fn callers(&self) -> Vec<FlowId> {
        self.state().tasks.values().filter(|slot| slot.is_caller).map(|slot| slot.flow).collect()
    }

    pub fn is_idle(&self) -> bool {
        self.state().tasks.is_empty()
    }

    /// Polls a task once, and says whose it was.
    pub fn poll(&self, number: u64) -> Option<FlowId> {
        self.0.ready.lock().unwrap().remove(&number);
        let (mut task, flow) = {
            let mut state = self.state();
            let slot = state.tasks.get_mut(&number)?;
            let (task, flow) = (slot.task.take()?, slot.flow);
            (state.current, state.paused) = (flow, false);
            (task, flow)
        };
        let waker = Waker::from(Arc::new(Alarm { task: number, ready: Arc::clone(&self.0.ready) }));
        let polled = catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(&mut Context::from_waker(&waker))));
        if matches!(polled, Ok(Poll::Pending)) {
            if let Some(slot) = self.state().tasks.get_mut(&number) {
                slot.task = Some(task);
            }
        } else {
            drop(task);
            self.state().tasks.remove(&number);
        }
        Some(flow)
    }

    /// The caller of a flow goes away.
    pub fn hang_up(&self, flow: FlowId) {
        let slot = {
            let mut state = self.state();
            let found = state.tasks.iter().find(|(_, slot)| slot.is_caller && slot.flow == flow);
            let Some(number) = found.map(|(number, _)| *number) else { return };
            self.0.ready.lock().unwrap().remove(&number);
            (state.current, state.hanging_up) = (flow, true);
            state.tasks.remove(&number)
        };
        drop(slot);
        self.state().hanging_up = false;
    }

    /// Time passes, and those who waited for it wake up.
    pub fn turn(&self, by: Duration) {
        let due: Vec<Waker> = {
            let mut state = self.state();
            state.elapsed += by;
            let later = (state.elapsed, u64::MAX);
            let rest = state.timers.split_off(&later);
            std::mem::replace(&mut state.timers, rest).into_values().collect()
        };
        due.into_iter().for_each(Waker::wake);
    }

    /// How long until somebody wakes up.
    pub fn until_next_timer(&self) -> Option<Duration> {
        let state = self.state();
        state.timers.keys().next().map(|(at, _)| at.saturating_sub(state.elapsed))
    }

    /// Drops the tasks of these flows, as where a machine is killed: nothing comes of it. Says which flows they were of.
    pub fn kill(&self, which: impl Fn(FlowId) -> bool) -> BTreeSet<FlowId> {
        let killed = {
            let mut state = self.state();
            state.killing = true;
            let (killed, left) =
                std::mem::take(&mut state.tasks).into_iter().partition(|(_, slot)| which(slot.flow));
            state.tasks = left;
            let killed: BTreeMap<u64, Slot> = killed;
            self.0.ready.lock().unwrap().retain(|task| !killed.contains_key(task));
            killed
        };
        let flows = killed.values().map(|slot| slot.flow).collect();
        drop(killed);
        self.state().killing = false;
        flows
    }

    /// Drops all tasks, as at the end of a program.
    pub fn stop(&self) {
        let tasks = std::mem::take(&mut self.state().tasks);
        drop(tasks);
        // What was begun by dropping them.
        let tasks = std::mem::take(&mut self.state().tasks);
        drop(tasks);
    }
}

impl Spawner for Executor {
    fn spawn(&self, task: Task) {
        let (flow, killing) = (self.current(), self.state().killing);
        if !killing {
            self.add(flow, task, false);
        }
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let mut state = self.state();
        state.made += 1;
        let (at, number) = (state.elapsed.saturating_add(duration), state.made);
        Box::pin(Timer { executor: self.clone(), at, number })
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Executor")
    }
}

struct Timer {
    executor: Executor,
    at: Duration,
    number: u64,
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.executor.state();
        if state.elapsed >= self.at {
            return Poll::Ready(());
        }
        state.paused = true;
        state.timers.insert((self.at, self.number), cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let timer = self.executor.state().timers.remove(&(self.at, self.number));
        drop(timer);
    }
}
