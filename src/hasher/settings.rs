//! What the pool needs to know.

use std::num::NonZeroUsize;
use std::sync::Arc;

use super::argon2id::PortableArgon2;
use super::cost::Argon2Cost;
use super::kdf::Kdf;
use super::pepper::Peppers;
use super::reading::Limits;
use crate::error::{BackendError, BackendErrorKind};

/// How passwords are hashed, and on how much of the machine.
///
/// | setting | default | why |
/// |---|---|---|
/// | [`cost`](Self::cost) | [`Argon2Cost::RECOMMENDED`] | see there |
/// | [`refusal_cost`](Self::refusal_cost) | the cost | nothing dearer is stored |
/// | [`peppers`](Self::peppers) | none | a lost pepper takes every password with it |
/// | [`threads`](Self::threads) | as many as cores | hashing is bound by the processor |
/// | [`queue_places`](Self::queue_places) | about 2 s of work | who waits longer has gone |
/// | [`kdf`](Self::kdf) | [`PortableArgon2`] | the most widely used and reviewed in Rust |
/// | [`accepted_memory_kib`](Self::accepted_memory_kib) | 129 MiB | OWASP's dearest scrypt; twice RFC 9106's second option |
///
/// # Security
///
/// Memory is bounded by threads times accepted memory, and stays at threads times the cost's as long as no stored
/// hash asks for more.
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
    refusal_cost: Option<Argon2Cost>,
    pub(super) peppers: Peppers,
    threads: Option<NonZeroUsize>,
    queue_places: Option<NonZeroUsize>,
    accepted_memory_kib: Option<u32>,
    kdf: Option<Arc<dyn Kdf>>,
    #[cfg(feature = "legacy-hashes")]
    legacy: LegacyHashes,
}

/// Whether hashes of an older system are verified: bcrypt, scrypt, PBKDF2, argon2i and argon2d.
///
/// Their work is estimated, in KiB of Argon2 work, as 150 for each bcrypt round, 0.6 for each unit of scrypt's N·r·p,
/// and 0.3 and 1.2 for each PBKDF2 round with SHA-256 and SHA-512. A wrong password against a cheaper hash is topped
/// up to the refusal cost. A right one is followed by a new hash in any case.
///
/// # Security
///
/// The estimate is good to about a quarter, less on other processors: who measures many refused log-ins for one
/// address may still find that it has a legacy hash. Only replacing them, or letting their owners recover, ends that.
#[cfg(feature = "legacy-hashes")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LegacyHashes {
    /// They cannot be verified. Their owners recover the password.
    #[default]
    Refused,
    /// Those that cost no more than the refusal cost are verified; dearer ones are refused as too costly. With bcrypt
    /// at cost 10 the refusal cost must do 153,600 KiB of work (19,456 KiB in 8 passes), at cost 12 614,400 KiB
    /// (65,536 KiB in 10 passes).
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

    /// The cost to which every refused log-in is raised, whoever it was for. It is to be as dear as the dearest
    /// stored hash: set it to the old cost when lowering the cost, and to that of the legacy hashes where there are
    /// any.
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

    pub(super) fn check(&self) -> Result<(), BackendError> {
        let contradiction = |advice: String| Err(BackendError::new(BackendErrorKind::Misconfigured, advice));
        let refusal = self.raised_refusal_cost();
        if refusal.work_kib() < self.cost.work_kib() {
            return contradiction(
                "the refusal cost does less work than the cost: raise it, or leave it out".into(),
            );
        }
        if self.accepted_kib() < self.cost.memory_kib().max(refusal.memory_kib()) {
            return contradiction(
                "the accepted memory is less than a new hash or a refusal takes: raise it".into(),
            );
        }
        if self.accepted_kib() > Argon2Cost::MAX_MEMORY_KIB {
            return contradiction(format!(
                "the accepted memory is over {} KiB: lower it",
                Argon2Cost::MAX_MEMORY_KIB
            ));
        }
        match self.peppers.ambiguous_version() {
            Some(version) => contradiction(format!("two peppers have version {version}: give each its own")),
            None => Ok(()),
        }
    }

    pub(super) fn raised_refusal_cost(&self) -> Argon2Cost {
        self.refusal_cost.unwrap_or(self.cost)
    }

    pub(super) fn limits(&self) -> Limits {
        #[cfg(not(feature = "legacy-hashes"))]
        let legacy_work_kib = None;
        #[cfg(feature = "legacy-hashes")]
        let legacy_work_kib = match self.legacy {
            LegacyHashes::Refused => None,
            LegacyHashes::UpToRefusalCost => Some(self.raised_refusal_cost().work_kib()),
            LegacyHashes::DearerOnesShow => Some(Argon2Cost::MAX_WORK_KIB),
        };
        Limits { memory_kib: self.accepted_kib(), legacy_work_kib }
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

    /// Without a setting: about 2 s of work, at 0.4 us for each KiB, and at least 4 places for each thread.
    pub(super) fn place_count(&self) -> usize {
        let by_thread = 5_000_000 / self.raised_refusal_cost().work_kib().max(1);
        let by_thread = usize::try_from(by_thread.clamp(4, 1024)).unwrap_or(1024);
        self.queue_places.map_or(self.thread_count().saturating_mul(by_thread), NonZeroUsize::get)
    }

    fn accepted_kib(&self) -> u32 {
        let needed = self.cost.memory_kib().max(self.raised_refusal_cost().memory_kib());
        self.accepted_memory_kib.unwrap_or_else(|| needed.max(Self::ACCEPTED_MEMORY_KIB))
    }
}

#[cfg(test)]
mod tests {
    use super::{Argon2Cost, BackendErrorKind, HashingSettings};
    use crate::hasher::{Pepper, Peppers};

    fn problem(settings: &HashingSettings) -> Option<BackendErrorKind> {
        settings.check().err().map(|error| error.kind())
    }

    #[test]
    fn settings_that_contradict_each_other_are_refused() {
        let settings = HashingSettings::default;
        let pepper = || Pepper::new(1, (0..32).collect::<Vec<u8>>().into()).unwrap();
        let misconfigured = Some(BackendErrorKind::Misconfigured);
        assert_eq!(problem(&settings().refusal_cost(Argon2Cost::dangerous_cheapest())), misconfigured);
        assert_eq!(problem(&settings().accepted_memory_kib(19_455)), misconfigured);
        assert_eq!(problem(&settings().accepted_memory_kib(u32::MAX)), misconfigured);
        let twice = Peppers::current(pepper()).with_retired(pepper());
        assert_eq!(problem(&settings().peppers(twice)), misconfigured);
    }

    #[test]
    fn the_defaults_fit_together_and_hold_about_two_seconds_of_work() {
        let settings = HashingSettings::default();
        assert_eq!(problem(&settings), None);
        assert_eq!(settings.place_count(), 128 * settings.thread_count());
        let dearest = HashingSettings::default().cost(Argon2Cost::new(1_048_576, 4, 1).unwrap());
        assert_eq!(problem(&dearest), None);
        assert_eq!(dearest.limits().memory_kib, 1_048_576);
    }
}
