//! The flows, end to end on memory ports: one file per flow, named as in `src/service/`, one for what happens
//! behind the answer, and one for asking again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

#[path = "../world/mod.rs"]
mod world;

mod activation;
mod delivery;
mod login;
mod operator;
mod password_change;
mod recovery;
mod redemption;
mod resending;
mod statements;
