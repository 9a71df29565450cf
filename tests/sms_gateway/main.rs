//! What the SMS gateway sender promises, tried on a gateway on this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]
#![allow(unreachable_pub, reason = "the binary is its own crate")]

#[path = "../smtp/accounts.rs"]
mod accounts;
#[path = "../servers/authority.rs"]
mod authority;
mod faults;
mod flood;
mod gateway;
mod presets;
mod routing;
