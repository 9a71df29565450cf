//! The working memory of one thread.

use std::sync::Arc;

use argon2::Block;
use zeroize::Zeroize;

use super::failure::HashFailure;
use super::stats::Counters;

/// The working memory of one thread: allocated once, grown when a dearer hash comes by, wiped after each.
///
/// Reuse is what makes hashing fast (fresh pages cost as much as the hash itself) and memory constant.
pub(crate) struct WorkMemory {
    blocks: Vec<Block>,
    /// How many blocks from the front may hold traces of a password.
    soiled: usize,
    counters: Arc<Counters>,
}

impl WorkMemory {
    pub(super) const fn new(counters: Arc<Counters>) -> Self {
        Self { blocks: Vec::new(), soiled: 0, counters }
    }

    /// The first `kib` blocks of 1 KiB, to write into.
    pub(super) fn blocks(&mut self, kib: u32) -> Result<&mut [Block], HashFailure> {
        let wanted = kib as usize;
        if wanted > self.blocks.len() {
            // The old blocks go first: growing in place would hold both at once.
            self.release();
            self.blocks.try_reserve_exact(wanted).map_err(|_| HashFailure::OutOfMemory)?;
            self.counters.memory_grew(u64::from(kib));
            self.blocks.resize(wanted, Block::new());
        }
        self.soiled = self.soiled.max(wanted);
        self.blocks.get_mut(..wanted).ok_or(HashFailure::OutOfMemory)
    }

    /// Overwrites what the last hash left. The first block alone would let a reader of this memory test guesses at
    /// the password a thousand times faster than by hashing them.
    pub(super) fn wipe(&mut self) {
        for block in self.blocks.iter_mut().take(self.soiled) {
            block.zeroize();
        }
        self.soiled = 0;
    }

    /// Wipes the memory and gives it back to the system.
    pub(super) fn release(&mut self) {
        self.wipe();
        self.counters.memory_shrank(self.blocks.len() as u64);
        self.blocks = Vec::new();
    }
}

impl Drop for WorkMemory {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Counters, WorkMemory};

    #[test]
    fn wiped_memory_holds_no_trace() {
        let mut memory = WorkMemory::new(Arc::default());
        for block in memory.blocks(32).unwrap() {
            block.as_mut().fill(0x5a5a);
        }
        let _ = memory.blocks(8).unwrap();
        memory.wipe();
        assert!(memory.blocks.iter().all(|block| block.as_ref().iter().all(|word| *word == 0)));
    }

    #[test]
    fn memory_grows_to_the_dearest_hash_and_no_further() {
        let counters = Arc::<Counters>::default();
        let mut memory = WorkMemory::new(Arc::clone(&counters));
        for kib in [64, 8, 128, 64] {
            assert_eq!(memory.blocks(kib).unwrap().len(), kib as usize);
        }
        assert_eq!((memory.blocks.len(), memory.blocks.capacity()), (128, 128));
        drop(memory);
        let stats = counters.read();
        assert_eq!((stats.memory_kib, stats.peak_memory_kib), (0, 128));
    }
}
