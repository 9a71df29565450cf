//! What the hasher does, on another thread and back, but for all that the hasher is for.

use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use futures_channel::oneshot;
use vestibule::hasher::kdf::{Inputs, Kdf};
use vestibule::hasher::{Argon2Cost, PortableArgon2};
use vestibule::{NewPassword, PasswordPolicy};

use crate::parts::PASSWORD;

/// A thread that makes the cheapest hashes, and one that judges passwords by the rules.
pub(crate) struct Elsewhere {
    hash: Worker,
    rules: Worker,
}

struct Worker(Sender<oneshot::Sender<()>>);

/// How often a flow goes to either.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trips {
    pub(crate) hashes: u32,
    pub(crate) rules: u32,
}

impl Elsewhere {
    pub(crate) fn start(service: &'static str) -> Self {
        let mut worker = PortableArgon2.worker();
        let hash = Worker::start(move || {
            let cost = Argon2Cost::dangerous_cheapest();
            let inputs = Inputs::new(cost, PASSWORD.as_bytes(), b"sixteen bytes...");
            worker.derive(&inputs, &mut [0; 32]).unwrap();
        });
        let policy = PasswordPolicy::default().context_words([service]);
        let judged = NewPassword::typed_once(PASSWORD.into()).unwrap();
        let rules = Worker::start(move || policy.check(&judged).unwrap());
        Self { hash, rules }
    }

    /// How long that takes just now.
    pub(crate) async fn time(&self, trips: Trips) -> Duration {
        let began = Instant::now();
        for _ in 0..trips.hashes {
            self.hash.there_and_back().await;
        }
        for _ in 0..trips.rules {
            self.rules.there_and_back().await;
        }
        began.elapsed()
    }
}

impl Worker {
    fn start(mut work: impl FnMut() + Send + 'static) -> Self {
        let (jobs, asked) = channel::<oneshot::Sender<()>>();
        std::thread::spawn(move || {
            while let Ok(reply) = asked.recv() {
                work();
                let _ = reply.send(());
            }
        });
        Self(jobs)
    }

    async fn there_and_back(&self) {
        let (reply, answer) = oneshot::channel();
        self.0.send(reply).unwrap();
        answer.await.unwrap();
    }
}
