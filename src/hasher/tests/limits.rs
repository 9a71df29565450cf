//! Nothing stored can make the pool take memory or time, panic, or let someone in.

use std::sync::OnceLock;

use proptest::prelude::{ProptestConfig, prop_assert, proptest};

use super::{cheap, hash, settings, verify};
use crate::hasher::{HashPool, PasswordHash, Unverifiable};

/// Legacy hashes are accepted where the feature is on: their limits are tested with the rest.
fn pool() -> &'static HashPool {
    static POOL: OnceLock<HashPool> = OnceLock::new();
    POOL.get_or_init(|| {
        let settings = settings().cost(cheap(8, 1, 1)).accepted_memory_kib(64);
        #[cfg(feature = "legacy-hashes")]
        let settings = settings.legacy(crate::hasher::LegacyHashes::UpToRefusalCost);
        HashPool::start(settings).unwrap()
    })
}

#[test]
fn monstrous_hashes_are_refused_before_any_memory_is_taken() {
    let tail = "c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    for head in [
        "$argon2id$v=19$m=2097152,t=1,p=1$",
        "$argon2id$v=19$m=8,t=4294967295,p=1$",
        "$argon2id$v=19$m=4294967295,t=4294967295,p=16777215$",
        "$scrypt$ln=33,r=8,p=1$",
        "$pbkdf2-sha256$i=4294967295$",
        "$pbkdf2-sha512$i=4294967295$",
    ] {
        assert_refused(&format!("{head}{tail}"));
    }
    assert_refused("$2b$31$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie");
    assert!(pool().stats().peak_memory_kib <= 64);
}

#[test]
fn a_stored_hash_may_take_the_memory_that_is_accepted_and_no_more() {
    let tail = "c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    for (memory_kib, reason) in [(64, None), (65, Some(Unverifiable::TooCostly))] {
        let stored = PasswordHash::from_stored(format!("$argon2id$v=19$m={memory_kib},t=1,p=1${tail}"));
        assert_eq!(verify(pool(), "password", &stored).unverifiable, reason, "{memory_kib} KiB");
    }
}

#[test]
fn a_stored_text_is_read_up_to_512_bytes() {
    let hash = "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    for (length, reason) in [
        (512, Unverifiable::PepperMissing),
        (513, Unverifiable::Unreadable),
        (100_000, Unverifiable::Unreadable),
    ] {
        // A number may be spelled with any number of zeros.
        let zeros = "0".repeat(length - hash.len() - "pepper=1:".len());
        let stored = PasswordHash::from_stored(format!("pepper={zeros}1:{hash}"));
        assert_eq!(stored.expose_for_storage().len(), length);
        assert_eq!(verify(pool(), "password", &stored).unverifiable, Some(reason), "{length} bytes");
    }
}

fn assert_refused(stored: &str) {
    let verdict = verify(pool(), "password", &PasswordHash::from_stored(stored));
    assert!(!verdict.matches);
    let reason = verdict.unverifiable;
    assert!(
        matches!(reason, Some(Unverifiable::TooCostly | Unverifiable::Unsupported)),
        "{stored}: {reason:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_at_all_lets_anyone_in(stored in ".{0,200}", password in ".{0,20}") {
        let verdict = verify(pool(), password, &PasswordHash::from_stored(stored));
        prop_assert!(!verdict.matches && verdict.unverifiable.is_some());
    }

    #[test]
    fn no_text_of_the_right_shape_lets_anyone_in(
        stored in r"(pepper=[0-9]{1,11}:)?\$?(argon2(id|i|d)|scrypt|pbkdf2-sha(256|512)|2[abxy])(\$v=[0-9]{1,3})?\$((m|t|p|ln|r|i|l)=[0-9]{0,11},?){0,5}\$[A-Za-z0-9+/=]{0,50}\$[A-Za-z0-9+/=]{0,50}",
        password in ".{0,20}",
    ) {
        let verdict = verify(pool(), password, &PasswordHash::from_stored(stored));
        prop_assert!(!verdict.matches);
    }

    #[test]
    fn a_hash_with_one_character_changed_lets_nobody_in_or_is_the_same(position in 0_usize..90, character in ".") {
        let stored = hash(pool(), "password");
        let text = stored.expose_for_storage();
        let damaged: String = text.chars().enumerate()
            .map(|(at, old)| if at == position { character.clone() } else { old.to_string() })
            .collect();
        let same = damaged == text;
        prop_assert!(verify(pool(), "password", &PasswordHash::from_stored(damaged)).matches == same);
    }
}
