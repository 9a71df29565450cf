//! Every refusal does the same work.

use futures_lite::future::block_on;

use super::{RIGHT, RecordingKdf, WRONG, cheap, hash, place, settings, verify};
use crate::hasher::{HashPool, HashingSettings, PasswordHash};

fn recorded(settings: HashingSettings) -> (HashPool, RecordingKdf) {
    let kdf = RecordingKdf::default();
    (HashPool::start(settings.kdf(kdf.clone())).unwrap(), kdf)
}

#[test]
fn nobody_is_verified_by_exactly_one_hash_of_the_current_cost() {
    let (pool, kdf) = recorded(settings().cost(cheap(64, 3, 2)));
    let verdict = block_on(place(&pool).verify(RIGHT.into(), None)).unwrap();
    assert!(!verdict.matches && !verdict.rehash_wanted && verdict.unverifiable.is_none());
    assert_eq!(*super::lock(&kdf.costs), [cheap(64, 3, 2)]);
    assert_eq!((pool.stats().started, pool.stats().hashes), (1, 1));
}

#[test]
fn a_wrong_password_and_an_unverifiable_hash_are_one_hash_like_nobody() {
    let (pool, kdf) = recorded(settings().cost(cheap(64, 3, 2)));
    let stored = hash(&pool, RIGHT);
    for (password, stored) in [
        (WRONG, stored.expose_for_storage()),
        (RIGHT, ""),
        (RIGHT, "damaged"),
        (RIGHT, "$argon2id$v=19$m=2097152,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
        (
            RIGHT,
            "pepper=3:$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        ),
        (&"x".repeat(5000), stored.expose_for_storage()),
    ] {
        super::lock(&kdf.costs).clear();
        assert!(!verify(&pool, password, &PasswordHash::from_stored(stored)).matches);
        assert_eq!(*super::lock(&kdf.costs), [cheap(64, 3, 2)], "{stored}");
    }
}

/// The work of all is the same to within 4 KiB and the passes of the filler, of which there is one at most.
#[test]
fn refusals_of_cheaper_hashes_are_topped_up_to_the_refusal_cost() {
    let refusal = cheap(1024, 3, 1);
    for cost in [
        cheap(8, 1, 1),
        cheap(64, 2, 4),
        cheap(1023, 1, 1),
        cheap(1021, 2, 1),
        cheap(1024, 3, 1),
        cheap(512, 6, 1),
    ] {
        let stored = hash(&recorded(settings().cost(cost)).0, RIGHT);
        let (pool, kdf) = recorded(settings().cost(cheap(512, 1, 1)).refusal_cost(refusal));

        assert!(!verify(&pool, WRONG, &stored).matches);
        assert!(super::lock(&kdf.costs).len() <= 2);
        let work_kib = kdf.work_kib();
        assert!(work_kib.abs_diff(refusal.work_kib()) < 8, "{cost:?}: {work_kib}");

        assert!(verify(&pool, RIGHT, &stored).matches);
        assert_eq!(kdf.work_kib(), cost.work_kib(), "success is not topped up");
    }
}

#[test]
fn nobody_is_raised_to_the_refusal_cost_too() {
    let (pool, kdf) = recorded(settings().cost(cheap(512, 1, 1)).refusal_cost(cheap(1024, 3, 1)));
    assert!(!block_on(place(&pool).verify(RIGHT.into(), None)).unwrap().matches);
    assert_eq!(*super::lock(&kdf.costs), [cheap(512, 1, 1), cheap(853, 3, 1)]);
}

#[cfg(feature = "legacy-hashes")]
#[test]
fn refusals_of_legacy_hashes_are_topped_up_by_their_estimated_work() {
    use crate::hasher::LegacyHashes;

    let settings = settings().refusal_cost(cheap(1024, 8, 1)).legacy(LegacyHashes::UpToRefusalCost);
    let (pool, kdf) = recorded(settings);
    let bcrypt = PasswordHash::from_stored("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
    assert!(!verify(&pool, "U*V", &bcrypt).matches);
    // 32 rounds of 150 KiB each.
    assert!(kdf.work_kib().abs_diff(8192 - 32 * 150) < 8);
    assert!(verify(&pool, "U*U", &bcrypt).matches);
    assert_eq!(kdf.work_kib(), 0);
}
