//! What the pool needs to know.

use std::num::NonZeroUsize;
use std::sync::Arc;

use super::argon2id::PortableArgon2;
use super::cost::Argon2Cost;
use super::kdf::Kdf;
use super::pepper::Peppers;
use super::stored::PasswordHash;

/// How passwords are hashed, and on how much of the machine.
///
/// | setting | default | why |
/// |---|---|---|
/// | [`cost`](Self::cost) | [`Argon2Cost::RECOMMENDED`] | see there |
/// | [`older_hashes`](Self::older_hashes) | none | nothing else is stored |
/// | [`refusal_cost`](Self::refusal_cost) | the cost | nothing dearer is stored |
/// | [`peppers`](Self::peppers) | none | a lost pepper takes every password with it |
/// | [`threads`](Self::threads) | as many as cores | hashing is bound by the processor |
/// | [`queue_places`](Self::queue_places) | about 2 s of work | who waits longer has gone |
/// | [`kdf`](Self::kdf) | [`PortableArgon2`] | the most widely used and reviewed in Rust |
/// | [`accepted_memory_kib`](Self::accepted_memory_kib) | 129 MiB | OWASP's dearest scrypt; twice RFC 9106's second option |
///
/// # Security
///
/// Memory is bounded by threads times accepted memory, and stays at threads times the cost's as long as neither a
/// stored hash nor a named one asks for more.
///
/// # Examples
///
/// ```
/// use std::num::NonZeroUsize;
/// use vestibule::hasher::{Argon2Cost, HashingSettings};
///
/// let two = NonZeroUsize::MIN.saturating_add(1);
/// let hashing = HashingSettings::default().cost(Argon2Cost::MEMORY_47104).threads(two);
/// ```
#[derive(Debug, Default)]
pub struct HashingSettings {
    pub(super) cost: Argon2Cost,
    pub(super) older_hashes: Vec<PasswordHash>,
    pub(super) refusal_cost: Option<Argon2Cost>,
    pub(super) peppers: Peppers,
    threads: Option<NonZeroUsize>,
    pub(super) queue_places: Option<NonZeroUsize>,
    pub(super) accepted_memory_kib: Option<u32>,
    kdf: Option<Arc<dyn Kdf>>,
    #[cfg(feature = "legacy-hashes")]
    pub(super) legacy: LegacyHashes,
}

/// Whether hashes of an older system are verified: bcrypt, scrypt, PBKDF2, argon2i and argon2d.
///
/// Name an example of each kind with [`HashingSettings::older_hashes`]: then a refused log-in makes the same calls
/// whether or not such a hash is there. A right password is followed by a new hash in any case.
///
/// # Security
///
/// A wrong password against a hash of a kind that is not named is topped up by an estimate of its work, in KiB of
/// Argon2 work: 150 for each bcrypt round, 0.6 for each unit of scrypt's N·r·p, and 0.3 and 1.2 for each PBKDF2 round
/// with SHA-256 and SHA-512. It is good to about a quarter, less on other processors: who measures many refused log-ins
/// for one address may find that it has such a hash. Naming the kind ends that, and so does replacing the hashes, or
/// letting their owners recover.
#[cfg(feature = "legacy-hashes")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LegacyHashes {
    /// They cannot be verified. Their owners recover the password.
    #[default]
    Refused,
    /// Those that cost no more than a refusal are verified; dearer ones are refused as too costly. A refusal costs the
    /// refusal cost, or what today's kind and all that are named cost together, whichever is more: naming a kind is
    /// enough for it to be verified. One that is not named needs a refusal cost of as much work: bcrypt at cost 10
    /// 153,600 KiB (19,456 KiB in 8 passes), at cost 12 614,400 KiB (65,536 KiB in 10 passes).
    UpToRefusalCost,
    /// Dearer ones are verified too, up to [`Argon2Cost::MAX_WORK_KIB`]. **A stranger can tell by the time of a
    /// refused log-in that an address has such a hash, and so an account**, until its owner has logged in once.
    DearerOnesShow,
}

impl HashingSettings {
    /// The memory that a stored hash may ask for unless told otherwise, in KiB: 128 MiB, and 1 MiB for what scrypt
    /// needs beside them.
    pub const ACCEPTED_MEMORY_KIB: u32 = 132_096;

