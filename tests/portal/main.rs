//! The portal as people and attackers meet it: the real program, over HTTP and in a real browser.
//!
//! Where there is no Chromium, no PostgreSQL or no Redis, what needs one shows as ignored, with the reason; with
//! `VESTIBULE_TEST_REQUIRE_SERVERS=1` it fails.
#![allow(
    unreachable_pub,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test that fails panics"
)]

#[path = "../servers/mod.rs"]
mod servers;

mod alike;
mod browser;
mod client;
mod codes;
mod databases;
mod life;
mod load;
mod program;
mod safety;
mod sending;
mod sessions;
mod starting;

use std::future::Future;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Each test has a portal of its own, and each portal hashes passwords on every core.
    arguments.test_threads = arguments.test_threads.or(Some(4));
    let trials = [
        alike::trials(),
        codes::trials(),
        databases::trials(),
        life::trials(),
        load::trials(),
        safety::trials(),
        sending::trials(),
        sessions::trials(),
        starting::trials(),
        browser::trials(),
    ];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit_code()
}

/// Whether a server or a browser that is missing is a failure, as in CI.
fn servers_are_required() -> bool {
    std::env::var("VESTIBULE_TEST_REQUIRE_SERVERS").is_ok_and(|value| value == "1")
}

/// A test over HTTP, with a runtime of its own.
fn trial<F: Future<Output = ()>>(name: &str, test: impl FnOnce() -> F + Send + 'static) -> Trial {
    Trial::test(name, move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(test());
        Ok(())
    })
}

/// Tests by the names of their functions.
macro_rules! trials {
    ($($name:ident),* $(,)?) => {
        pub fn trials() -> Vec<libtest_mimic::Trial> {
            vec![$(crate::trial(concat!(module_path!(), "::", stringify!($name)), $name)),*]
        }
    };
}
use trials;
