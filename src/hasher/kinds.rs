//! The kinds of stored hash that every refused password is tried against, and in which order.

use argon2::password_hash::phc;

use super::cost::Argon2Cost;
use super::kdf::{Variant, Version};
#[cfg(feature = "legacy-hashes")]
use super::legacy::LegacyKind;
use super::pepper::Peppers;
use super::reading::{Limits, Readable, StoredArgon2, Unverifiable};
use super::stored::PasswordHash;
use super::{SALT_BYTES, TAG_BYTES};
use crate::error::{BackendError, BackendErrorKind};
use crate::random;

/// What decides how long it takes to verify a hash: not its salt, its tag or its pepper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Argon2 {
        variant: Variant,
        version: Version,
        cost: Argon2Cost,
    },
    #[cfg(feature = "legacy-hashes")]
    Legacy(LegacyKind),
}

impl Kind {
    /// The kind of a new hash of this cost.
    pub(super) const fn new(cost: Argon2Cost) -> Self {
        Self::Argon2 { variant: Variant::Argon2id, version: Version::V13, cost }
    }

    /// The work of verifying one, in the unit of [`Argon2Cost::work_kib`]: an estimate for legacy hashes.
    pub(super) fn work_kib(self) -> u64 {
        match self {
            Self::Argon2 { cost, .. } => cost.work_kib(),
            #[cfg(feature = "legacy-hashes")]
            Self::Legacy(kind) => kind.work_kib(),
        }
    }

    /// The memory that it takes, in KiB.
    pub(super) fn memory_kib(self) -> u32 {
        match self {
            Self::Argon2 { cost, .. } => cost.memory_kib(),
            #[cfg(feature = "legacy-hashes")]
            Self::Legacy(kind) => kind.memory_kib(),
        }
    }

    /// A hash of this kind that belongs to nobody.
    fn decoy(self, pepper: Option<u32>) -> Result<Readable, BackendError> {
        match self {
            Self::Argon2 { variant, version, cost } => {
                let (salt, tag) = (random_salt()?, random_tag::<TAG_BYTES>()?);
                Ok(Readable::Argon2(StoredArgon2 { variant, version, cost, pepper, salt, tag }))
            }
            #[cfg(feature = "legacy-hashes")]
            Self::Legacy(kind) => kind.decoy().map(Readable::Legacy),
        }
    }
}

/// The kinds that there are: that of new hashes, and those of which an example was named, each once and in that order.
pub(super) fn all_kinds(
    cost: Argon2Cost,
    older: &[PasswordHash],
    limits: &Limits,
    peppers: &Peppers,
) -> Result<Vec<Kind>, BackendError> {
    let mut kinds = vec![Kind::new(cost)];
    for (index, example) in older.iter().enumerate() {
        let readable = Readable::accept(example, limits, peppers);
        let kind = readable.map_err(|reason| not_verifiable(index + 1, reason))?.kind();
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

/// Says which example it is, and nothing of what is in it.
fn not_verifiable(position: usize, reason: Unverifiable) -> BackendError {
    let reason = match reason {
        Unverifiable::Blank => "it is blank: leave it out",
        Unverifiable::Unreadable => "it is damaged, or of a form that is not known: give a whole stored text",
        Unverifiable::Unsupported => {
            "its form is not accepted: switch legacy hashes on, by the feature and by the setting, or leave it out"
        }
        Unverifiable::TooCostly => {
            "it asks for more memory or work than is accepted: raise the accepted memory, or leave it out"
        }
        Unverifiable::PepperMissing => "its pepper is not set: set it, or leave the hash out",
    };
    let advice = format!("number {position} of the older hashes cannot be verified: {reason}");
    BackendError::new(BackendErrorKind::Misconfigured, advice)
}

/// A hash of each kind that belongs to nobody.
pub(super) struct Decoys(pub(super) Vec<Readable>);

impl Decoys {
    pub(super) fn new(kinds: &[Kind], pepper: Option<u32>) -> Result<Self, BackendError> {
        kinds.iter().map(|kind| kind.decoy(pepper)).collect::<Result<_, _>>().map(Self)
    }

    /// What a password is tried against, in order, and whether that is the genuine hash. It stands in the place of its
    /// kind, so that whoever is refused was tried against the same kinds in the same order. One of a kind that has no
    /// place is tried alone.
    pub(super) fn around<'a>(
        &'a self,
        genuine: Option<&'a Readable>,
    ) -> impl Iterator<Item = (&'a Readable, bool)> {
        let alone = genuine.filter(|genuine| self.0.iter().all(|decoy| decoy.kind() != genuine.kind()));
        let decoys = if alone.is_some() { &[] } else { &self.0[..] };
        let in_order = decoys.iter().map(move |decoy| {
            let genuine = genuine.filter(|genuine| genuine.kind() == decoy.kind());
            (genuine.unwrap_or(decoy), genuine.is_some())
        });
        alone.map(|genuine| (genuine, true)).into_iter().chain(in_order)
    }
}

pub(super) fn random_salt() -> Result<phc::Salt, BackendError> {
    phc::Salt::new(&random::bytes::<SALT_BYTES>()?).map_err(not_encoded)
}

pub(super) fn random_tag<const BYTES: usize>() -> Result<phc::Output, BackendError> {
    phc::Output::new(&random::bytes::<BYTES>()?).map_err(not_encoded)
}

fn not_encoded(_: phc::Error) -> BackendError {
    BackendError::new(BackendErrorKind::Other, "a decoy could not be made: report this as a bug")
}
