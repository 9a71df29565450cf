//! What the Redis adapters promise, tried on a real server.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails, and a process of a test prints what came of it"
)]

#[path = "../servers/mod.rs"]
mod servers;

mod arithmetic;
mod cluster;
mod outages;
mod processes;
mod refusals;
mod samples;
mod store;

use std::process::ExitCode;
use std::sync::Arc;

use crate::servers::Suite;
use crate::servers::redis::RedisServer;

fn main() -> ExitCode {
    if let Some(task) = processes::task() {
        return processes::one_of_them(&task);
    }
    let mut suite = Suite::start(RedisServer::start);
    contracts(&mut suite);
    arithmetic::tests(&mut suite);
    store::tests(&mut suite);
    refusals::tests(&mut suite);
    outages::tests(&mut suite);
    cluster::tests(&mut suite);
    processes::tests(&mut suite);
    suite.run()
}

fn contracts(suite: &mut Suite<RedisServer>) {
    for (clause, test) in vestibule::contract::code_store!(samples::codes, crate::servers::clauses) {
        suite.test(&format!("codes::{clause}"), test);
    }
    for (clause, test) in vestibule::contract::throttle_store!(samples::throttle, crate::servers::clauses) {
        suite.test(&format!("throttle::{clause}"), test);
    }
}

/// Adds tests under the name of their module.
macro_rules! tests {
    ($suite:expr, $($test:ident)+) => {
        $($suite.test(concat!(module_path!(), "::", stringify!($test)).trim_start_matches("redis::"), $test);)+
    };
}
use tests;

type Server = Arc<RedisServer>;
