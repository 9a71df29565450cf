//! Puts every parser's check, and that of the portal example, to the corpus of the fuzzer and to mutations of it, on a
//! stable compiler: a smoke test. What finds more is the fuzzer itself, which `tests/fuzz/Cargo.toml` tells about.
//!
//! `VESTIBULE_MUTATIONS` says how many mutations each parser gets, `VESTIBULE_MUTATIONS_SEED` which.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]
#![allow(
    clippy::duplicate_mod,
    reason = "the check of files and the program have the reader of members, each for itself"
)]

#[path = "fuzz/checks.rs"]
#[allow(unreachable_pub, reason = "the fuzzer's targets use it too")]
mod checks;
#[path = "model/dice.rs"]
#[allow(dead_code, unreachable_pub, reason = "the model uses the rest of it")]
mod dice;

#[path = "fuzz/portal/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "the program uses the rest of it")]
mod portal;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

#[allow(
    unused_imports,
    reason = "what the library calls so, for its modules that a check holds by their path"
)]
use vestibule::{adapters, error, ports};

use self::checks::{CHECKS, Check};
use self::dice::Dice;
#[allow(clippy::wildcard_imports, reason = "the modules of the portal call each other by these names")]
use self::portal::program::*;

/// The portal has a program of its own to the fuzzer: the other targets are built without a web server.
fn checks() -> impl Iterator<Item = (&'static str, Check)> {
    CHECKS.into_iter().chain([("portal", portal::portal as Check)])
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(name);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// What stands in for a byte or a few: what parsers trip over.
const PIECES: [&str; 24] = [
    "\0",
    " ",
    "\r\n",
    "\u{200b}",
    "\u{2028}",
    "\u{ff11}",
    "\u{301}",
    "@",
    ".",
    "..",
    "$",
    "=",
    ",",
    "-",
    "+",
    "%",
    ":",
    "0",
    "4294967296",
    "18446744073709551616",
    "\u{130}",
    "\u{1f468}\u{200d}\u{1f469}",
    "\u{fffc}",
    "xn--",
];

fn mutate(dice: &mut Dice, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut data = corpus[dice.below(corpus.len())].clone();
    for _ in 0..=dice.below(4) {
        let at = dice.below(data.len() + 1);
        match dice.below(6) {
            0 if at < data.len() => data[at] ^= 1 << dice.below(8),
            1 if at < data.len() => drop(data.remove(at)),
            2 => data.truncate(at),
            3 => {
                let other = &corpus[dice.below(corpus.len())];
                data.splice(at.., other[dice.below(other.len() + 1)..].iter().copied());
            }
            4 => {
                let again: Vec<u8> = data[at..].to_vec();
                data.extend(again);
            }
            _ => drop(data.splice(at..at, dice.pick(&PIECES).bytes())),
        }
    }
    data
}

#[test]
fn no_input_makes_a_parser_panic_or_give_back_something_else() {
    let (mutations, seed) = (number("VESTIBULE_MUTATIONS", 3_000), number("VESTIBULE_MUTATIONS_SEED", 0));
    for (name, check) in checks() {
        let corpus = corpus(name);
        let mut dice = Dice::new(seed);
        // The rules about a password, a hash and a page take longer than a look at a code.
        let mutations =
            if matches!(name, "password" | "stored" | "portal") { mutations / 10 } else { mutations };
        let inputs = corpus.iter().cloned().chain((0..mutations).map(|_| mutate(&mut dice, &corpus)));
        for input in inputs {
            let outcome = catch_unwind(AssertUnwindSafe(|| check(&input)));
            assert!(outcome.is_ok(), "{name}: {:?}", String::from_utf8_lossy(&input));
        }
    }
}

#[test]
fn every_check_has_a_target_and_a_corpus() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    for (name, _) in checks() {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is no target");
        assert!(fuzz.join(format!("targets/{name}.rs")).exists() && corpus(name).len() > 4, "{name}");
    }
}

/// What it does not come to, no mutation of it comes to either.
#[test]
fn the_corpus_of_the_portal_comes_to_every_page_and_every_kind_of_refusal() {
    let answers: Vec<_> = corpus("portal").iter().filter_map(|request| portal::answered(request)).collect();
    for page in portal::answer::PAGES {
        assert!(answers.iter().any(|answer| answer.location() == Some(page)), "nobody is led to {page}");
    }
    for status in [200, 400, 401, 403, 404, 405, 413, 415, 422, 429] {
        assert!(answers.iter().any(|answer| answer.status == status), "no answer is {status}");
    }
}
