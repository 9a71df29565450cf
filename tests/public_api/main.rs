//! The public face, as `cargo public-api --all-features` lists it: it changes where somebody meant it to, and holds no type
//! of a driver.
//!
//! What is listed comes from rustdoc's JSON, whose format is not stable. Where this compiler writes another one than the
//! one that is read here, the comparison shows as ignored, with the reason; with `VESTIBULE_TEST_REQUIRE_TOOLS=1` that is
//! a failure.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

mod listing;

use std::collections::BTreeSet;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

fn main() -> ExitCode {
    if let Some(done) = listing::as_rustdoc() {
        return done;
    }
    let test = |name: &str, run: fn()| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
    };
    let trials = vec![
        Trial::ignorable_test(
            "the_public_face_is_the_one_that_is_listed",
            the_public_face_is_the_one_that_is_listed,
        ),
        test(
            "no_type_of_a_driver_is_public_but_what_is_handed_to_its_adapter",
            no_type_of_a_driver_is_public_but_what_is_handed_to_its_adapter,
        ),
        test(
            "what_is_handed_to_an_adapter_is_named_there_alone",
            what_is_handed_to_an_adapter_is_named_there_alone,
        ),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn the_public_face_is_the_one_that_is_listed() -> Result<Completion, Failed> {
    let found = match listing::now() {
        Ok(found) => found,
        Err(missing) if std::env::var("VESTIBULE_TEST_REQUIRE_TOOLS").is_ok_and(|value| value == "1") => {
            return Err(missing.into());
        }
        Err(missing) => return Ok(Completion::ignored_with(missing)),
    };
    if std::env::var_os("VESTIBULE_LIST").is_some() {
        std::fs::write(listing::path(), found.join("\n") + "\n").unwrap();
    }
    let (found, listed): (BTreeSet<_>, BTreeSet<_>) =
        (found.into_iter().collect(), listed().into_iter().collect());
    let (gone, new) = (&listed - &found, &found - &listed);
    if gone.is_empty() && new.is_empty() {
        return Ok(Completion::Completed);
    }
    let lines = gone.iter().map(|line| format!("- {line}")).chain(new.iter().map(|line| format!("+ {line}")));
    Err(format!(
        "The public face has changed. If you meant it: VESTIBULE_LIST=1 cargo test --test public_api\n{}",
        lines.collect::<Vec<_>>().join("\n")
    )
    .into())
}

fn listed() -> Vec<String> {
    std::fs::read_to_string(listing::path()).unwrap_or_default().lines().map(ToOwned::to_owned).collect()
}

/// The paths that begin with the name of another crate, each with the line it is in.
fn paths() -> Vec<(String, String)> {
    let mut paths = Vec::new();
    for line in listed() {
        let tokens = line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
        for token in tokens.filter(|token| token.contains("::") && !token.starts_with("::")) {
            paths.push((token.to_owned(), line.clone()));
        }
    }
    assert!(paths.len() > 1_000, "the list was read");
    paths
}

/// What an application hands to an adapter, what that is made with, and where alone it may be named.
const HANDED: [(&str, &str); 6] = [
    ("sqlx_sqlite::SqlitePool", "vestibule::adapters::sqlite::"),
    ("sqlx_sqlite::options::SqliteConnectOptions", "vestibule::adapters::sqlite::"),
    ("sqlx_postgres::PgPool", "vestibule::adapters::postgres::"),
    ("redis::aio::connection_manager::ConnectionManager", "vestibule::adapters::redis::"),
    ("redis::aio::connection_manager::ConnectionManagerConfig", "vestibule::adapters::redis::"),
    ("tokio::runtime::handle::Handle", "vestibule::adapters::tokio::"),
];

/// The crates that the face is made of: a new major version of one of them is one of this crate.
const MADE_OF: [&str; 8] = ["alloc", "core", "secrecy", "serde_core", "std", "time", "vestibule", "zeroize"];

fn what_is_handed_to_an_adapter_is_named_there_alone() {
    for (path, line) in paths() {
        if let Some((_, home)) = HANDED.iter().find(|(handed, _)| *handed == path) {
            assert!(line.contains(home), "{line}");
        }
    }
}

fn no_type_of_a_driver_is_public_but_what_is_handed_to_its_adapter() {
    for (path, line) in paths() {
        let first = path.split("::").next().unwrap();
        // `T::Item` of a parameter, or `Self::Item`.
        let is_crate = first.starts_with(|c: char| c.is_ascii_lowercase());
        let expected =
            !is_crate || MADE_OF.contains(&first) || HANDED.iter().any(|(handed, _)| *handed == path);
        assert!(expected, "{path}: {line}");
    }
}
