//! The command-line example as people use it: the real program, through pipes and in a real terminal.

#![cfg(all(feature = "sqlite", feature = "outbox"))]
#![allow(unreachable_pub, reason = "a test has no outside")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that fails panics")]

mod alike;
mod importing;
mod life;
mod program;
mod refusals;
mod secrets;
#[cfg(unix)]
mod terminal;
