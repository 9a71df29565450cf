//! The seam between this module and the function that does the work.

use super::cost::Argon2Cost;
use super::failure::HashFailure;
use super::memory::WorkMemory;

/// An implementation of Argon2. It is called on a thread of the pool, one call at a time for each memory.
pub(crate) trait Kdf: Send + Sync + 'static {
    /// Fills `tag`, using `memory` for all working memory. The caller wipes it afterwards.
    fn derive(&self, inputs: &Inputs<'_>, memory: &mut WorkMemory, tag: &mut [u8])
    -> Result<(), HashFailure>;
}

/// What goes into one Argon2 hash.
pub(crate) struct Inputs<'a> {
    pub(super) variant: Variant,
    pub(super) version: Version,
    pub(super) cost: Argon2Cost,
    /// The pepper.
    pub(super) secret: Option<&'a [u8]>,
    pub(super) password: &'a [u8],
    /// 8 to 48 bytes.
    pub(super) salt: &'a [u8],
}

/// The three functions called Argon2 (RFC 9106, section 3). New hashes use [`Variant::Argon2id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    Argon2d,
    Argon2i,
    Argon2id,
}

/// The two versions of Argon2. New hashes use [`Version::V13`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// 0x10, written `v=16` or not at all.
    V10,
    /// 0x13, written `v=19`: RFC 9106.
    V13,
}
