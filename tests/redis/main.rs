//! What the Redis adapters promise, tried on a real server.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails, and a process of a test prints what came of it"
)]

#[path = "../servers/mod.rs"]
mod servers;
#[path = "../stores/mod.rs"]
mod stores;
#[path = "../world/mod.rs"]
mod world;

mod arithmetic;
mod cluster;
mod model;
mod outages;
mod processes;
mod refusals;
mod samples;
mod severing;
mod store;

use std::process::ExitCode;
use std::sync::Arc;

use crate::servers::redis::RedisServer;
use crate::servers::{Suite, clauses};

fn main() -> ExitCode {
    if let Some(task) = processes::task() {
        return processes::one_of_them(&task);
    }
    let mut suite = Suite::start(RedisServer::start);
    suite.contract("codes", vestibule::contract::code_store!(samples::codes, clauses));
    suite.contract("throttle", vestibule::contract::throttle_store!(samples::throttle, clauses));
    arithmetic::tests(&mut suite);
    store::tests(&mut suite);
    refusals::tests(&mut suite);
    outages::tests(&mut suite);
    cluster::tests(&mut suite);
    processes::tests(&mut suite);
    severing::tests(&mut suite);
    suite.run()
}

/// Adds tests under the name of their module.
macro_rules! tests {
    ($suite:expr, $($test:ident)+) => {
        $($suite.test(concat!(module_path!(), "::", stringify!($test)).trim_start_matches("redis::"), $test);)+
    };
}
use tests;

type Server = Arc<RedisServer>;
