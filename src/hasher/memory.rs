//! The working memory of one thread.

use argon2::Block;
use zeroize::Zeroize;

use super::kdf::Failure;

/// The working memory of one thread: allocated once, grown when a dearer hash comes by, wiped after each.
///
/// Reuse is what makes hashing fast (fresh pages cost as much as the hash itself) and memory constant.
#[derive(Default)]
pub(super) struct WorkMemory {
    blocks: Vec<Block>,
    /// How many blocks from the front may hold traces of a password.
    soiled: usize,
}

impl WorkMemory {
    /// The first `kib` blocks of 1 KiB, to write into.
    pub(super) fn blocks(&mut self, kib: u32) -> Result<&mut [Block], Failure> {
        let wanted = kib as usize;
        if wanted > self.blocks.len() {
            // The old blocks go first: growing in place would hold both at once.
            self.release();
            self.blocks.try_reserve_exact(wanted).map_err(|_| Failure::OutOfMemory)?;
            self.blocks.resize(wanted, Block::new());
        }
        self.soiled = self.soiled.max(wanted);
        self.blocks.get_mut(..wanted).ok_or(Failure::OutOfMemory)
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
        self.blocks = Vec::new();
    }

    /// How much there is, in KiB.
    pub(super) const fn kib(&self) -> u64 {
        self.blocks.len() as u64
    }
}

impl Drop for WorkMemory {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::WorkMemory;

    #[test]
    fn wiped_memory_holds_no_trace() {
        let mut memory = WorkMemory::default();
        for block in memory.blocks(32).unwrap() {
            block.as_mut().fill(0x5a5a);
        }
        let _ = memory.blocks(8).unwrap();
        memory.wipe();
        assert!(memory.blocks.iter().all(|block| block.as_ref().iter().all(|word| *word == 0)));
    }

    #[test]
    fn memory_grows_to_the_dearest_hash_and_no_further() {
        let mut memory = WorkMemory::default();
        for kib in [64, 8, 128, 64] {
            assert_eq!(memory.blocks(kib).unwrap().len(), kib as usize);
        }
        assert_eq!((memory.kib(), memory.blocks.capacity()), (128, 128));
    }
}
