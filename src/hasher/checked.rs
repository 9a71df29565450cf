//! Whether the settings go together, and what follows from them.

use std::num::NonZeroUsize;

use super::cost::Argon2Cost;
use super::kinds::{Kind, all_kinds};
use super::reading::Limits;
use super::settings::HashingSettings;
#[cfg(feature = "legacy-hashes")]
use super::settings::LegacyHashes;
use crate::error::{BackendError, BackendErrorKind};

/// What follows from settings that do not contradict each other.
pub(super) struct Checked {
    /// What every refused password is tried against, in this order.
    pub(super) kinds: Vec<Kind>,
    pub(super) limits: Limits,
    /// The work of every refusal, in KiB.
    pub(super) refusal_kib: u64,
    pub(super) places: usize,
}

impl HashingSettings {
    /// What follows from the settings, unless they contradict each other.
    pub(super) fn check(&self) -> Result<Checked, BackendError> {
        let contradiction = |advice: String| Err(BackendError::new(BackendErrorKind::Misconfigured, advice));
        let refusal = self.raised_refusal_cost();
        if refusal.work_kib() < self.cost.work_kib() {
            return contradiction(
                "the refusal cost does less work than the cost: raise it, or leave it out".into(),
            );
        }
        let needed_kib = self.cost.memory_kib().max(refusal.memory_kib());
        if self.accepted_memory_kib.is_some_and(|accepted_kib| accepted_kib < needed_kib) {
            return contradiction(
                "the accepted memory is less than a new hash or a refusal takes: raise it".into(),
            );
        }
        let most_kib = self.accepted_memory_kib.unwrap_or(Argon2Cost::MAX_MEMORY_KIB);
        if most_kib > Argon2Cost::MAX_MEMORY_KIB {
            return contradiction(format!(
                "the accepted memory is over {} KiB: lower it",
                Argon2Cost::MAX_MEMORY_KIB
            ));
        }
        if let Some(version) = self.peppers.ambiguous_version() {
            return contradiction(format!("two peppers have version {version}: give each its own"));
        }
        // As much as can be accepted at all: a kind that is named raises what is.
        let limits = self.limits(most_kib, Argon2Cost::MAX_WORK_KIB);
        let kinds = all_kinds(self.cost, &self.older_hashes, &limits, &self.peppers)?;
        let work_kib = kinds.iter().map(|kind| kind.work_kib()).sum::<u64>();
        if work_kib > Argon2Cost::MAX_WORK_KIB {
            return contradiction(format!(
                "a refusal, which costs today's hash and all older ones, is over {} KiB of work: name fewer, or lower \
                 the cost",
                Argon2Cost::MAX_WORK_KIB
            ));
        }
        let needed_kib = kinds.iter().map(|kind| kind.memory_kib()).fold(needed_kib, u32::max);
        let accepted_kib = self.accepted_memory_kib.unwrap_or(needed_kib.max(Self::ACCEPTED_MEMORY_KIB));
        let refusal_kib = refusal.work_kib().max(work_kib);
        let limits = self.limits(accepted_kib, refusal_kib);
        Ok(Checked { kinds, limits, refusal_kib, places: self.place_count(refusal_kib) })
    }

    /// What a stored hash may ask for, where a refusal costs so much.
    fn limits(&self, memory_kib: u32, refusal_kib: u64) -> Limits {
        #[cfg(not(feature = "legacy-hashes"))]
        let legacy_work_kib = {
            let _ = refusal_kib;
            None
        };
        #[cfg(feature = "legacy-hashes")]
        let legacy_work_kib = match self.legacy {
            LegacyHashes::Refused => None,
            LegacyHashes::UpToRefusalCost => Some(refusal_kib),
            LegacyHashes::DearerOnesShow => Some(Argon2Cost::MAX_WORK_KIB),
        };
        Limits { memory_kib, legacy_work_kib }
    }

