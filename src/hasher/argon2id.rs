//! Argon2 by the `argon2` crate: the only file that calls it.

use argon2::{Algorithm, Argon2, Params};

use super::failure::HashFailure;
use super::kdf::{Inputs, Kdf, Variant, Version};
use super::memory::WorkMemory;

/// Argon2 in portable Rust, the lanes one after the other.
pub(crate) struct PortableArgon2;

impl Kdf for PortableArgon2 {
    fn derive(
        &self,
        inputs: &Inputs<'_>,
        memory: &mut WorkMemory,
        tag: &mut [u8],
    ) -> Result<(), HashFailure> {
        let cost = inputs.cost;
        let params = Params::new(cost.memory_kib(), cost.passes(), cost.lanes(), Some(tag.len()))
            .map_err(|_| HashFailure::Refused)?;
        fill(inputs, params, memory, tag)
    }
}

fn fill(
    inputs: &Inputs<'_>,
    params: Params,
    memory: &mut WorkMemory,
    tag: &mut [u8],
) -> Result<(), HashFailure> {
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
        .map_err(|_| HashFailure::Refused)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use argon2::{AssociatedData, ParamsBuilder};

    use super::super::cost::Argon2Cost;
    use super::{Inputs, Kdf, PortableArgon2, Variant, Version, WorkMemory, fill};

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
        fill(&inputs, params.build().unwrap(), &mut WorkMemory::new(Arc::default()), &mut tag).unwrap();
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
        let mut memory = WorkMemory::new(Arc::default());
        for (variant, version, (memory_kib, passes, lanes), expected) in vectors {
            let cost = Argon2Cost::unchecked(memory_kib, passes, lanes);
            let inputs =
                Inputs { variant, version, cost, secret: None, password: b"password", salt: b"somesalt" };
            let mut tag = [0; 32];
            PortableArgon2.derive(&inputs, &mut memory, &mut tag).unwrap();
            assert_eq!(hex(&tag), expected, "{variant:?} {version:?} {cost:?}");
        }
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