    /// What a new hash costs.
    #[must_use]
    pub const fn cost(mut self, cost: Argon2Cost) -> Self {
        self.cost = cost;
        self
    }

    /// The kinds of hash that are still stored beside those of today's cost, by one example of each: any stored hash
    /// of that kind will do, or one that was made for it. What counts is what decides the time: Argon2's variant,
    /// version and cost, bcrypt's cost, scrypt's N, r and p, PBKDF2's digest, rounds and length of output. Salt, tag and
    /// password do not. Without an example, only hashes of today's cost are taken to be there.
    ///
    /// Every password is then tried against one hash of each kind: first of today's, then of the others in the order
    /// in which they are named here. In the place of its kind stands the stored hash, in every other place one that
    /// belongs to nobody; a match ends it. So all refusals make the same calls in the same order, and cost all kinds
    /// together. A log-in with a hash of today's cost takes no longer than before, one with another waits for those
    /// before it, once. Leave a kind out again when no such hash is left. A later call replaces what an earlier one
    /// named.
    ///
    /// # Security
    ///
    /// A hash of a kind that is not named is verified too. A wrong password against it is topped up by an estimate of
    /// the work, so that a stranger who measures many refused log-ins may find that such a hash is there.
    ///
    /// # Examples
    ///
    /// ```
    /// use vestibule::PasswordHash;
    /// use vestibule::hasher::{Argon2Cost, HashingSettings};
    ///
    /// // As it stands in the table: people whose hashes are from before the cost was raised.
    /// let older = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    /// let older = PasswordHash::from_stored(older);
    /// let hashing = HashingSettings::default().cost(Argon2Cost::MEMORY_47104).older_hashes([older]);
    /// ```
    #[must_use]
    pub fn older_hashes(mut self, examples: impl IntoIterator<Item = PasswordHash>) -> Self {
        self.older_hashes = examples.into_iter().collect();
        self
    }

    /// The cost to which every refused log-in is raised, whoever it was for, where [older
    /// hashes](Self::older_hashes) that are named do not cost more already. It is to be as dear as the dearest stored
    /// hash of a kind that is not named.
    #[must_use]
    pub const fn refusal_cost(mut self, cost: Argon2Cost) -> Self {
        self.refusal_cost = Some(cost);
        self
    }

    /// The peppers.
    #[must_use]
    pub fn peppers(mut self, peppers: Peppers) -> Self {
        self.peppers = peppers;
        self
    }

    /// How many threads hash.
    #[must_use]
    pub const fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// How many log-ins and the like may wait or be hashed at once. A quarter is kept for people with a valid device
    /// token and for those who change their password, and one source takes at most half of what is open to it.
    #[must_use]
    pub const fn queue_places(mut self, places: NonZeroUsize) -> Self {
        self.queue_places = Some(places);
        self
    }

    /// How much memory a stored hash may ask for, in KiB.
    #[must_use]
    pub const fn accepted_memory_kib(mut self, memory_kib: u32) -> Self {
        self.accepted_memory_kib = Some(memory_kib);
        self
    }

    /// Which implementation of Argon2 hashes. All give the same hashes, so that it can be replaced at any time.
    #[must_use]
    pub fn kdf(mut self, kdf: impl Kdf) -> Self {
        self.kdf = Some(Arc::new(kdf));
        self
    }

    /// Whether hashes of an older system are verified.
    #[cfg(feature = "legacy-hashes")]
    #[must_use]
    pub const fn legacy(mut self, legacy: LegacyHashes) -> Self {
        self.legacy = legacy;
        self
    }

    pub(super) fn raised_refusal_cost(&self) -> Argon2Cost {
        self.refusal_cost.unwrap_or(self.cost)
    }

    /// The same kernel on as many threads, and a cost of its own.
    pub(super) fn for_measuring(&self, cost: Argon2Cost) -> Self {
        Self { cost, threads: self.threads, kdf: self.kdf.clone(), ..Self::default() }
    }

    pub(super) fn kernel(&self) -> Arc<dyn Kdf> {
        self.kdf.clone().unwrap_or_else(|| Arc::new(PortableArgon2))
    }

    pub(super) fn thread_count(&self) -> usize {
        let cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.threads.unwrap_or_else(cores).get()
    }
}
