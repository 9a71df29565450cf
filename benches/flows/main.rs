//! What each flow costs beside hashing.
//!
//! `cargo bench --bench flows` prints, on memory ports, the median time of a call, and its processor time and allocations on
//! all threads together. Hashes are at their cheapest, 8 KiB. What such a hash takes on another thread, and back, is
//! measured in turn with each call, and so are the rules about a new password: less those, a flow is the crate's own work
//! and the memory ports'.
//!
//! Then, on SQLite, PostgreSQL and Redis, it prints each flow as a multiple of the bare statements that it needs. Servers
//! are started from the machine's binaries; one that is missing is printed as skipped. `-- memory` leaves the stores out,
//! and `-- smoke` makes a few calls of each.

#![allow(
    clippy::future_not_send,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that measures, one call after the other"
)]

mod bare;
mod elsewhere;
mod memory;
#[path = "../parts/mod.rs"]
mod parts;
#[path = "../../tests/servers/mod.rs"]
mod servers;
mod stores;

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use crate::elsewhere::Elsewhere;
use crate::servers::postgres::PostgresServer;
use crate::servers::redis::RedisServer;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let elsewhere = Elsewhere::start(memory::NAME);
    runtime.block_on(memory::measure(&elsewhere));
    if std::env::args().any(|argument| argument == "memory") {
        return;
    }
    // From the main thread: servers end with the thread that started them.
    let (postgres, redis) = (PostgresServer::start(), RedisServer::start());
    runtime.block_on(stores::measure(&elsewhere, postgres, redis));
}
