//! What is right, what is wrong, and what is to be hashed anew.

use argon2::password_hash::phc;
use futures_lite::future::block_on;

use super::{RIGHT, WRONG, cheap, hash, place, settings, verify};
use crate::hasher::argon2id::PortableArgon2;
use crate::hasher::kdf::{Inputs, Kdf, Version};
use crate::hasher::{
    HashFailure, HashPool, HashingSettings, PasswordHash, Pepper, Peppers, Unverifiable, Verdict,
};

const MATCHES: Verdict = Verdict { matches: true, unverifiable: None, rehash_wanted: false };
const MATCHES_AND_IS_OLD: Verdict = Verdict { matches: true, unverifiable: None, rehash_wanted: true };
const DIFFERS: Verdict = Verdict { matches: false, unverifiable: None, rehash_wanted: false };

fn pool(settings: HashingSettings) -> HashPool {
    HashPool::start(settings).unwrap()
}

fn pepper(version: u32, seed: u8) -> Pepper {
    Pepper::new(version, (seed..seed + 32).collect::<Vec<u8>>().into()).unwrap()
}

#[test]
fn the_right_password_matches_and_the_wrong_one_does_not() {
    let pool = pool(settings().cost(cheap(64, 2, 2)));
    let stored = hash(&pool, RIGHT);
    assert_eq!(verify(&pool, RIGHT, &stored), MATCHES);
    assert_eq!(verify(&pool, WRONG, &stored), DIFFERS);
    assert_eq!(verify(&pool, "", &stored), DIFFERS);
    assert!(stored.expose_for_storage().starts_with("$argon2id$v=19$m=64,t=2,p=2$"));
}

#[test]
fn the_same_password_never_gives_the_same_hash() {
    let pool = pool(settings());
    assert!(!hash(&pool, RIGHT).is_same_as(&hash(&pool, RIGHT)));
}

