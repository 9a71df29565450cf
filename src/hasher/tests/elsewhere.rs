//! Hashes that other systems made, as the chapter on coming from elsewhere reads them: as they are, or converted.

use super::verify;
use crate::hasher::{HashPool, HashingSettings, LegacyHashes, PasswordHash};

const PASSWORD: &str = "tolv grønne elger på tur";

/// What was made for [`PASSWORD`] by the system that is named, of that version, with its own defaults.
const MADE: [(&str, &str); 9] = [
    (
        "argon2-cffi 25.1.0",
        "$argon2id$v=19$m=65536,t=3,p=4$icieYRUQhz4oF5FwCZANUQ$Q3FLHmKRGYH+hd9SJj3FkzJEVelIIQvFThAHzrUX2wU",
    ),
    ("bcrypt 5.0.0 of Python, cost 10", "$2b$10$BpjgX9kIT/jJGJKAf360A.osJ8DGX75F1BeRSaBziAMFsOapn3RP2"),
    ("bcryptjs 3.0.3 of Node.js", "$2b$10$whlbOk1MI3tTgP/TAt6FeOU3leb87FSgRiJ7TAgfGxLhrtEzhE9Ha"),
    (
        "Django 5.2.19, PBKDF2PasswordHasher",
        "pbkdf2_sha256$1000000$saltyseasalts1234567890$xizBPvjgBURQDk13UfU8lcZNNHiurper3J+mmYMWMVs=",
    ),
    // Without `argon2` in front.
    (
        "Django 5.2.19, Argon2PasswordHasher",
        "$argon2id$v=19$m=102400,t=2,p=8$c2FsdHlzZWFzYWx0czEyMzQ1Njc4OTA$yUZ/HMbpwMomi4AM9LNDTAl/MDyMWOTlnq+deKHjOJE",
    ),
    // Without `bcrypt$` in front.
    ("Django 5.2.19, BCryptPasswordHasher", "$2b$12$fFaxr6STOUzuqgBOhC1Rkecw8BGLnxR5ttY1rsv/1CN620BXTIOlK"),
    // Of `scrypt$16384$saltyseasalts1234567890$8$5$..`: the salt in Base64, and N as its logarithm.
    (
        "Django 5.2.19, ScryptPasswordHasher",
        "$scrypt$ln=14,r=8,p=5$c2FsdHlzZWFzYWx0czEyMzQ1Njc4OTA$eEjBHGmP98jn3twU1CjVFpjYwmvMe71QfbJ0vB887tgW6/q8JC0OSpJXUU3otgqE2UY014v3ejZyF4GJq4hh6Q",
    ),
    // With `i=` before the rounds. Neither salt nor hash has a full stop, which would be a plus sign.
    (
        "passlib 1.7.4, pbkdf2_sha256",
        "$pbkdf2-sha256$i=29000$rLW29r53TinFuDfmXEtpzQ$/18LffDm3JpRLFEq3MzwbdJgkh4sy7wfvoz2fiYSK9w",
    ),
    (
        "passlib 1.7.4, scrypt",
        "$scrypt$ln=16,r=8,p=1$CKF0DuEcg/B+D6G09n4PYQ$uv7U8qSbXxzlTSZxdQ+wdTdjCw6FV4mcN/vOvtiGImo",
    ),
];

/// What the systems' own tests and examples say, with their passwords.
const PUBLISHED: [(&str, &str, &str); 3] = [
    // bcrypt-ruby, which Devise hashes with: spec/bcrypt/engine_spec.rb.
    (
        "Devise without a pepper",
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui",
    ),
    // smbanaie/Iceberg-LakeKeeper-Hands-On, ingestion-pipeline/docker/keycloak/README-realm.json.md: the user peter.
    (
        "Keycloak, argon2",
        "iceberg",
        "$argon2id$v=19$m=7168,t=5,p=1$RJ0aLMQ2qKbZuROs7qQhcA$BuViHNDGmCq80fvpty/QoggTI8NSt0CuNDGgeoa5f5A",
    ),
    // RustCrypto/password-hashes, password-auth/src/lib.rs.
    (
        "password-auth 1.0, scrypt",
        "password",
        "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
    ),
];

#[test]
fn hashes_of_other_systems_verify_and_are_replaced_at_the_next_log_in() {
    let settings = HashingSettings::default().legacy(LegacyHashes::DearerOnesShow);
    let pool = HashPool::start(settings).unwrap();
    let made = MADE.map(|(system, stored)| (system, PASSWORD, stored));
    for (system, password, stored) in made.into_iter().chain(PUBLISHED) {
        let stored = PasswordHash::from_stored(stored);
        let verdict = verify(&pool, password, &stored);
        assert!(verdict.matches && verdict.rehash_wanted, "{system}: {verdict:?}");
        let wrong = verify(&pool, &password[1..], &stored);
        assert!(!wrong.matches && wrong.unverifiable.is_none(), "{system}: {wrong:?}");
    }
}

/// As the chapter says, rather than taken for wrong passwords without a word.
#[test]
fn hashes_that_cannot_be_read_are_told_as_unverifiable() {
    let settings = HashingSettings::default().legacy(LegacyHashes::DearerOnesShow);
    let pool = HashPool::start(settings).unwrap();
    for stored in [
        // Django 5.2.19: bcrypt of a SHA-256, and PBKDF2 with SHA-1.
        "bcrypt_sha256$$2b$12$x/.9OoS/nicBnazKAVW.mOKA8DnbTXFZZQCy7/CBbe.W90lbUfe0.",
        "pbkdf2_sha1$1000000$saltyseasalts1234567890$cvkz0Hg32j3ufJPc6J/7su2e5nU=",
        // Werkzeug 3.1.9.
        "pbkdf2:sha256:1000000$5PdiMsGPbATKJlof$b6fcce4acf6871e25f2843d02fae023b21bb7f461889f185bb5a7b4029a8e46a",
    ] {
        let verdict = verify(&pool, PASSWORD, &PasswordHash::from_stored(stored));
        assert!(!verdict.matches && verdict.unverifiable.is_some(), "{stored}: {verdict:?}");
    }
}
