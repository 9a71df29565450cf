//! The flows, end to end on memory ports: one file per flow, named as in `src/service/`, and one for each of what
//! happens behind the answer, asking again, browsers that are known, how many guesses there are, keys, and
//! shares of the hasher.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

#[path = "../world/mod.rs"]
mod world;

mod activation;
mod delivery;
mod devices;
mod guesses;
mod keys;
mod login;
mod operator;
mod password_change;
mod recovery;
mod redemption;
mod resending;
mod shares;
mod statements;
