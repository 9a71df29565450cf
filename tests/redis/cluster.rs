//! A server in cluster mode, which itself refuses a script or a command that touches keys of more than one slot.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use redis::cmd;

use crate::samples::{codes, connect, throttle};
use crate::servers::redis::RedisServer;
use crate::servers::{Missing, Suite};

pub(crate) fn tests(suite: &mut Suite<RedisServer>) {
    suite.test_on("cluster::every_clause_holds_in_a_cluster", start, every_clause_holds_in_a_cluster);
}

fn start() -> Result<RedisServer, Missing> {
    // Another program may take the port before it does.
    let mut started = start_once();
    for _ in 0..4 {
        started = started.or_else(|_| start_once());
    }
    started
}

fn start_once() -> Result<RedisServer, Missing> {
    // The port on which its nodes would meet.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap().port();
    let port = port.to_string();
    RedisServer::start_own(&[
        "--bind",
        "127.0.0.1",
        "--cluster-enabled",
        "yes",
        "--cluster-port",
        &port,
        "--save",
        "",
    ])
}

#[expect(clippy::future_not_send, reason = "the clauses are boxed without Send, and run where they are made")]
async fn every_clause_holds_in_a_cluster(server: RedisServer) {
    let mut connection = connect(&server).await;
    let () = cmd("CLUSTER").arg(&["ADDSLOTSRANGE", "0", "16383"]).query_async(&mut connection).await.unwrap();
    loop {
        let state: String = cmd("CLUSTER").arg("INFO").query_async(&mut connection).await.unwrap();
        if state.contains("cluster_state:ok") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let script = "#!lua\nreturn redis.call('GET', KEYS[2])";
    let refused: Result<(), _> =
        cmd("EVAL").arg(script).arg(&["2", "a", "b"]).query_async(&mut connection).await;
    assert_eq!(refused.unwrap_err().code(), Some("CROSSSLOT"));

    let server = Arc::new(server);
    for (_, test) in vestibule::contract::code_store!(codes, crate::servers::clauses) {
        test(Arc::clone(&server)).await;
    }
    for (_, test) in vestibule::contract::throttle_store!(throttle, crate::servers::clauses) {
        test(Arc::clone(&server)).await;
    }
}