    /// Without a setting: about 2 s of work, at 0.4 us for each KiB, and at least 4 places for each thread.
    fn place_count(&self, refusal_kib: u64) -> usize {
        let by_thread = 5_000_000 / refusal_kib.max(1);
        let by_thread = usize::try_from(by_thread.clamp(4, 1024)).unwrap_or(1024);
        self.queue_places.map_or(self.thread_count().saturating_mul(by_thread), NonZeroUsize::get)
    }
}

#[cfg(test)]
mod tests {
    use super::{Argon2Cost, BackendErrorKind, HashingSettings};
    use crate::hasher::{PasswordHash, Pepper, Peppers};

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
        assert_eq!(settings.check().unwrap().places, 128 * settings.thread_count());
        let dearest = HashingSettings::default().cost(Argon2Cost::new(1_048_576, 4, 1).unwrap());
        assert_eq!(dearest.check().unwrap().limits.memory_kib, 1_048_576);
    }

    const TAIL: &str = "c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

    fn naming(texts: &[&str]) -> HashingSettings {
        HashingSettings::default().older_hashes(texts.iter().copied().map(PasswordHash::from_stored))
    }

    fn argon2id(memory_kib: u32, passes: u32) -> String {
        format!("$argon2id$v=19$m={memory_kib},t={passes},p=1${TAIL}")
    }

    #[test]
    fn an_example_that_cannot_be_verified_is_told_by_its_position_and_not_by_its_text() {
        let fine = argon2id(8, 1);
        for (text, reason) in [
            ("", "it is blank"),
            ("damaged", "it is damaged"),
            (&format!("$argon2i$v=19$m=8,t=1,p=1${TAIL}"), "its form is not accepted"),
            ("$2b$05$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie", "its form is not accepted"),
            (&argon2id(1_048_577, 1), "more memory or work than is accepted"),
            (&format!("pepper=3:{fine}"), "its pepper is not set"),
        ] {
            let refused = naming(&[&fine, text, &fine]).check().err().unwrap();
            assert_eq!(refused.kind(), BackendErrorKind::Misconfigured);
            let told = format!("{refused} {refused:?}");
            assert!(told.contains("number 2 of the older hashes") && told.contains(reason), "{told}");
            assert!(!told.contains("c29tZXNhbHQ") && !told.contains("EGdrhbKUv8"), "{told}");
        }
    }

    #[test]
    fn older_hashes_count_in_places_and_in_the_memory_that_is_accepted() {
        let dearer = argon2id(200_000, 1);
        let checked = naming(&[&dearer]).check().unwrap();
        assert_eq!(checked.limits.memory_kib, 200_000);
        assert_eq!(checked.refusal_kib, 2 * 19_456 + 200_000);
        let threads = naming(&[]).thread_count();
        assert_eq!(checked.places, 5_000_000 / 238_912 * threads);
        let too_little = naming(&[&dearer]).accepted_memory_kib(199_999).check().err().unwrap();
        assert!(too_little.to_string().contains("number 1"), "{too_little}");
        assert!(naming(&[&dearer]).accepted_memory_kib(200_000).check().is_ok());
    }

    #[test]
    fn a_refusal_over_all_kinds_is_bounded() {
        let rest = u32::try_from(Argon2Cost::MAX_WORK_KIB - 2 * 19_456).unwrap();
        let (fits, over) = (argon2id(rest / 5, 5), argon2id(rest / 5 + 1, 5));
        assert_eq!(problem(&naming(&[&fits])), None);
        assert_eq!(problem(&naming(&[&over])), Some(BackendErrorKind::Misconfigured));
    }

    #[cfg(feature = "legacy-hashes")]
    #[test]
    fn the_memory_of_scrypt_counts_too() {
        use crate::hasher::LegacyHashes;

        let scrypt = format!("$scrypt$ln=18,r=8,p=1${TAIL}");
        let settings = || naming(&[&scrypt]).legacy(LegacyHashes::UpToRefusalCost);
        assert_eq!(settings().check().unwrap().limits.memory_kib, 262_146);
        assert_eq!(problem(&settings().accepted_memory_kib(262_146)), None);
        assert_eq!(problem(&settings().accepted_memory_kib(262_145)), Some(BackendErrorKind::Misconfigured));
    }
}
