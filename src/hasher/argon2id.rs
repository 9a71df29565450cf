//! Argon2 by the `argon2` crate: the only file that calls it.

use argon2::{Algorithm, Argon2, Params};

use super::kdf::{Failure, Inputs, Kdf, Variant, Version, Worker};
use super::memory::WorkMemory;

/// Argon2 in portable Rust, the lanes one after the other. This is the default.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it holds nothing")]
pub struct PortableArgon2;

#[derive(Default)]
struct OneThread {
    memory: WorkMemory,
}

impl Kdf for PortableArgon2 {
    fn worker(&self) -> Box<dyn Worker> {
        Box::new(OneThread::default())
    }
}

impl Worker for OneThread {
    fn derive(&mut self, inputs: &Inputs<'_>, tag: &mut [u8]) -> Result<(), Failure> {
        let cost = inputs.cost;
        let params = Params::new(cost.memory_kib(), cost.passes(), cost.lanes(), Some(tag.len()))
            .map_err(|_| Failure::Refused)?;
        let outcome = fill(inputs, params, &mut self.memory, tag);
        self.memory.wipe();
        outcome
    }

    fn release(&mut self) {
        self.memory.release();
    }

    fn memory_kib(&self) -> u64 {
        self.memory.kib()
    }
}

fn fill(inputs: &Inputs<'_>, params: Params, memory: &mut WorkMemory, tag: &mut [u8]) -> Result<(), Failure> {
    let algorithm = match inputs.variant {
        Variant::Argon2d => Algorithm::Argon2d,
        Variant::Argon2i => Algorithm::Argon2i,
        Variant::Argon2id => Algorithm::Argon2id,
    };
    let version = match inputs.version {
        Version::V10 => argon2::Version::V0x10,
        Version::V13 => argon2::Version::V0x13,
    };
    let blocks = memory.blocks(inputs.cost.memory_kib())?;
    // No secret and an empty secret are the same to Argon2.
    Argon2::new_with_secret(inputs.secret.unwrap_or_default(), algorithm, version, params)
        .and_then(|argon2| argon2.hash_password_into_with_memory(inputs.password, inputs.salt, tag, blocks))
        .map_err(|_| Failure::Refused)
}

#[cfg(test)]
mod tests {
    use argon2::{AssociatedData, ParamsBuilder};

    use super::super::cost::Argon2Cost;
    use super::{Inputs, Kdf, OneThread, PortableArgon2, Variant, Version, WorkMemory, Worker, fill};

    /// RFC 9106, section 5.3.
    #[test]
    fn the_vector_of_the_standard_with_secret_and_associated_data_holds() {
        let inputs = Inputs {
            variant: Variant::Argon2id,
            version: Version::V13,
            cost: Argon2Cost::unchecked(32, 3, 4),
            secret: Some(&[3; 8]),
            password: &[1; 32],
            salt: &[2; 16],
        };
        let mut params = ParamsBuilder::new();
        params.m_cost(32).t_cost(3).p_cost(4).data(AssociatedData::new(&[4; 12]).unwrap());
        let mut tag = [0; 32];
        fill(&inputs, params.build().unwrap(), &mut WorkMemory::default(), &mut tag).unwrap();
        assert_eq!(hex(&tag), "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
    }

    /// `src/test.c` of the reference implementation, `phc-winner-argon2`.
    #[test]
    fn the_vectors_of_the_reference_implementation_hold() {
        let vectors = [
            (
                Variant::Argon2id,
                Version::V13,
                (256, 2, 1),
                "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe",
            ),
            (
                Variant::Argon2id,
                Version::V13,
                (256, 2, 2),
                "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037",
            ),
            (
                Variant::Argon2i,
                Version::V13,
                (256, 2, 1),
                "89e9029f4637b295beb027056a7336c414fadd43f6b208645281cb214a56452f",
            ),
            (
                Variant::Argon2i,
                Version::V10,
                (256, 2, 1),
                "fd4dd83d762c49bdeaf57c47bdcd0c2f1babf863fdeb490df63ede9975fccf06",
            ),
        ];
        let mut worker = PortableArgon2.worker();
        for (variant, version, (memory_kib, passes, lanes), expected) in vectors {
            let cost = Argon2Cost::unchecked(memory_kib, passes, lanes);
            let inputs =
                Inputs { variant, version, cost, secret: None, password: b"password", salt: b"somesalt" };
            let mut tag = [0; 32];
            worker.derive(&inputs, &mut tag).unwrap();
            assert_eq!(hex(&tag), expected, "{variant:?} {version:?} {cost:?}");
        }
    }

    #[test]
    fn every_hash_leaves_its_memory_wiped() {
        let mut worker = OneThread::default();
        for cost in [Argon2Cost::unchecked(128, 2, 1), Argon2Cost::unchecked(64, 1, 1)] {
            worker.derive(&Inputs::new(cost, b"password", b"somesalt"), &mut [0; 32]).unwrap();
            let blocks = worker.memory.blocks(128).unwrap();
            assert!(blocks.iter().all(|block| block.as_ref().iter().all(|word| *word == 0)));
        }
    }

    #[test]
    fn it_keeps_the_memory_of_the_dearest_hash_until_it_is_released() {
        let mut worker = PortableArgon2.worker();
        assert_eq!(worker.memory_kib(), 0);
        for (memory_kib, held_kib) in [(64, 64), (256, 256), (64, 256)] {
            let inputs = Inputs::new(Argon2Cost::unchecked(memory_kib, 1, 1), b"password", b"somesalt");
            worker.derive(&inputs, &mut [0; 32]).unwrap();
            assert_eq!(worker.memory_kib(), held_kib);
        }
        worker.release();
        assert_eq!(worker.memory_kib(), 0);
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
