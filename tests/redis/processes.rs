//! Three processes on one server. Each is this very test program, told to do one thing.

use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use redis::aio::ConnectionManager;
use redis::{AsyncCommands, Client};
use vestibule::adapters::redis::{RedisCodes, RedisThrottle, connection_config};
use vestibule::ports::{Attempt, CodeStore, ThrottleStore};
use vestibule::throttle::Verdict;

use crate::samples::{charges, connect, handle, now, options, pending};
use crate::servers::Suite;
use crate::servers::redis::RedisServer;
use crate::stores::processes::succeeded;
use crate::{Server, tests};

pub(crate) fn tests(suite: &mut Suite<RedisServer>) {
    tests!(suite,
        of_64_tries_in_three_processes_as_many_as_allowed_are_counted
        of_64_takes_in_three_processes_one_succeeds
        of_3000_charges_in_three_processes_as_many_as_allowed_pass
    );
}

const TASK: &str = "VESTIBULE_TEST_TASK";
const PROCESSES: usize = 3;

/// What this process is told to do, if it is one of the three.
pub(crate) fn task() -> Option<String> {
    std::env::var(TASK).ok()
}

/// Does it, and prints how often it succeeded.
pub(crate) fn one_of_them(task: &str) -> ExitCode {
    let [url, prefix, what, times] = task.split(' ').collect::<Vec<_>>().try_into().unwrap();
    let times: u32 = times.parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let succeeded = runtime.block_on(async {
        let client = Client::open(url).unwrap();
        let mut connection = ConnectionManager::new_with_config(client, connection_config()).await.unwrap();
        let codes = RedisCodes::open_with(connection.clone(), &options(prefix)).await.unwrap();
        let throttle = RedisThrottle::open_with(connection.clone(), &options(prefix)).await.unwrap();
        // All begin when the last of them is here.
        let meeting = format!("{prefix}meeting");
        let mut here: usize = connection.incr(&meeting, 1).await.unwrap();
        while here < PROCESSES {
            tokio::time::sleep(Duration::from_millis(1)).await;
            here = connection.get(&meeting).await.unwrap();
        }
        let stores = Arc::new((codes, throttle));
        let tries: Vec<_> = (0..times)
            .map(|number| {
                let (stores, what) = (Arc::clone(&stores), what.to_owned());
                tokio::spawn(async move { attempt(&stores.0, &stores.1, &what, number).await })
            })
            .collect();
        let mut succeeded = 0;
        for attempt in tries {
            succeeded += u32::from(attempt.await.unwrap());
        }
        succeeded
    });
    println!("\nsucceeded: {succeeded}");
    ExitCode::SUCCESS
}

async fn attempt(codes: &RedisCodes, throttle: &RedisThrottle, what: &str, number: u32) -> bool {
    match what {
        "count" => matches!(codes.count_attempt(&handle(1), now()).await.unwrap(), Attempt::Counted(_)),
        "take" => codes.take(&handle(1), 1, now()).await.unwrap(),
        // Half of them the other way round, with a key that has another limit.
        "charge" => {
            let mut batch = charges(100, [1]);
            batch.extend(charges(5_000, [2]));
            if number.is_multiple_of(2) {
                batch.reverse();
            }
            matches!(throttle.charge(&batch, now()).await.unwrap(), Verdict::Allowed(_))
        }
        _ => panic!("{what}"),
    }
}

/// How many of some tries, spread over three processes, succeeded.
async fn tried(server: &RedisServer, prefix: &str, what: &str, times: [u32; PROCESSES]) -> u32 {
    let processes: Vec<_> = times
        .into_iter()
        .map(|times| {
            Command::new(std::env::current_exe().unwrap())
                .env(TASK, format!("{} {prefix} {what} {times}", server.url()))
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    succeeded(processes)
}

async fn of_64_tries_in_three_processes_as_many_as_allowed_are_counted(server: Server) {
    let prefix = server.fresh_prefix();
    let codes = RedisCodes::open_with(connect(&server).await, &options(&prefix)).await.unwrap();
    codes.insert(&pending(1)).await.unwrap();
    assert_eq!(tried(&server, &prefix, "count", [22, 21, 21]).await, pending(1).max_attempts);
}

async fn of_64_takes_in_three_processes_one_succeeds(server: Server) {
    let prefix = server.fresh_prefix();
    let codes = RedisCodes::open_with(connect(&server).await, &options(&prefix)).await.unwrap();
    codes.insert(&pending(1)).await.unwrap();
    assert_eq!(tried(&server, &prefix, "take", [22, 21, 21]).await, 1);
}

async fn of_3000_charges_in_three_processes_as_many_as_allowed_pass(server: Server) {
    let prefix = server.fresh_prefix();
    assert_eq!(tried(&server, &prefix, "charge", [1_000; 3]).await, 100);
    // What was refused was not counted on the other key either.
    let throttle = RedisThrottle::open_with(connect(&server).await, &options(&prefix)).await.unwrap();
    let Verdict::Allowed(ticket) = throttle.charge(&charges(5_000, [2]), now()).await.unwrap() else {
        panic!()
    };
    assert_eq!(ticket.entries()[0].events, 101);
}
