//! A hash function that waits until it is let through.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use super::lock;
use crate::hasher::kdf::{Failure, Inputs, Kdf, Worker};
use crate::hasher::memory::WorkMemory;
use crate::hasher::{HashPool, HashingSettings};

/// A hash function that says which password it was given, and then waits until it is let through.
#[derive(Clone, Debug)]
struct GatedKdf {
    entered: Sender<String>,
    gate: Arc<Mutex<Receiver<()>>>,
}

struct Gated {
    kdf: GatedKdf,
    memory: WorkMemory,
}

/// The other side of a [`GatedKdf`].
pub(super) struct Gatekeeper {
    pub(super) entered: Receiver<String>,
    pub(super) gate: Sender<()>,
}

impl Kdf for GatedKdf {
    fn worker(&self) -> Box<dyn Worker> {
        Box::new(Gated { kdf: self.clone(), memory: WorkMemory::default() })
    }
}

impl Worker for Gated {
    fn derive(&mut self, inputs: &Inputs<'_>, _: &mut [u8]) -> Result<(), Failure> {
        self.memory.blocks(inputs.cost.memory_kib())?[0].as_mut().fill(1);
        self.kdf.entered.send(String::from_utf8_lossy(inputs.password).into_owned()).unwrap();
        lock(&self.kdf.gate).recv().unwrap();
        assert!(inputs.password != b"panic", "a test wanted a panic");
        Ok(())
    }

    fn release(&mut self) {
        self.memory.release();
    }

    fn memory_kib(&self) -> u64 {
        self.memory.kib()
    }
}

impl Gatekeeper {
    /// Waits for the next password to be hashed and lets it through.
    pub(super) fn pass(&self) -> String {
        let password = self.entered.recv().unwrap();
        self.gate.send(()).unwrap();
        password
    }
}

pub(super) fn gated(settings: HashingSettings) -> (HashPool, Gatekeeper) {
    let ((entered, seen), (gate, opened)) = (channel(), channel());
    let kdf = GatedKdf { entered, gate: Arc::new(Mutex::new(opened)) };
    (HashPool::start(settings.kdf(kdf)).unwrap(), Gatekeeper { entered: seen, gate })
}
