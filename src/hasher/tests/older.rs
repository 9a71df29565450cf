//! Stored hashes of other kinds than today's: where they are named, every refusal makes the same calls.

use std::sync::{Arc, Mutex};

use argon2::password_hash::phc;
use futures_lite::future::block_on;

use super::{RIGHT, WRONG, Watched, cheap, hash, lock, place, settings, verify};
use crate::hasher::argon2id::PortableArgon2;
use crate::hasher::check::{Hasher, Verdict};
use crate::hasher::kdf::{Inputs, Kdf, Variant, Version, Worker};
use crate::hasher::stats::Counters;
use crate::hasher::workbench::Workbench;
use crate::hasher::{Argon2Cost, HashPool, HashingSettings, PasswordHash, Pepper, Peppers, PoolStats};

/// A call of the hash function, with its number among all hashes of the verification: where one is missing, another
/// algorithm was called.
type Call = (u64, Variant, Version, Argon2Cost);

#[derive(Clone, Debug, Default)]
struct Recording {
    calls: Arc<Mutex<Vec<Call>>>,
    counters: Arc<Counters>,
}

impl Kdf for Recording {
    fn worker(&self) -> Box<dyn Worker> {
        let Self { calls, counters } = self.clone();
        let number = move || counters.read().hashes;
        Watched::over(move |inputs| {
            lock(&calls).push((number(), inputs.variant, inputs.version, inputs.cost));
        })
    }
}

/// What came of it, the calls of the hash function, and how many hashes there were in all.
fn verified(
    settings: HashingSettings,
    password: &str,
    stored: Option<&PasswordHash>,
) -> (Verdict, Vec<Call>, u64) {
    let checked = settings.check().unwrap();
    let hasher = Hasher::new(settings, &checked).unwrap();
    let recording = Recording::default();
    let mut bench = Workbench::new(&recording, Arc::clone(&recording.counters));
    let verdict = hasher.verify(&mut bench, &password.into(), stored).unwrap();
    let calls = lock(&recording.calls).clone();
    (verdict, calls, recording.counters.read().hashes)
}

/// A hash of [`RIGHT`].
fn made(variant: Variant, version: Version, cost: Argon2Cost) -> PasswordHash {
    let mut inputs = Inputs::new(cost, RIGHT.as_bytes(), b"somesaltsomesalt");
    (inputs.variant, inputs.version) = (variant, version);
    let mut tag = [0; 32];
    PortableArgon2.worker().derive(&inputs, &mut tag).unwrap();
    let (salt, tag) = (phc::Salt::new(inputs.salt).unwrap(), phc::Output::new(&tag).unwrap());
    let name = format!("{variant:?}").to_lowercase();
    let version = if version == Version::V13 { 19 } else { 16 };
    let (memory_kib, passes, lanes) = (cost.memory_kib(), cost.passes(), cost.lanes());
    PasswordHash::from_stored(format!("${name}$v={version}$m={memory_kib},t={passes},p={lanes}${salt}${tag}"))
}

fn today() -> PasswordHash {
    made(Variant::Argon2id, Version::V13, cheap(64, 2, 2))
}

/// Another cost, and an old version of it.
fn older() -> [PasswordHash; 2] {
    [Version::V13, Version::V10].map(|version| made(Variant::Argon2id, version, cheap(32, 1, 1)))
}

fn naming_older() -> HashingSettings {
    settings().cost(cheap(64, 2, 2)).older_hashes(older())
}

const TAIL: &str = "c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

/// Nobody, and stored texts that cannot be verified.
fn nobodys() -> Vec<Option<PasswordHash>> {
    let unverifiable = [
        String::new(),
        "damaged".into(),
        format!("$argon2id$v=19$m=2097152,t=1,p=1${TAIL}"),
        format!("pepper=3:$argon2id$v=19$m=32,t=1,p=1${TAIL}"),
        "$2b$31$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie".into(),
    ];
    unverifiable.map(|text| Some(PasswordHash::from_stored(text))).into_iter().chain([None]).collect()
}

