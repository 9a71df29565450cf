//! What the SMS gateway sender promises, tried on a gateway on this machine.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "../smtp/accounts.rs"]
mod accounts;
#[path = "../servers/authority.rs"]
mod authority;
mod faults;
mod flood;
mod gateway;
mod presets;
mod routing;
