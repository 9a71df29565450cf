//! The seam between the pool and the function that does the work.
//!
//! [`PortableArgon2`](super::PortableArgon2) is what the pool uses unless [`HashingSettings::kdf`](super::HashingSettings::kdf)
//! is given another.

use std::fmt;

use thiserror::Error;

use super::cost::Argon2Cost;

/// An implementation of Argon2.
///
/// # Contract
///
/// - Every worker gives the tag of RFC 9106, or of version 0x10 of its draft, for every [`Inputs`].
/// - It gives the same whichever thread asks, and whatever the worker has hashed before.
/// - How long it takes depends on the cost and on the lengths, not on the password.
///
/// # Security
///
/// The implementation sees every password and every pepper.
pub trait Kdf: fmt::Debug + Send + Sync + 'static {
    /// Sets up what one thread of the pool hashes with, before it has any memory.
    fn worker(&self) -> Box<dyn Worker>;
}

/// What one thread of the pool hashes with: an implementation and its working memory.
///
/// # Contract
///
/// - It takes memory when a hash first needs it and keeps it for the next, no more than the dearest hash took.
/// - When [`derive`](Self::derive) returns, the memory holds no trace of the inputs. Two blocks of it would let a
///   reader test guesses at the password a thousand times faster than by hashing them.
/// - A panic is one log-in's failure: the pool then calls [`release`](Self::release), and goes on.
pub trait Worker: Send {
    /// Fills `tag`, of 4 to 64 bytes.
    ///
    /// # Errors
    ///
    /// The [`Failure`] says why there is no tag.
    fn derive(&mut self, inputs: &Inputs<'_>, tag: &mut [u8]) -> Result<(), Failure>;

    /// Gives the memory back to the system, wiped, also after a panic.
    fn release(&mut self);

    /// The memory it holds, in KiB.
    fn memory_kib(&self) -> u64;
}

/// What goes into one Argon2 hash. The cost is within [`Argon2Cost`]'s limits, which have no floor here: a stored hash
/// may be a cheap one.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Inputs<'a> {
    /// Which of the three functions.
    pub variant: Variant,
    /// Which version of it.
    pub version: Version,
    /// Memory, passes and lanes.
    pub cost: Argon2Cost,
    /// The pepper. None and an empty one are the same to Argon2.
    pub secret: Option<&'a [u8]>,
    /// At most 4,096 bytes.
    pub password: &'a [u8],
    /// 8 to 48 bytes.
    pub salt: &'a [u8],
}

/// The three functions called Argon2 (RFC 9106, section 3). New hashes use [`Variant::Argon2id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an implementation must have all three")]
pub enum Variant {
    /// Addresses depend on the password.
    Argon2d,
    /// Addresses do not depend on the password.
    Argon2i,
    /// Addresses depend on the password after the first half of the first pass.
    Argon2id,
}

/// The two versions of Argon2. New hashes use [`Version::V13`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an implementation must have both")]
pub enum Version {
    /// 0x10, written `v=16` or not at all.
    V10,
    /// 0x13, written `v=19`: RFC 9106.
    V13,
}

/// Why there is no tag. Neither says anything about the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Failure {
    /// The system did not grant the memory.
    #[error(
        "there is not enough memory to hash a password: lower the cost, the number of threads, or other use"
    )]
    OutOfMemory,
    /// The implementation refused inputs that are within the limits above.
    #[error("the hash function refused its parameters: report this as a bug")]
    Refused,
}

impl<'a> Inputs<'a> {
    /// Argon2id of version 0x13 without a pepper, as new hashes are made.
    #[must_use]
    pub const fn new(cost: Argon2Cost, password: &'a [u8], salt: &'a [u8]) -> Self {
        Self { variant: Variant::Argon2id, version: Version::V13, cost, secret: None, password, salt }
    }
}

impl fmt::Debug for Inputs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inputs").field("cost", &self.cost).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_is_hashed_the_cost_alone_is_printed() {
        let printed = format!("{:?}", Inputs::new(Argon2Cost::RECOMMENDED, b"tolv elger", b"saltsalt"));
        assert_eq!(printed, format!("Inputs {{ cost: {:?}, .. }}", Argon2Cost::RECOMMENDED));
    }
}