#[test]
fn every_refusal_tries_one_hash_of_each_kind_in_the_same_order() {
    let id = Variant::Argon2id;
    let in_order = [
        (1, id, Version::V13, cheap(64, 2, 2)),
        (2, id, Version::V13, cheap(32, 1, 1)),
        (3, id, Version::V10, cheap(32, 1, 1)),
    ];
    for stored in nobodys().into_iter().chain([today()].into_iter().chain(older()).map(Some)) {
        let (verdict, calls, hashes) = verified(naming_older(), WRONG, stored.as_ref());
        assert!(!verdict.matches && !verdict.rehash_wanted);
        assert_eq!(
            (&*calls, hashes),
            (&in_order[..], 3),
            "{:?}",
            stored.map(|s| s.expose_for_storage().to_owned())
        );
        // What is too long to be anyone's password, too.
        let (verdict, calls, _) = verified(naming_older(), &"x".repeat(5_000), Some(&today()));
        assert!(!verdict.matches);
        assert_eq!(calls, in_order);
    }
}

#[test]
fn a_match_ends_the_tries_in_the_place_of_its_kind() {
    let [second, third] = older();
    for (stored, tried, is_old) in [(today(), 1, false), (second, 2, true), (third, 3, true)] {
        let (verdict, calls, hashes) = verified(naming_older(), RIGHT, Some(&stored));
        assert_eq!(verdict, Verdict { matches: true, unverifiable: None, rehash_wanted: is_old });
        assert_eq!((calls.len(), hashes), (tried, tried as u64));
    }
}

#[test]
fn the_pool_makes_as_many_hashes_for_somebody_as_for_nobody() {
    let pool = HashPool::start(naming_older()).unwrap();
    let [_, third] = older();
    let made =
        |before: PoolStats| (pool.stats().started - before.started, pool.stats().hashes - before.hashes);
    let before = pool.stats();
    assert!(!block_on(place(&pool).verify(RIGHT.into(), None)).unwrap().matches);
    assert_eq!(made(before), (1, 3));
    let before = pool.stats();
    assert!(!verify(&pool, WRONG, &third).matches);
    assert_eq!(made(before), (1, 3));
    let before = pool.stats();
    assert!(verify(&pool, RIGHT, &third).matches);
    assert_eq!(made(before), (1, 3));
}

