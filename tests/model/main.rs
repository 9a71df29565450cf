//! The whole machine, held to a reference model: requests, resends, guesses, log-ins, changes of passwords, accounts
//! and clocks, interleaved at every await of every port, with ports that fail, lose answers, hang and panic, and callers
//! who hang up; in every second schedule on two machines with a stored queue, which are killed and take over.
//!
//! A schedule is drawn from a seed. `VESTIBULE_MODEL_SEED=7` plays that one; `VESTIBULE_MODEL_SCHEDULES=1000000`, with
//! `--release`, plays as many as one likes, from `VESTIBULE_MODEL_FROM` on:
//!
//! ```text
//! VESTIBULE_MODEL_SCHEDULES=1000000 cargo test --release --test model -- no_schedule --nocapture
//! ```
//!
//! A seed plays the same each time, but for one thing: which of several waiting log-ins with one name goes next is for a
//! lock to say that looks at the machine's clock.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]
#![allow(clippy::print_stdout, reason = "a long run says what it came to")]
#![allow(unreachable_pub, reason = "a test binary has no outside")]

#[path = "../world/mod.rs"]
mod world;

mod answers;
mod asking;
mod broken;
mod broken_queue;
mod dice;
mod executor;
mod eye;
mod game;
mod ledger;
mod machines;
mod people;
mod plan;
mod play;
mod post;
mod queued;
mod reference;
mod twins;

use std::sync::atomic::{AtomicU64, Ordering};

use self::game::Breaking;
use self::play::{Tally, everything, play, try_seed};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

#[test]
fn no_schedule_breaks_a_promise() {
    if let Some(seed) = number("VESTIBULE_MODEL_SEED") {
        let tally = try_seed(seed, |_, _| {}).unwrap_or_else(|problem| panic!("{problem}"));
        return println!("seed {seed}: {tally:?}");
    }
    let from = number("VESTIBULE_MODEL_FROM").unwrap_or(0);
    let to = from + number("VESTIBULE_MODEL_SCHEDULES").unwrap_or(2_000);
    let (next, problems) = (AtomicU64::new(from), std::sync::Mutex::new(Vec::new()));
    let total = std::sync::Mutex::new(Tally::default());
    let work = || {
        let mut own = Tally::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= to || problems.lock().unwrap().len() >= 3 {
                break;
            }
            match try_seed(seed, |_, _| {}) {
                Ok(tally) => own.add(&tally),
                Err(problem) => problems.lock().unwrap().push(problem),
            }
        }
        total.lock().unwrap().add(&own);
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    let problems = problems.into_inner().unwrap();
    assert!(problems.is_empty(), "replay one with VESTIBULE_MODEL_SEED:\n{}", problems.join("\n"));
    let total = total.into_inner().unwrap();
    println!("{} schedules: {total:?}", to - from);
    // The schedules get somewhere.
    let Tally { codes_redeemed, log_ins, passwords_changed, refusals, hung_up, faulted, killed, .. } = total;
    let least = usize::try_from((to - from) / 20).unwrap();
    for reached in [codes_redeemed, log_ins, passwords_changed, refusals, hung_up, faulted, killed] {
        assert!(reached >= least, "{total:?}");
    }
}

/// What the checker says of each flaw, within so many schedules.
#[test]
fn every_broken_port_is_found_out() {
    let flaws: [(&str, Breaking, &str); 12] = [
        ("counts afterwards", broken::counts_afterwards, "a code was compared more often than it has tries"),
        ("resets tries", broken::new_issue_resets_tries, "a code was compared more often than it has tries"),
        ("forgets expiry", broken::forgets_expiry, "an expired code was compared"),
        ("swaps in two steps", broken::swaps_in_two_steps, "a code was used twice"),
        ("ignores the version", broken::ignores_the_version, "a code outlived a change of its account"),
        (
            "version of the password alone",
            broken::version_of_the_password_alone,
            "a session outlived a change of its account, or died without one",
        ),
        ("overlooks suspension", broken::overlooks_suspension, "a suspended account logged in"),
        ("reads, then writes", broken::reads_then_writes, "a limit was exceeded"),
        (
            "forgets that it was begun",
            broken_queue::forgets_that_it_was_begun,
            "a stored code was sent twice",
        ),
        ("ignores lost claims", broken_queue::ignores_lost_claims, "a stored code was sent twice"),
        ("gives a claim away", broken_queue::drops_what_it_claims, "a stored message is never settled"),
        ("refunds everything", broken::refunds_everything, "a limit was exceeded"),
    ];
    for (name, breaking, expected) in flaws {
        let mut found = std::collections::BTreeSet::new();
        let seen = (0..1_000).any(|seed| {
            let steps = plan::draw(seed, everything(seed));
            let violation = play(&steps, seed, breaking).err();
            let seen = violation.as_ref().is_some_and(|violation| violation.starts_with(expected));
            found.extend(violation);
            seen
        });
        assert!(seen, "a port that {name} is not found out: {found:#?}");
    }
}

#[test]
fn strangers_are_answered_alike_in_every_world() {
    let from = number("VESTIBULE_MODEL_FROM").unwrap_or(0);
    let answers: usize = (from..from + number("VESTIBULE_MODEL_TWINS").unwrap_or(100))
        .map(|seed| twins::compare(seed, |_, _| {}).unwrap_or_else(|problem| panic!("{problem}")))
        .sum();
    assert!(answers > 0);
    println!("{answers} answers");
}

#[test]
fn a_store_that_asks_the_directory_is_found_out() {
    let caught = (0..20).any(|seed| twins::compare(seed, broken::asks_the_directory).is_err());
    assert!(caught, "nobody noticed that the unknown are answered otherwise");
}
