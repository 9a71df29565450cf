//! Ports that fail, lose their answer, hang and panic; callers who hang up; senders in every mood.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]
#![allow(unreachable_pub, reason = "a test binary has no outside")]

mod world;

#[path = "faults/aside.rs"]
mod aside;
#[path = "faults/cancellation.rs"]
mod cancellation;
#[path = "faults/judging.rs"]
mod judging;
#[path = "faults/moody.rs"]
mod moody;
#[path = "faults/ports.rs"]
mod ports;
#[path = "faults/scene.rs"]
mod scene;
#[path = "faults/sender.rs"]
mod sender;
#[path = "faults/waits.rs"]
mod waits;
