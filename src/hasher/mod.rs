//! How passwords are hashed and checked: Argon2id, on a few threads of its own.
//!
//! A stored hash is one text, a [`PasswordHash`]. What a new one costs is an [`Argon2Cost`]; what goes into it beside
//! the password, and is not in the database, is a [`Pepper`]. [`HashingSettings`] holds these and the size of the
//! pool.
//!
//! The function itself is behind a seam: see [`kdf`].
//!
//! The pool has as many plain threads as the machine has cores. Each owns one block of memory, which it reuses and
//! wipes after every hash, so that memory is bounded by threads times the dearest accepted hash, and nothing is
//! allocated while people log in. A place is reserved before an attempt is counted; where none is free, the answer is
//! "overloaded" at once. The queue takes turns between sources.
//!
//! # Security
//!
//! A refusal costs the same whoever is asked for. An unknown person, an account without a password, and a stored hash
//! that cannot be verified are all checked against a decoy of the current parameters, through the same queue. Where
//! [older hashes](HashingSettings::older_hashes) are named, every refused password was tried against one of each kind,
//! in one order: the genuine hash in the place of its kind, a decoy in every other. A wrong password against a hash of a
//! kind that is not named is topped up with a filler until it has cost as much, by the estimate. Everything that a
//! stored hash asks for is bounded before any memory is taken.

mod argon2id;
mod calibration;
mod check;
mod checked;
mod cost;
mod failure;
pub mod kdf;
mod kinds;
#[cfg(feature = "legacy-hashes")]
mod legacy;
mod memory;
mod pepper;
mod place;
mod places;
mod pool;
mod progress;
mod queue;
mod reading;
mod settings;
#[cfg(feature = "argon2-simd")]
mod simd;
mod stats;
mod stored;
#[cfg(test)]
mod tests;
mod workbench;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use self::argon2id::PortableArgon2;
pub use self::calibration::Calibration;
pub use self::cost::{Argon2Cost, CostProblem};
pub use self::pepper::{Pepper, PepperProblem, Peppers};
pub use self::reading::Unverifiable;
pub use self::settings::HashingSettings;
#[cfg(feature = "legacy-hashes")]
pub use self::settings::LegacyHashes;
#[cfg(feature = "argon2-simd")]
pub use self::simd::SimdArgon2;
pub use self::stats::PoolStats;
pub use self::stored::PasswordHash;

pub(crate) use self::check::Verdict;
pub(crate) use self::failure::HashFailure;
pub(crate) use self::place::Place;
pub(crate) use self::places::{Lane, Overloaded, Standing};
pub(crate) use self::pool::HashPool;
pub(crate) use self::progress::Progress;

/// The longest password that is hashed, in bytes. Whoever takes a password refuses a longer one before this module
/// sees it; the check here is the second lock on the door.
pub(crate) const MAX_PASSWORD_BYTES: usize = 4096;

/// The salt and the tag of a new hash, in bytes.
const SALT_BYTES: usize = 16;
const TAG_BYTES: usize = 32;

/// Locks `mutex` whether or not a thread panicked while it held it: what these mutexes guard is whole between any two
/// statements, and a pool that stops for ever is worse than one lost job.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
