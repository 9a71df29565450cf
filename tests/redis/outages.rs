//! A server that goes away: every caller gets an answer in bounded time, and everything works again when it is back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use redis::aio::ConnectionManager;
use redis::{Client, cmd};
use vestibule::adapters::redis::{RedisCodes, RedisThrottle, connection_config};
use vestibule::error::BackendErrorKind;
use vestibule::ports::{Attempt, CodeStore, ThrottleStore};
use vestibule::throttle::Verdict;

use crate::samples::{armed, charges, connect, handle, now, options, pending};
use crate::servers::Suite;
use crate::servers::redis::RedisServer;
use crate::{Server, tests};

pub(crate) fn tests(suite: &mut Suite<RedisServer>) {
    tests!(suite,
        scripts_that_are_flushed_between_calls_are_sent_again
        an_address_where_nobody_is_answers_soon
    );
    let durable = || RedisServer::start_own(&["--appendonly", "yes", "--appendfsync", "everysec"]);
    suite.test_on("outages::a_server_killed_and_restarted_has_every_count", durable, killed_and_restarted);
    suite.test_on(
        "outages::of_tries_during_which_the_server_is_killed_no_more_than_allowed_are_counted",
        durable,
        killed_amid_tries,
    );
    let own = || RedisServer::start_own(&["--save", ""]);
    suite.test_on("outages::a_server_that_hangs_is_given_up_in_time", own, a_server_that_hangs_is_given_up);
}

async fn scripts_that_are_flushed_between_calls_are_sent_again(server: Server) {
    let prefix = server.fresh_prefix();
    let connection = connect(&server).await;
    let codes = RedisCodes::open_with(connection.clone(), &options(&prefix)).await.unwrap();
    let throttle = RedisThrottle::open_with(connection.clone(), &options(&prefix)).await.unwrap();
    let flush = async || {
        let () = cmd("SCRIPT").arg("FLUSH").query_async(&mut connection.clone()).await.unwrap();
    };
    codes.insert(&pending(1)).await.unwrap();
    for number in 1..=3 {
        flush().await;
        assert!(codes.arm(&handle(1), 1, &armed(), now()).await.unwrap());
        flush().await;
        let Attempt::Counted(row) = codes.count_attempt(&handle(1), now()).await.unwrap() else { panic!() };
        assert_eq!(row.attempts, number);
        flush().await;
        let Verdict::Allowed(ticket) = throttle.charge(&charges(9, [1, 2]), now()).await.unwrap() else {
            panic!()
        };
        assert_eq!(ticket.entries()[0].events, u64::from(number));
    }
    // Also by others, all the time.
    let flushing = tokio::spawn({
        let mut connection = connection.clone();
        async move {
            loop {
                let () = cmd("SCRIPT").arg("FLUSH").query_async(&mut connection).await.unwrap();
            }
        }
    });
    for _ in 0..300 {
        let Verdict::Allowed(ticket) = throttle.charge(&charges(1, [3]), now()).await.unwrap() else {
            panic!()
        };
        throttle.refund(&ticket).await.unwrap();
    }
    flushing.abort();
}

async fn an_address_where_nobody_is_answers_soon(_: Server) {
    for address in ["redis+unix:///nowhere/socket", "redis://127.0.0.1:1/"] {
        let client = Client::open(address).unwrap();
        let manager = ConnectionManager::new_lazy_with_config(client, connection_config()).unwrap();
        let begun = Instant::now();
        let error = RedisCodes::open(manager).await.unwrap_err();
        assert_eq!(error.kind(), BackendErrorKind::Unavailable);
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    }
}

