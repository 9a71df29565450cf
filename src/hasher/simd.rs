//! Argon2 by the `argon2-rust` crate: the only file that calls it.

use argon2_rust::params::{Memory, TagLen};
use argon2_rust::{Algorithm, Argon2, Error, Hasher, Params};

use super::kdf::{Failure, Inputs, Kdf, Variant, Version, Worker};

/// Argon2 with the vector instructions that the processor has, the lanes one after the other: about twice as fast as
/// [`PortableArgon2`](super::PortableArgon2) where there is AVX2 or AVX-512.
///
/// The tags are the same, so that one can take the other's place at any time. On Linux the memory is in huge pages
/// where the system grants them.
///
/// # Security
///
/// The crate behind it, `argon2-rust`, is from 2026, has much `unsafe`, and no independent audit, as it says itself.
/// Here it is held to the `argon2` crate on random inputs and to the vectors of RFC 9106, which says that its tags are
/// right, and nothing of its memory safety. The speed is worth that only where it becomes strength: see
/// [`HashingSettings::calibrate`](super::HashingSettings::calibrate).
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it holds nothing")]
pub struct SimdArgon2;

/// Its memory, which it wipes after each hash by itself.
#[derive(Default)]
struct OneThread {
    hasher: Option<Hasher>,
}

impl Kdf for SimdArgon2 {
    fn worker(&self) -> Box<dyn Worker> {
        Box::new(OneThread::default())
    }
}

impl Worker for OneThread {
    fn derive(&mut self, inputs: &Inputs<'_>, tag: &mut [u8]) -> Result<(), Failure> {
        let argon2 = prepared(inputs, tag.len()).map_err(failure)?;
        let hasher = self.hasher.get_or_insert_with(|| argon2.hasher());
        if hasher.reserved_blocks() < argon2.params().memory_blocks() as usize {
            // The old memory goes first: growing would hold both at once.
            hasher.clear();
        }
        hasher.set_argon2(argon2);
        let secret = inputs.secret.unwrap_or_default();
        hasher.hash_into_with_ad(inputs.password, inputs.salt, secret, &[], tag).map_err(failure)
    }

    fn release(&mut self) {
        self.hasher = None;
    }

    fn memory_kib(&self) -> u64 {
        self.hasher.as_ref().map_or(0, |hasher| hasher.reserved_blocks() as u64)
    }
}

fn prepared(inputs: &Inputs<'_>, tag_bytes: usize) -> Result<Argon2, Error> {
    let algorithm = match inputs.variant {
        Variant::Argon2d => Algorithm::Argon2d,
        Variant::Argon2i => Algorithm::Argon2i,
        Variant::Argon2id => Algorithm::Argon2id,
    };
    let version = match inputs.version {
        Version::V10 => argon2_rust::Version::V0x10,
        Version::V13 => argon2_rust::Version::V0x13,
    };
    let params = Params::builder()
        .memory(Memory::kib(inputs.cost.memory_kib().into()))
        .passes(inputs.cost.passes())
        .lanes(inputs.cost.lanes())
        // The pool's own threads are all there are.
        .threads(1)
        .tag_len(TagLen::bytes(tag_bytes as u64))
        .build()?;
    Ok(Argon2::new(algorithm, version, params))
}

const fn failure(error: Error) -> Failure {
    match error {
        Error::MemoryAllocationError => Failure::OutOfMemory,
        _ => Failure::Refused,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Argon2Cost, PortableArgon2};
    use super::*;

    /// RFC 9106, sections 5.1 to 5.3.
    #[test]
    fn the_vectors_of_the_standard_hold() {
        for (variant, expected) in [
            (Variant::Argon2d, "512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb"),
            (Variant::Argon2i, "c814d9d1dc7f37aa13f0d77f2494bda1c8de6b016dd388d29952a4c4672b6ce8"),
            (Variant::Argon2id, "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"),
        ] {
            let mut inputs = Inputs::new(Argon2Cost::unchecked(32, 3, 4), &[1; 32], &[2; 16]);
            inputs.variant = variant;
            let mut tag = [0; 32];
            let mut hasher = prepared(&inputs, tag.len()).unwrap().hasher();
            hasher.hash_into_with_ad(inputs.password, inputs.salt, &[3; 8], &[4; 12], &mut tag).unwrap();
            assert_eq!(tag.map(|byte| format!("{byte:02x}")).concat(), expected, "{variant:?}");
        }
    }

    fn bytes(length: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(any::<u8>(), length)
    }

    fn costs() -> impl Strategy<Value = Argon2Cost> {
        (1_u32..=9, 1_u32..=4, 0_u32..600)
            .prop_map(|(lanes, passes, more)| Argon2Cost::unchecked(8 * lanes + more, passes, lanes))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        /// One worker for several hashes: what it keeps of one must not show in the next.
        #[test]
        fn it_gives_the_tags_of_the_portable_one(
            hashes in proptest::collection::vec(
                (costs(), bytes(0..200), bytes(8..=48), proptest::option::of(bytes(0..80)), 4_usize..=64, 0..3, any::<bool>()),
                1..4,
            ),
        ) {
            let (mut simd, mut portable) = (SimdArgon2.worker(), PortableArgon2.worker());
            for (cost, password, salt, secret, tag_bytes, variant, old) in &hashes {
                let mut inputs = Inputs::new(*cost, password, salt);
                inputs.variant = [Variant::Argon2d, Variant::Argon2i, Variant::Argon2id][*variant as usize];
                inputs.version = if *old { Version::V10 } else { Version::V13 };
                inputs.secret = secret.as_deref();
                let (mut one, mut other) = (vec![0; *tag_bytes], vec![0; *tag_bytes]);
                prop_assert_eq!(simd.derive(&inputs, &mut one), Ok(()));
                prop_assert_eq!(portable.derive(&inputs, &mut other), Ok(()));
                prop_assert_eq!(one, other);
            }
        }
    }

    #[test]
    fn it_keeps_the_memory_of_the_dearest_hash_until_it_is_released() {
        let mut worker = SimdArgon2.worker();
        assert_eq!(worker.memory_kib(), 0);
        for (memory_kib, held_kib) in [(64, 64), (256, 256), (64, 256)] {
            let inputs = Inputs::new(Argon2Cost::unchecked(memory_kib, 1, 1), b"password", b"somesalt");
            worker.derive(&inputs, &mut [0; 32]).unwrap();
            assert_eq!(worker.memory_kib(), held_kib);
        }
        worker.release();
        assert_eq!(worker.memory_kib(), 0);
    }
}
