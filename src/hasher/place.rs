//! A place in the pool, and what can be done with it.

use std::sync::Arc;

use futures_channel::oneshot;
use secrecy::SecretString;

use super::check::Verdict;
use super::failure::HashFailure;
use super::places::{Lane, Standing};
use super::pool::{Job, Shared, Work};
use super::progress::Progress;
use super::stored::PasswordHash;
use crate::password::PasswordProblem;

/// A reserved place in the pool: while it is held, its jobs are never turned away. Dropping it frees it.
///
/// It is taken before an attempt is counted, so that nobody is charged for an attempt that finds the house full.
#[derive(Debug)]
pub(crate) struct Place {
    seat: Arc<Seat>,
    progress: Progress,
    jobs: u64,
}

/// What occupies a place. A job in the queue holds it too: who reserves, asks and hangs up a thousand times must not
/// get more jobs into the queue than there are places.
#[derive(Debug)]
pub(super) struct Seat {
    shared: Arc<Shared>,
    lane: Lane,
    standing: Standing,
}

impl Place {
    pub(super) fn new(seat: Seat) -> Self {
        Self { seat: Arc::new(seat), progress: Progress::default(), jobs: 0 }
    }

    /// Verifies `password` against what the directory stores, or, where it stores nothing or there is nobody, against
    /// a decoy. One job, whichever it is; a refusal does the same work whichever it is.
    ///
    /// Dropping the future while the job waits withdraws it; once it runs, it runs to its end.
    pub(crate) async fn verify(
        &mut self,
        password: SecretString,
        stored: Option<PasswordHash>,
    ) -> Result<Verdict, HashFailure> {
        let (reply, verdict) = oneshot::channel();
        self.submit(Work::Verify { password, stored, reply }, verdict).await
    }

    /// Hashes `password` under the current parameters and pepper.
    pub(crate) async fn hash(&mut self, password: SecretString) -> Result<PasswordHash, HashFailure> {
        let (reply, hash) = oneshot::channel();
        self.submit(Work::Hash { password, reply }, hash).await
    }

    /// Judges a new password, which takes a while for a long one, on a thread that holds up nobody else.
    pub(crate) async fn judge(
        &mut self,
        judge: impl FnOnce() -> Result<(), PasswordProblem> + Send + 'static,
    ) -> Result<Result<(), PasswordProblem>, HashFailure> {
        let (reply, judgement) = oneshot::channel();
        self.submit(Work::Judge { judge: Box::new(judge), reply }, judgement).await
    }

    /// Tells, also when this place is gone, whether anything was hashed for it.
    pub(crate) fn progress(&self) -> Progress {
        self.progress.clone()
    }

    async fn submit<T>(
        &mut self,
        work: Work,
        answer: oneshot::Receiver<Result<T, HashFailure>>,
    ) -> Result<T, HashFailure> {
        let number = self.jobs;
        self.jobs += 1;
        self.progress.queued(number);
        let _withdrawn_on_drop = Withdrawal { progress: &self.progress, number };
        let (lane, standing) = (self.seat.lane, self.seat.standing);
        let job = Job {
            work,
            number,
            progress: self.progress.clone(),
            seat: Arc::clone(&self.seat),
            unanswered: self.seat.shared.unanswered(),
        };
        self.seat.shared.enqueue(lane, standing, job);
        // A job is dropped without an answer only when the pool ends.
        answer.await.unwrap_or(Err(HashFailure::Stopped))
    }
}

struct Withdrawal<'a> {
    progress: &'a Progress,
    number: u64,
}

impl Drop for Withdrawal<'_> {
    fn drop(&mut self) {
        self.progress.withdraw(self.number);
    }
}

impl Seat {
    /// Takes over a place that was just counted.
    pub(super) const fn new(shared: Arc<Shared>, lane: Lane, standing: Standing) -> Self {
        Self { shared, lane, standing }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.shared.release(self.lane, self.standing);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::mpsc::{Sender, channel};
    use std::task::{Context, Wake};

    use super::{Arc, Lane, Seat, Standing};
    use crate::hasher::{Argon2Cost, HashPool, HashingSettings};

    /// Reports, when the answer comes, how many hold the seat.
    struct Witness {
        seat: Arc<Seat>,
        holders: Sender<usize>,
    }

    impl Wake for Witness {
        fn wake(self: Arc<Self>) {
            self.holders.send(Arc::strong_count(&self.seat)).unwrap();
        }
    }

    #[test]
    fn a_job_has_given_back_its_place_when_the_answer_comes() {
        let pool = HashPool::start(HashingSettings::default().cost(Argon2Cost::MEMORY_12288)).unwrap();
        let mut place = pool.reserve(Lane::new(1), Standing::Anyone).unwrap();
        let (holders, seen) = channel();
        let witness = Arc::new(Witness { seat: Arc::clone(&place.seat), holders });
        let mut asked = pin!(place.hash("a password".into()));
        // Unless the hash was faster than this thread, the place and the witness are the only ones left.
        if asked.as_mut().poll(&mut Context::from_waker(&Arc::clone(&witness).into())).is_pending() {
            assert_eq!(seen.recv(), Ok(2));
        }
    }
}
