//! What this machine can afford for a log-in.

use std::thread;
use std::time::{Duration, Instant};

use futures_lite::future::block_on;

use super::cost::Argon2Cost;
use super::failure::HashFailure;
use super::places::{Lane, Overloaded, Standing};
use super::pool::{HashPool, no_thread};
use super::settings::HashingSettings;
use crate::error::{BackendError, BackendErrorKind};

/// What was proposed, and what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Calibration {
    /// The proposed cost, never below the approved floor.
    pub cost: Argon2Cost,
    /// What one hash of it took here, with every thread of the pool hashing. Longer than was wished for where even the
    /// floor takes longer.
    pub time: Duration,
    /// The threads that hashed. All together hold this many times the cost's memory.
    pub threads: usize,
}

/// How often each thread tries a cost before the median is believed.
const ROUNDS: usize = 7;

impl HashingSettings {
    /// Measures this machine, and proposes what a hash may cost for a log-in to take `wished`: the time of one hash
    /// while every thread hashes.
    ///
    /// Speed is worth nothing by itself: a hash that takes half the time may cost an attacker twice as much. The
    /// proposal has 2 passes, as [`Argon2Cost::RECOMMENDED`] has, over as much memory as the time allows and
    /// [`accepted_memory_kib`](Self::accepted_memory_kib) admits, and more passes beyond that. Run it on a quiet machine of the kind that will serve, and write the proposal down: a cost that
    /// changes from start to start would make everybody's hash anew at each.
    ///
    /// It hashes on threads of its own, with these settings' kernel and number of threads, for up to some fifty times
    /// `wished`, and holds up the thread that calls it: it is for a command line, not for a start-up.
    ///
    /// # Errors
    ///
    /// Settings that contradict each other, no threads, not enough memory.
    pub fn calibrate(&self, wished: Duration) -> Result<Calibration, BackendError> {
        let most_kib = self.check()?.limits.memory_kib;
        let mut proposed = self.measured(Argon2Cost::RECOMMENDED)?;
        // More memory is slower by the KiB: the second look corrects for that, and the third for the second.
        for _ in 0..3 {
            let per_second = proposed.cost.work_kib() as f64 / proposed.time.as_secs_f64().max(1e-9);
            let cost = Argon2Cost::of_work((wished.as_secs_f64() * per_second) as u64, most_kib);
            if cost == proposed.cost {
                break;
            }
            proposed = self.measured(cost)?;
        }
        Ok(proposed)
    }

    /// What a hash of this cost takes while every thread hashes.
    fn measured(&self, cost: Argon2Cost) -> Result<Calibration, BackendError> {
        let threads = self.thread_count();
        let pool = HashPool::start(self.for_measuring(cost))?;
        let mut times = thread::scope(|scope| {
            let callers = (0..threads).map(|number| {
                let (pool, lane) = (&pool, Lane::new(number as u64));
                let caller = move || hash_repeatedly(pool, lane);
                thread::Builder::new().spawn_scoped(scope, caller).map_err(no_thread)
            });
            let callers = callers.collect::<Result<Vec<_>, _>>()?;
            let mut times = Vec::with_capacity(threads * ROUNDS);
            for caller in callers {
                let panicked = |_| BackendError::from(HashFailure::Panicked);
                times.extend(caller.join().map_err(panicked)??);
            }
            Ok::<_, BackendError>(times)
        })?;
        times.sort_unstable();
        let time = times.get(times.len() / 2).copied().unwrap_or_default();
        Ok(Calibration { cost, time, threads })
    }
}

/// One caller of many, who asks again as soon as there is an answer. The first hash, which takes the memory, does not
/// count.
fn hash_repeatedly(pool: &HashPool, lane: Lane) -> Result<Vec<Duration>, BackendError> {
    let full = |full: Overloaded| BackendError::new(BackendErrorKind::Other, full.to_string());
    let mut place = pool.reserve(lane, Standing::Trusted).map_err(full)?;
    let mut times = Vec::with_capacity(ROUNDS);
    for round in 0..=ROUNDS {
        let began = Instant::now();
        block_on(place.hash("calibration".into()))?;
        if round > 0 {
            times.push(began.elapsed());
        }
    }
    Ok(times)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;
    use crate::hasher::kdf::{Failure, Inputs, Kdf, Worker};

    /// Takes no time and no memory.
    #[derive(Debug)]
    struct Instantly;

    impl Kdf for Instantly {
        fn worker(&self) -> Box<dyn Worker> {
            Box::new(Self)
        }
    }

    impl Worker for Instantly {
        fn derive(&mut self, _: &Inputs<'_>, _: &mut [u8]) -> Result<(), Failure> {
            Ok(())
        }

        fn release(&mut self) {}

        fn memory_kib(&self) -> u64 {
            0
        }
    }

    #[test]
    fn no_wish_is_too_short_for_the_approved_floor() {
        let settings = HashingSettings::default().kdf(Instantly);
        let proposed = settings.calibrate(Duration::ZERO).unwrap();
        assert_eq!(proposed.cost, Argon2Cost::RECOMMENDED);
        assert_eq!(proposed.threads, settings.thread_count());
    }

    #[test]
    fn no_wish_goes_beyond_the_limits_or_the_accepted_memory() {
        let settings = HashingSettings::default().kdf(Instantly).accepted_memory_kib(65_536);
        let Calibration { cost, .. } = settings.calibrate(Duration::from_secs(1_000)).unwrap();
        assert_eq!((cost.memory_kib(), cost.passes()), (65_536, 64));
        assert_eq!(cost.work_kib(), Argon2Cost::MAX_WORK_KIB);
    }

    #[test]
    fn a_proposal_says_what_was_measured() {
        let settings = HashingSettings::default().kdf(Instantly).threads(NonZeroUsize::new(3).unwrap());
        let proposed = settings.calibrate(Duration::ZERO).unwrap();
        assert_eq!(proposed.threads, 3);
        assert_ne!(proposed.time, Duration::ZERO, "going to another thread and back takes some time");
    }

    #[test]
    fn a_failure_of_the_hash_function_is_no_proposal() {
        #[derive(Debug)]
        struct Never;
        impl Kdf for Never {
            fn worker(&self) -> Box<dyn Worker> {
                Box::new(Self)
            }
        }
        impl Worker for Never {
            fn derive(&mut self, _: &Inputs<'_>, _: &mut [u8]) -> Result<(), Failure> {
                Err(Failure::OutOfMemory)
            }
            fn release(&mut self) {}
            fn memory_kib(&self) -> u64 {
                0
            }
        }
        let refused = HashingSettings::default().kdf(Never).calibrate(Duration::from_millis(10)).unwrap_err();
        assert_eq!(refused.kind(), BackendErrorKind::Unavailable);
    }
}