async fn killed_and_restarted(server: RedisServer) {
    let connection = connect(&server).await;
    let codes = RedisCodes::open(connection.clone()).await.unwrap();
    let throttle = RedisThrottle::open(connection).await.unwrap();
    codes.insert(&pending(1)).await.unwrap();
    for _ in 0..3 {
        let Attempt::Counted(_) = codes.count_attempt(&handle(1), now()).await.unwrap() else { panic!() };
    }
    codes.insert(&pending(2)).await.unwrap();
    assert!(codes.take(&handle(2), 1, now()).await.unwrap());
    let Verdict::Allowed(_) = throttle.charge(&charges(1, [1]), now()).await.unwrap() else { panic!() };

    for _ in 0..2 {
        server.kill();
        for _ in 0..3 {
            let begun = Instant::now();
            let error = codes.count_attempt(&handle(1), now()).await.unwrap_err();
            assert_eq!(error.kind(), BackendErrorKind::Unavailable, "{error}");
            let error = throttle.charge(&charges(1, [1]), now()).await.unwrap_err();
            assert_eq!(error.kind(), BackendErrorKind::Unavailable, "{error}");
            assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
        }
        server.restart();
        // The same stores, and nothing was forgotten.
        let Verdict::Wait(_) = answered(async || throttle.charge(&charges(1, [1]), now()).await).await else {
            panic!()
        };
        assert!(!codes.take(&handle(2), 1, now()).await.unwrap());
        assert!(matches!(codes.count_attempt(&handle(2), now()).await.unwrap(), Attempt::Taken));
    }
    let Attempt::Counted(row) = codes.count_attempt(&handle(1), now()).await.unwrap() else { panic!() };
    assert_eq!(row.attempts, 4);
}

/// The first answer of a server that has just started; until then, calls fail.
async fn answered<T, E: std::fmt::Debug>(ask: impl AsyncFn() -> Result<T, E>) -> T {
    let begun = Instant::now();
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(error) => assert!(begun.elapsed() < Duration::from_secs(5), "{error:?}"),
        }
    }
}

async fn killed_amid_tries(server: RedisServer) {
    let server = Arc::new(server);
    let codes = RedisCodes::open(connect(&server).await).await.unwrap();
    let mut row = pending(1);
    row.max_attempts = 500;
    codes.insert(&row).await.unwrap();
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let codes = codes.clone();
            tokio::spawn(async move {
                let (mut counted, mut failed, mut slowest) = (0, 0, Duration::ZERO);
                for _ in 0..50 {
                    let begun = Instant::now();
                    match codes.count_attempt(&handle(1), now()).await {
                        Ok(Attempt::Counted(_)) => counted += 1,
                        Ok(Attempt::Exhausted) => {}
                        Ok(other) => panic!("{other:?}"),
                        Err(_) => failed += 1,
                    }
                    slowest = slowest.max(begun.elapsed());
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                (counted, failed, slowest)
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(40)).await;
    server.kill();
    tokio::time::sleep(Duration::from_millis(150)).await;
    server.restart();
    let (mut counted, mut failed) = (0, 0);
    for task in tries {
        let (own, errors, slowest) = task.await.unwrap();
        counted += own;
        failed += errors;
        assert!(slowest < Duration::from_secs(6), "{slowest:?}");
    }
    assert!(failed > 0 && counted > 0, "{counted} counted, {failed} failed");
    // Every answer that was given is remembered, and no others are handed out than are left.
    while let Attempt::Counted(row) = answered(async || codes.count_attempt(&handle(1), now()).await).await {
        counted += 1;
        assert!(row.attempts >= counted);
    }
    assert!(counted <= 500, "{counted}");
}

async fn a_server_that_hangs_is_given_up(server: RedisServer) {
    let options = options("hanging:").answer_within(Duration::from_millis(300));
    let codes = RedisCodes::open_with(connect(&server).await, &options).await.unwrap();
    codes.insert(&pending(1)).await.unwrap();
    // The server knows the script from here on.
    let Attempt::Counted(_) = codes.count_attempt(&handle(1), now()).await.unwrap() else { panic!() };
    server.signal("-STOP");
    for _ in 0..2 {
        let begun = Instant::now();
        let error = codes.count_attempt(&handle(1), now()).await.unwrap_err();
        assert_eq!(error.kind(), BackendErrorKind::TimedOut, "{error}");
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    }
    server.signal("-CONT");
    // What was asked for was done, though nobody heard the answer: the tries are counted.
    let Attempt::Counted(row) = answered(async || codes.count_attempt(&handle(1), now()).await).await else {
        panic!()
    };
    assert_eq!(row.attempts, 4);
}
