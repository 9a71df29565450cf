//! The threads that hash.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use futures_channel::oneshot;
use secrecy::SecretString;

use super::check::{Hasher, Verdict};
use super::failure::HashFailure;
use super::kdf::Kdf;
use super::lock;
use super::place::{Place, Seat};
use super::places::{Lane, Overloaded, Places, Standing};
use super::progress::Progress;
use super::queue::FairQueue;
use super::settings::HashingSettings;
use super::stats::{Counters, PoolStats, Unanswered};
use super::stored::PasswordHash;
use super::workbench::Workbench;
use crate::error::{BackendError, BackendErrorKind};
use crate::password::PasswordProblem;

/// A few plain threads that hash passwords, and the queue in front of them. Dropping it ends the threads; jobs that
/// still wait are answered [`HashFailure::Stopped`].
#[derive(Debug)]
pub(crate) struct HashPool {
    shared: Arc<Shared>,
}

/// What the threads, the places and the pool share.
pub(super) struct Shared {
    kdf: Arc<dyn Kdf>,
    hasher: Hasher,
    /// Apart from the queue: a job that is dropped gives back its place, also while the queue is locked.
    places: Mutex<Places>,
    queue: Mutex<Queue>,
    waiting: Condvar,
    counters: Arc<Counters>,
}

struct Queue {
    jobs: FairQueue<Job>,
    ended: bool,
}

/// One job in the queue.
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) number: u64,
    pub(super) progress: Progress,
    pub(super) seat: Arc<Seat>,
    pub(super) unanswered: Unanswered,
}

pub(super) enum Work {
    Verify {
        password: SecretString,
        stored: Option<PasswordHash>,
        reply: oneshot::Sender<Result<Verdict, HashFailure>>,
    },
    Hash {
        password: SecretString,
        reply: oneshot::Sender<Result<PasswordHash, HashFailure>>,
    },
    Judge {
        judge: Box<dyn FnOnce() -> Result<(), PasswordProblem> + Send>,
        reply: oneshot::Sender<Result<Result<(), PasswordProblem>, HashFailure>>,
    },
}

impl HashPool {
    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// Settings that contradict each other, a random number generator that fails, or a system that grants no threads.
    pub(crate) fn start(settings: HashingSettings) -> Result<Self, BackendError> {
        let checked = settings.check()?;
        let threads = settings.thread_count();
        let places = Places::new(checked.places);
        let counters = Arc::<Counters>::default();
        let shared = Arc::new(Shared {
            kdf: settings.kernel(),
            hasher: Hasher::new(settings, &checked)?,
            places: Mutex::new(places),
            queue: Mutex::new(Queue { jobs: FairQueue::new(), ended: false }),
            waiting: Condvar::new(),
            counters,
        });
        // Made before the threads, so that those already running end if a later one cannot be had.
        let pool = Self { shared };
        for number in 0..threads {
            let shared = Arc::clone(&pool.shared);
            thread::Builder::new()
                .name(format!("vestibule-hash-{number}"))
                .spawn(move || shared.work())
                .map_err(no_thread)?;
        }
        Ok(pool)
    }

    /// Takes a place, or says at once that there is none.
    pub(crate) fn reserve(&self, lane: Lane, standing: Standing) -> Result<Place, Overloaded> {
        if let Err(overloaded) = lock(&self.shared.places).take(lane, standing) {
            self.shared.counters.overloaded.up();
            return Err(overloaded);
        }
        self.shared.counters.places_taken.up();
        Ok(Place::new(Seat::new(Arc::clone(&self.shared), lane, standing)))
    }

    /// What the pool has done, and what it holds.
    pub(crate) fn stats(&self) -> PoolStats {
        self.shared.counters.read()
    }
}

impl Drop for HashPool {
    fn drop(&mut self) {
        let unserved = {
            let mut queue = lock(&self.shared.queue);
            queue.ended = true;
            std::mem::replace(&mut queue.jobs, FairQueue::new())
        };
        // Outside the lock: dropping a job wakes its caller.
        drop(unserved);
        self.shared.waiting.notify_all();
    }
}

impl Shared {
    pub(super) fn enqueue(&self, lane: Lane, standing: Standing, job: Job) {
        let mut queue = lock(&self.queue);
        if queue.ended {
            drop(queue);
            drop(job);
            return;
        }
        queue.jobs.push(lane, standing, job);
        drop(queue);
        self.waiting.notify_one();
    }

    pub(super) fn unanswered(&self) -> Unanswered {
        Unanswered::new(&self.counters)
    }

    pub(super) fn release(&self, lane: Lane, standing: Standing) {
        lock(&self.places).release(lane, standing);
        self.counters.places_taken.down();
    }

    /// One thread's life.
    fn work(&self) {
        let mut bench = Workbench::new(&*self.kdf, Arc::clone(&self.counters));
        while let Some(job) = self.next_job() {
            self.run(job, &mut bench);
        }
    }

    fn next_job(&self) -> Option<Job> {
        let mut queue = lock(&self.queue);
        while !queue.ended {
            if let Some(job) = queue.jobs.pop() {
                return Some(job);
            }
            queue = self.waiting.wait(queue).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        None
    }

    fn run(&self, job: Job, bench: &mut Workbench) {
        // Until the answer is sent: who sees that nothing is unanswered finds every answer there.
        let Job { work, number, progress, seat, unanswered: _unanswered } = job;
        if !progress.claim(number) {
            self.counters.skipped.up();
            return;
        }
        match work {
            Work::Verify { password, stored, reply } => {
                let verdict =
                    self.guard(bench, |bench| self.hasher.verify(bench, &password, stored.as_ref()));
                // Before the answer: who has it and asks again must find the place free. A caller that has gone needs
                // no answer.
                drop((password, stored, seat));
                let _ = reply.send(verdict);
            }
            Work::Hash { password, reply } => {
                let hash = self.guard(bench, |bench| self.hasher.hash(bench, &password));
                drop((password, seat));
                let _ = reply.send(hash);
            }
            Work::Judge { judge, reply } => {
                // It is no hash, and is not counted as one.
                let judgement = catch_unwind(AssertUnwindSafe(judge)).map_err(|_| {
                    self.counters.panicked.up();
                    HashFailure::Panicked
                });
                drop(seat);
                let _ = reply.send(judgement);
            }
        }
    }

    /// Runs one job so that its panic is no more than its failure.
    fn guard<T>(
        &self,
        bench: &mut Workbench,
        job: impl FnOnce(&mut Workbench) -> Result<T, HashFailure>,
    ) -> Result<T, HashFailure> {
        self.counters.started.up();
        self.counters.running.up();
        let outcome = catch_unwind(AssertUnwindSafe(|| job(bench)));
        self.counters.running.down();
        outcome.unwrap_or_else(|_| {
            self.counters.panicked.up();
            // Somebody else's code may panic there too.
            let _ = catch_unwind(AssertUnwindSafe(|| bench.release()));
            Err(HashFailure::Panicked)
        })
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("stats", &self.counters.read()).finish_non_exhaustive()
    }
}

pub(super) fn no_thread(error: io::Error) -> BackendError {
    BackendError::new(
        BackendErrorKind::Unavailable,
        "no thread to hash passwords on: raise the limit on threads",
    )
    .with_source(error)
}
