//! The stored queue: what was accepted is sent once, by whichever process, and never after its time.

#![cfg(all(feature = "message-queue", feature = "sqlite"))]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that fails panics")]
#![allow(unreachable_pub, reason = "a test binary has no outside")]

mod child;
mod world;

#[path = "stored_queue/killed.rs"]
mod killed;
#[path = "stored_queue/leases.rs"]
mod leases;
#[path = "stored_queue/machines.rs"]
mod machines;
#[path = "stored_queue/outages.rs"]
mod outages;
#[path = "stored_queue/resuming.rs"]
mod resuming;
#[path = "stored_queue/sealing.rs"]
mod sealing;