#[test]
fn the_default_settings_hash_and_verify() {
    let pool = pool(HashingSettings::default());
    let stored = hash(&pool, RIGHT);
    assert!(stored.expose_for_storage().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert_eq!(verify(&pool, RIGHT, &stored), MATCHES);
}

#[test]
fn old_parameters_verify_and_want_a_rehash() {
    for old in [cheap(64, 1, 1), cheap(128, 2, 1), cheap(128, 1, 2), cheap(256, 1, 1)] {
        let stored = hash(&pool(settings().cost(old)), RIGHT);
        let pool = pool(settings().cost(cheap(128, 1, 1)));
        assert_eq!(verify(&pool, RIGHT, &stored), MATCHES_AND_IS_OLD);
        assert_eq!(verify(&pool, WRONG, &stored), DIFFERS);
    }
}

#[test]
fn an_old_version_verifies_and_wants_a_rehash() {
    let pool = pool(settings());
    let mut inputs = Inputs::new(cheap(8, 1, 1), RIGHT.as_bytes(), b"somesaltsomesalt");
    inputs.version = Version::V10;
    let mut tag = [0; 32];
    PortableArgon2.worker().derive(&inputs, &mut tag).unwrap();
    let tag = phc::Output::new(&tag).unwrap();
    for version in ["", "$v=16"] {
        let text = format!("$argon2id{version}$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA${tag}");
        assert_eq!(verify(&pool, RIGHT, &PasswordHash::from_stored(text)), MATCHES_AND_IS_OLD);
    }
    let as_new = format!("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA${tag}");
    assert_eq!(verify(&pool, RIGHT, &PasswordHash::from_stored(as_new)), DIFFERS);
}

#[test]
fn a_pepper_can_be_introduced_replaced_and_given_up() {
    let none = pool(settings());
    let first = pool(settings().peppers(Peppers::current(pepper(1, 10))));
    let both = pool(settings().peppers(Peppers::current(pepper(2, 99)).with_retired(pepper(1, 10))));
    let leaving = pool(settings().peppers(Peppers::none().with_retired(pepper(2, 99))));

    let (plain, old, new) = (hash(&none, RIGHT), hash(&first, RIGHT), hash(&both, RIGHT));
    assert!(plain.expose_for_storage().starts_with("$argon2id$"));
    assert!(old.expose_for_storage().starts_with("pepper=1:$argon2id$"));
    assert!(new.expose_for_storage().starts_with("pepper=2:$argon2id$"));

    assert_eq!(verify(&first, RIGHT, &plain), MATCHES_AND_IS_OLD);
    assert_eq!(verify(&first, RIGHT, &old), MATCHES);
    assert_eq!(verify(&both, RIGHT, &old), MATCHES_AND_IS_OLD);
    assert_eq!(verify(&both, RIGHT, &new), MATCHES);
    assert_eq!(verify(&both, WRONG, &new), DIFFERS);
    assert_eq!(verify(&leaving, RIGHT, &new), MATCHES_AND_IS_OLD);
}

#[test]
fn a_missing_pepper_is_told_apart_from_a_wrong_password() {
    let with = pool(settings().peppers(Peppers::current(pepper(1, 10))));
    let stored = hash(&with, RIGHT);
    let verdict = verify(&pool(settings()), RIGHT, &stored);
    assert_eq!(verdict.unverifiable, Some(Unverifiable::PepperMissing));
    assert!(!verdict.matches && !verdict.rehash_wanted);
    // The same version with another secret is another pepper.
    let other = pool(settings().peppers(Peppers::current(pepper(1, 11))));
    assert_eq!(verify(&other, RIGHT, &stored), DIFFERS);
}

#[test]
fn a_password_can_be_checked_and_replaced_from_one_place() {
    let pool = pool(settings());
    let stored = hash(&pool, RIGHT);
    let replaced = block_on(async {
        let mut place = place(&pool);
        assert!(place.verify(RIGHT.into(), Some(stored)).await.unwrap().matches);
        place.hash("another one".into()).await.unwrap()
    });
    assert!(verify(&pool, "another one", &replaced).matches);
    assert_eq!(pool.stats().places_taken, 0);
}

#[test]
fn a_password_that_is_too_long_is_not_hashed_and_matches_nothing() {
    let pool = pool(settings());
    let (longest, too_long) = ("x".repeat(4096), "x".repeat(4097));
    let stored = hash(&pool, &longest);
    assert_eq!(verify(&pool, longest, &stored), MATCHES);
    assert_eq!(verify(&pool, too_long.as_str(), &stored), DIFFERS);
    let refused = block_on(place(&pool).hash(too_long.into()));
    assert!(matches!(refused, Err(HashFailure::PasswordTooLong)));
}

#[cfg(feature = "legacy-hashes")]
mod legacy {
    use super::{DIFFERS, MATCHES_AND_IS_OLD, PasswordHash, Unverifiable, pool, settings, verify};
    use crate::hasher::{Argon2Cost, LegacyHashes};

    const BCRYPT: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    /// `phc-winner-argon2`, `src/test.c`.
    const ARGON2I: &str =
        "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8";

    #[test]
    fn legacy_hashes_verify_where_they_are_accepted_and_want_a_rehash() {
        let pool = pool(settings().legacy(LegacyHashes::DearerOnesShow));
        for (password, stored) in [("U*U", BCRYPT), ("password", ARGON2I)] {
            let stored = PasswordHash::from_stored(stored);
            assert_eq!(verify(&pool, password, &stored), MATCHES_AND_IS_OLD);
            assert_eq!(verify(&pool, "U*V", &stored), DIFFERS);
        }
    }

    #[test]
    fn argon2d_of_another_implementation_verifies_where_legacy_hashes_are_accepted() {
        let made = rust_argon2::Config {
            variant: rust_argon2::Variant::Argon2d,
            mem_cost: 64,
            time_cost: 1,
            ..rust_argon2::Config::default()
        };
        let made = rust_argon2::hash_encoded(b"password", b"somesalt", &made).unwrap();
        let stored = PasswordHash::from_stored(made);
        let accepting = pool(settings().legacy(LegacyHashes::DearerOnesShow));
        assert_eq!(verify(&accepting, "password", &stored), MATCHES_AND_IS_OLD);
        assert_eq!(verify(&accepting, "passwort", &stored), DIFFERS);
        assert_eq!(
            verify(&pool(settings()), "password", &stored).unverifiable,
            Some(Unverifiable::Unsupported)
        );
    }

    #[test]
    fn a_superseded_argon2_hash_may_cost_as_much_as_a_refusal_and_no_more() {
        let guarded =
            pool(settings().cost(Argon2Cost::unchecked(64, 1, 1)).legacy(LegacyHashes::UpToRefusalCost));
        for (passes, reason) in [(1, None), (2, Some(Unverifiable::TooCostly))] {
            let stored = format!(
                "$argon2i$v=19$m=64,t={passes},p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8"
            );
            let stored = PasswordHash::from_stored(stored);
            assert_eq!(verify(&guarded, "password", &stored).unverifiable, reason, "{passes} passes");
        }
    }

    #[test]
    fn legacy_hashes_are_unsupported_unless_asked_for() {
        let verdict =
            |stored| verify(&pool(settings()), "U*U", &PasswordHash::from_stored(stored)).unverifiable;
        assert_eq!(verdict(BCRYPT), Some(Unverifiable::Unsupported));
        assert_eq!(verdict(ARGON2I), Some(Unverifiable::Unsupported));
    }

    #[test]
    fn legacy_hashes_dearer_than_a_refusal_are_refused_unless_they_may_show() {
        let stored = PasswordHash::from_stored(BCRYPT);
        let guarded = settings().legacy(LegacyHashes::UpToRefusalCost);
        assert_eq!(verify(&pool(guarded), "U*U", &stored).unverifiable, Some(Unverifiable::TooCostly));
        let raised = settings().legacy(LegacyHashes::UpToRefusalCost).refusal_cost(Argon2Cost::RECOMMENDED);
        assert_eq!(verify(&pool(raised), "U*U", &stored), MATCHES_AND_IS_OLD);
    }
}