#[test]
fn a_kind_has_one_place_whatever_salt_tag_and_pepper_the_examples_have() {
    let pepper = || Pepper::new(3, (0..32).collect::<Vec<u8>>().into()).unwrap();
    let examples = [
        "$argon2id$v=19$m=32,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=32,t=1,p=1$c29tZXNhbHRzb21lc2FsdHNvbWVzYWx0$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8",
        "pepper=3:$argon2id$v=19$m=32,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        // Of today's kind, which has its place already.
        "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    ];
    let naming = || {
        let examples = examples.map(PasswordHash::from_stored);
        settings().peppers(Peppers::current(pepper())).older_hashes(examples)
    };
    for stored in examples.map(PasswordHash::from_stored) {
        let (_, calls, hashes) = verified(naming(), WRONG, Some(&stored));
        let costs: Vec<_> = calls.into_iter().map(|(.., cost)| cost).collect();
        assert_eq!((costs, hashes), (vec![cheap(8, 1, 1), cheap(32, 1, 1)], 2));
    }
}

#[test]
fn a_hash_of_a_kind_that_is_not_named_is_topped_up_to_what_all_kinds_cost() {
    let all_kib = 64 * 2 + 32 + 32;
    let unnamed = made(Variant::Argon2id, Version::V13, cheap(40, 1, 1));
    let (verdict, calls, _) = verified(naming_older(), WRONG, Some(&unnamed));
    assert!(!verdict.matches && calls[0].3 == cheap(40, 1, 1) && calls.len() == 2);
    let work_kib: u64 = calls.iter().map(|(.., cost)| cost.work_kib()).sum();
    assert!(work_kib.abs_diff(all_kib) < 8, "{work_kib}");
    let (verdict, calls, _) = verified(naming_older(), RIGHT, Some(&unnamed));
    assert!(verdict.matches && verdict.rehash_wanted && calls.len() == 1);
}

#[test]
fn a_refusal_cost_beyond_all_kinds_raises_every_refusal() {
    let raised = || naming_older().refusal_cost(cheap(1024, 1, 1));
    let (_, nobodys, _) = verified(raised(), WRONG, None);
    let costs: Vec<_> = nobodys.iter().map(|(.., cost)| *cost).collect();
    assert_eq!(costs, [cheap(64, 2, 2), cheap(32, 1, 1), cheap(32, 1, 1), cheap(1024 - 192, 1, 1)]);
    for stored in [today()].into_iter().chain(older()) {
        assert_eq!(verified(raised(), WRONG, Some(&stored)).1, nobodys);
    }
    // One that they cost beyond already raises nothing.
    assert_eq!(verified(naming_older().refusal_cost(cheap(150, 1, 1)), WRONG, None).2, 3);
}

#[test]
fn a_later_call_replaces_what_an_earlier_one_named() {
    assert_eq!(verified(naming_older().older_hashes([]), WRONG, None).2, 1);
}

#[test]
fn new_hashes_are_made_as_if_no_older_ones_were_named() {
    let pool = HashPool::start(naming_older()).unwrap();
    let stored = hash(&pool, RIGHT);
    assert!(stored.expose_for_storage().starts_with("$argon2id$v=19$m=64,t=2,p=2$"));
    assert_eq!(pool.stats().hashes, 1);
    assert_eq!(
        verify(&pool, RIGHT, &stored),
        Verdict { matches: true, unverifiable: None, rehash_wanted: false }
    );
}

#[cfg(feature = "legacy-hashes")]
mod legacy {
    use super::*;
    use crate::hasher::{LegacyHashes, Unverifiable};

    /// Of `U*U`.
    const BCRYPT: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    const SCRYPT: &str = "$scrypt$ln=4,r=8,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    const PBKDF2: &str = "pbkdf2_sha256$12$seasalt$Ybw8zsFxqja97tY/o6G+Fy1ksY4U/Hw3DRrGED6Up4s=";

    /// bcrypt comes second, another member of the family third, and two more behind it.
    fn naming_legacy() -> HashingSettings {
        let argon2i = made(Variant::Argon2i, Version::V13, cheap(16, 1, 1));
        let [bcrypt, scrypt, pbkdf2] = [BCRYPT, SCRYPT, PBKDF2].map(PasswordHash::from_stored);
        settings().legacy(LegacyHashes::UpToRefusalCost).older_hashes([bcrypt, argon2i, scrypt, pbkdf2])
    }

    #[test]
    fn refusals_of_legacy_hashes_make_the_calls_that_all_make() {
        let in_order = [
            (1, Variant::Argon2id, Version::V13, cheap(8, 1, 1)),
            (3, Variant::Argon2i, Version::V13, cheap(16, 1, 1)),
        ];
        let argon2i = made(Variant::Argon2i, Version::V13, cheap(16, 1, 1));
        let genuine = [BCRYPT, SCRYPT, PBKDF2].map(PasswordHash::from_stored).into_iter().chain([argon2i]);
        for stored in nobodys().into_iter().chain(genuine.map(Some)) {
            let (verdict, calls, hashes) = verified(naming_legacy(), WRONG, stored.as_ref());
            assert!(!verdict.matches);
            assert_eq!((&*calls, hashes), (&in_order[..], 5));
        }
    }

    #[test]
    fn a_legacy_hash_is_verified_in_its_place() {
        let (verdict, _, hashes) = verified(naming_legacy(), "U*U", Some(&PasswordHash::from_stored(BCRYPT)));
        assert!(verdict.matches && verdict.rehash_wanted);
        assert_eq!(hashes, 2);
    }

    /// 32 rounds of bcrypt are dearer than the cheapest hash by far.
    #[test]
    fn naming_a_legacy_hash_is_enough_for_its_kind_to_be_verified() {
        let stored = PasswordHash::from_stored(BCRYPT);
        let unnamed = settings().legacy(LegacyHashes::UpToRefusalCost);
        let (verdict, ..) = verified(unnamed, "U*U", Some(&stored));
        assert_eq!(verdict.unverifiable, Some(Unverifiable::TooCostly));
        let (verdict, ..) = verified(naming_legacy(), "U*U", Some(&stored));
        assert!(verdict.matches);
        let dearer = PasswordHash::from_stored(BCRYPT.replace("$05$", "$06$"));
        let (verdict, ..) = verified(naming_legacy(), "U*U", Some(&dearer));
        assert_eq!(verdict.unverifiable, Some(Unverifiable::TooCostly));
    }
}
