//! Tests of the module as a whole, and the doubles they use.

#[cfg(feature = "legacy-hashes")]
mod elsewhere;
mod gate;
mod limits;
mod older;
mod pool;
mod refusals;
mod verification;

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use futures_lite::future::block_on;
use secrecy::SecretString;

use super::argon2id::PortableArgon2;
use super::kdf::{Failure, Inputs, Kdf, Worker};
use super::{Argon2Cost, HashPool, HashingSettings, Lane, PasswordHash, Place, Standing, Verdict, lock};

/// The hash function, and a record of what it was asked to do.
#[derive(Clone, Debug, Default)]
struct RecordingKdf {
    costs: Arc<Mutex<Vec<Argon2Cost>>>,
}

impl Kdf for RecordingKdf {
    fn worker(&self) -> Box<dyn Worker> {
        let costs = Arc::clone(&self.costs);
        Watched::over(move |inputs| lock(&costs).push(inputs.cost))
    }
}

/// The hash function, and something that sees its inputs first.
struct Watched<F> {
    watch: F,
    worker: Box<dyn Worker>,
}

impl<F: FnMut(&Inputs<'_>) + Send + 'static> Watched<F> {
    fn over(watch: F) -> Box<dyn Worker> {
        Box::new(Self { watch, worker: PortableArgon2.worker() })
    }
}

impl<F: FnMut(&Inputs<'_>) + Send + 'static> Worker for Watched<F> {
    fn derive(&mut self, inputs: &Inputs<'_>, tag: &mut [u8]) -> Result<(), Failure> {
        (self.watch)(inputs);
        self.worker.derive(inputs, tag)
    }

    fn release(&mut self) {
        self.worker.release();
    }

    fn memory_kib(&self) -> u64 {
        self.worker.memory_kib()
    }
}

impl RecordingKdf {
    /// The work done since the last call, in KiB.
    fn work_kib(&self) -> u64 {
        lock(&self.costs).drain(..).map(Argon2Cost::work_kib).sum()
    }
}

const RIGHT: &str = "correct horse battery staple";
const WRONG: &str = "incorrect horse battery staple";

fn cheap(memory_kib: u32, passes: u32, lanes: u32) -> Argon2Cost {
    Argon2Cost::unchecked(memory_kib, passes, lanes)
}

/// One thread, the cheapest hashes, room for eight.
fn settings() -> HashingSettings {
    HashingSettings::default()
        .cost(Argon2Cost::dangerous_cheapest())
        .threads(NonZeroUsize::MIN)
        .queue_places(count(8))
}

fn count(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).unwrap()
}

fn place(pool: &HashPool) -> Place {
    pool.reserve(Lane::new(1), Standing::Anyone).unwrap()
}

fn hash(pool: &HashPool, password: &str) -> PasswordHash {
    block_on(place(pool).hash(password.into())).unwrap()
}

fn verify(pool: &HashPool, password: impl Into<SecretString>, stored: &PasswordHash) -> Verdict {
    block_on(place(pool).verify(password.into(), Some(stored.clone()))).unwrap()
}
