//! Vectors of other implementations, limits, and the measurement of the work.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Argon2Cost, LegacyHash, Limits, Unverifiable, Workbench};
use crate::hasher::PortableArgon2;
use crate::hasher::kdf::Inputs;
use crate::hasher::stats::Counters;

const LIMITS: Limits = Limits { memory_kib: 132_096, legacy_work_kib: Some(Argon2Cost::MAX_WORK_KIB) };

fn verifies(password: impl AsRef<[u8]>, text: &str) -> bool {
    let hash = LegacyHash::parse(text, &LIMITS).unwrap_or_else(|reason| panic!("{text}: {reason:?}"));
    hash.matches(password.as_ref(), &mut Workbench::new(&PortableArgon2, Arc::default()))
}

fn refusal(text: &str) -> Option<Unverifiable> {
    LegacyHash::parse(text, &LIMITS).err()
}

#[test]
fn bcrypt_hashes_of_other_implementations_verify() {
    let salted_with_x = format!("$2a$05${}OAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a", "X".repeat(21));
    // Openwall's crypt_blowfish 1.3, wrapper.c.
    for (password, text) in [
        ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        ("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
        ("U*U*U", salted_with_x.as_str()),
        ("", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"),
        // The bcrypt of Python, by way of the test suite of the crate.
        ("correctbatteryhorsestapler", "$2b$04$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie"),
    ] {
        assert!(verifies(password, text), "{text}");
        assert!(verifies(password, &text.replacen("$2a$", "$2y$", 1)), "{text}");
        assert!(!verifies(format!("{password}x"), text), "{text}");
    }
}

#[test]
fn bcrypt_sees_72_bytes_and_no_password_with_a_zero_byte() {
    let text = "$2a$05$......................YgIDy4hFBdVlc/6LHnD9mX488r9cLd2";
    assert!(verifies("x".repeat(100), text) && verifies("x".repeat(72), text));
    assert!(!verifies("x".repeat(71), text));
    let repeats = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    assert!(verifies("U*U", repeats) && !verifies("U*U\0U*U", repeats));
}

#[test]
fn scrypt_hashes_of_other_implementations_verify() {
    // RFC 7914, section 12.
    let text = "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw";
    assert!(verifies("pleaseletmein", text));
    assert!(!verifies("pleaseletmeout", text));
}

#[test]
fn pbkdf2_hashes_of_other_implementations_verify() {
    let salt = "c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0";
    // RFC 6070's input with SHA-256, the test suite of the crate; with SHA-512, Python's hashlib.
    let sha256 =
        format!("$pbkdf2-sha256$i=4096,l=40${salt}$NIyJ28vTKy8y2BS4EW6EzysXNH68GAAYHE4qH7jdU+HGNVGMfaxH6Q");
    let sha512 = format!(
        "$pbkdf2-sha512$i=4096${salt}$jAUR9Mbll8asYxXY8DYuIl88UBSVuiO4aMAFF03E7nERW1n55gzZUy+jPg91rv4wIlxYOhhs2CvU2uqXJKPTuA"
    );
    for text in [sha256, sha512] {
        assert!(verifies("passwordPASSWORDpassword", &text));
        assert!(!verifies("passwordPASSWORDpasswore", &text));
    }
    // Django, tests/auth_tests/test_hashers.py of version 1.6.
    let django = "pbkdf2_sha256$12000$seasalt$Ybw8zsFxqja97tY/o6G+Fy1ksY4U/Hw3DRrGED6Up4s=";
    assert!(verifies("lètmein", django) && !verifies("letmein", django));
}

#[test]
fn hashes_of_aspnet_core_identity_verify() {
    // dotnet/aspnetcore, src/Identity/test/Identity.Test/PasswordHasherTest.cs.
    let sha256 = "AQAAAAEAA9CQAAAAIESkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ=";
    let sha512 = "AQAAAAIAAAD6AAAAIJbVi5wbMR+htSfFp8fTw8N8GOS/Sje+S/4YZcgBfU7EQuqv4OkVYmc4VJl9AGZzmRTxSkP7LtVi9IWyUxX8IAAfZ8v+ZfhjCcudtC1YERSqE1OEdXLW9VukPuJWBBjLuw==";
    for text in [sha256, sha512] {
        assert!(verifies("my password", text), "{text}");
        assert!(!verifies("my passwore", text), "{text}");
    }
    let sha1 = "AQAAAAAAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M";
    assert_eq!(refusal(sha1), Some(Unverifiable::Unsupported));
    for damaged in [
        "AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4A=",
        "AQAAAAEAACcQAAAAIA==",
        "AQAAAAEAACcQ/////w==",
        "AQAAAAkAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M",
        "AQAAAA",
        "AQAAAAEAA9CQ*",
        // No rounds, and one byte more of a hash than there can be.
        "AQAAAAEAAAAAAAAAIESkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ=",
        "AQAAAAIAAAD6AAAAIJbVi5wbMR+htSfFp8fTw8N8GOS/Sje+S/4YZcgBfU7EQuqv4OkVYmc4VJl9AGZzmRTxSkP7LtVi9IWyUxX8IAAfZ8v+ZfhjCcudtC1YERSqE1OEdXLW9VukPuJWBBjLuwAA",
    ] {
        assert_eq!(refusal(damaged), Some(Unverifiable::Unreadable), "{damaged}");
    }
}

#[test]
fn a_password_that_keycloak_exported_verifies() {
    // Alice of the example realm in the guides of Quarkus: `hashIterations` 27500, `algorithm` pbkdf2-sha256, then
    // `salt` and `value` without padding.
    let text = "$pbkdf2-sha256$i=27500$sl4mXx6T9FypPH/s9TngfQ$A3okqV2T/ybXTVEgKfosoSjP8Yc9IZbFP/SY4cEd6hag7TABQrQ6nUSuwagGt96l8cw1DTijO75PqX6uiTXMzw";
    assert!(verifies("alice", text));
    assert!(!verifies("alicf", text));
}

#[test]
fn every_parameter_is_bounded() {
    let bcrypt = |cost| format!("$2b${cost}$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie");
    let scrypt =
        |parameters| format!("$scrypt${parameters}$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");
    for costly in [
        bcrypt("31"),
        bcrypt("15"),
        scrypt("ln=33,r=8,p=1"),
        scrypt("ln=18,r=8,p=1"),
        scrypt("ln=255,r=1,p=1"),
        scrypt("ln=4294967295,r=1,p=1"),
        scrypt("ln=1,r=4294967295,p=4294967295"),
        scrypt("ln=1,r=65536,p=65536"),
        scrypt("ln=16,r=8,p=100"),
        "$pbkdf2-sha256$i=4294967295$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4".into(),
        "pbkdf2_sha256$4294967295$seasalt$Ybw8zsFxqja97tY/o6G+Fy1ksY4U/Hw3DRrGED6Up4s=".into(),
        "AQAAAAH/////AAAAIESkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ=".into(),
    ] {
        assert_eq!(refusal(&costly), Some(Unverifiable::TooCostly), "{costly}");
    }
    for accepted in [bcrypt("14"), scrypt("ln=17,r=8,p=1")] {
        assert_eq!(refusal(&accepted), None, "{accepted}");
    }
}

#[test]
fn the_memory_of_scrypt_is_bounded_to_the_kib() {
    // 1,024 blocks of 1 KiB, one more for each of the two parallel parts, and one.
    let text = "$scrypt$ln=10,r=8,p=2$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    for (memory_kib, refusal) in [(1_027, None), (1_026, Some(Unverifiable::TooCostly))] {
        assert_eq!(
            LegacyHash::parse(text, &Limits { memory_kib, ..LIMITS }).err(),
            refusal,
            "{memory_kib} KiB"
        );
    }
}

#[test]
fn a_legacy_hash_may_cost_as_much_as_is_accepted_and_no_more() {
    let text = "$pbkdf2-sha256$i=1000000$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    let work = LegacyHash::parse(text, &LIMITS).ok().map(|hash| hash.kind().work_kib()).unwrap();
    for (accepted, refusal) in [(work, None), (work - 1, Some(Unverifiable::TooCostly))] {
        let limits = Limits { legacy_work_kib: Some(accepted), ..LIMITS };
        assert_eq!(LegacyHash::parse(text, &limits).err(), refusal, "{accepted} of {work}");
    }
}

#[test]
fn salt_and_hash_of_aspnet_core_identity_have_sixteen_bytes_at_least() {
    for (salt, tag, refusal) in
        [(16, 16, None), (15, 16, Some(Unverifiable::Unreadable)), (16, 15, Some(Unverifiable::Unreadable))]
    {
        let mut bytes = vec![1];
        [1_u32, 1_000, salt].iter().for_each(|number| bytes.extend(number.to_be_bytes()));
        bytes.resize(bytes.len() + salt as usize + tag, 7);
        let text = STANDARD.encode(bytes);
        assert_eq!(LegacyHash::parse(&text, &LIMITS).err(), refusal, "{salt} and {tag}");
    }
}

#[test]
fn scrypt_counts_as_a_hash_and_never_holds_memory_beside_that_of_argon2() {
    let counters = Arc::<Counters>::default();
    let mut bench = Workbench::new(&PortableArgon2, Arc::clone(&counters));
    let inputs = Inputs::new(Argon2Cost::unchecked(64, 1, 1), b"password", b"somesalt");
    bench.derive(&inputs, &mut [0; 32]).unwrap();
    assert_eq!(counters.read().memory_kib, 64);
    let text = "$scrypt$ln=4,r=8,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    let hash = LegacyHash::parse(text, &LIMITS).unwrap_or_else(|reason| panic!("{reason:?}"));
    assert!(!hash.matches(b"password", &mut bench));
    let stats = counters.read();
    assert_eq!((stats.hashes, stats.memory_kib), (2, 0));
}

#[test]
fn damaged_legacy_hashes_are_unreadable() {
    for damaged in [
        "$2b$03$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie",
        "$2b$04$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxci",
        "$2b$",
        "$scrypt$ln=14,r=0,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$scrypt$r=8,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$scrypt$ln=14,r=8,p=1$c29tZXNhbHQ",
        "$pbkdf2-sha256$i=0$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$pbkdf2-sha256$i=9,l=33$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "pbkdf2_sha256$0$seasalt$Ybw8zsFxqja97tY/o6G+Fy1ksY4U/Hw3DRrGED6Up4s=",
        "pbkdf2_sha256$1$seasalt",
    ] {
        assert_eq!(refusal(damaged), Some(Unverifiable::Unreadable), "{damaged}");
    }
    assert_eq!(
        refusal("$2x$04$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie"),
        Some(Unverifiable::Unsupported)
    );
    assert_eq!(refusal("$sha1$x$y"), Some(Unverifiable::Unreadable));
}

#[test]
#[ignore = "a measurement: run it with optimisation on a quiet machine, and --nocapture"]
fn the_work_of_legacy_hashes_is_measured() {
    use crate::hasher::kdf::Inputs;

    let median = |run: &mut dyn FnMut()| {
        let mut times = [Duration::ZERO; 11].map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        });
        times.sort();
        times[5]
    };
    let mut bench = Workbench::new(&PortableArgon2, Arc::default());
    let inputs = Inputs::new(Argon2Cost::RECOMMENDED, b"password", &[7; 16]);
    let argon2 = median(&mut || bench.derive(&inputs, &mut [0; 32]).unwrap());
    let kib = argon2.as_secs_f64() / 38_912.0;
    println!("Argon2id: {:.0} ns for each KiB", kib * 1e9);
    for (text, units) in [
        ("$2b$08$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie", 256.0),
        ("$scrypt$ln=15,r=8,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", 262_144.0),
        ("$pbkdf2-sha256$i=100000$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", 100_000.0),
        ("$pbkdf2-sha512$i=100000$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", 100_000.0),
    ] {
        let hash = LegacyHash::parse(text, &LIMITS).unwrap_or_else(|_| panic!("{text}"));
        let time = median(&mut || assert!(!hash.matches(b"wrong", &mut bench))).as_secs_f64();
        println!("{}: {:.3} KiB for each of {units} units", &text[..12], time / kib / units);
    }
}
