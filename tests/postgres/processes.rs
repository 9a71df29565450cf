//! Three processes on the same stores. Each of the others is this very program, told to do one task.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;

use sqlx::PgPool;
use vestibule::ports::UserDirectory;
use vestibule::{Code, CodeHandle, Settings};

use crate::database::{Database, email, pool};
use crate::flows::flows;
use crate::servers::redis::RedisServer;
use crate::service::Portal;
use crate::world::{SHORT, from, new};

const TASK: &str = "VESTIBULE_TEST_TASK";
const STORES: &str = "VESTIBULE_TEST_STORES";
pub(crate) const PROCESSES: usize = 3;

/// Where the processes keep everything: in PostgreSQL, or, with an address and a prefix, codes and counts in Redis.
#[derive(Clone, Debug)]
pub(crate) struct Stores {
    postgres: String,
    redis: Option<(String, String)>,
}

impl Stores {
    pub(crate) fn on(database: &Database) -> Self {
        Self { postgres: database.url.clone(), redis: None }
    }

    pub(crate) fn with_redis(database: &Database, redis: &RedisServer) -> Self {
        let redis = Some((redis.url().to_owned(), redis.fresh_prefix()));
        Self { redis, ..Self::on(database) }
    }

    fn pool(&self) -> PgPool {
        pool(&self.postgres, 12)
    }

    pub(crate) async fn portal(&self) -> Portal {
        let mut settings = Settings::default();
        // Everybody at once, rather than one in each line who is there and many who try to come in.
        settings.log_ins_in_line = 4_096;
        match &self.redis {
            Some((url, prefix)) => Portal::with_redis(&self.pool(), url, prefix, settings).await,
            None => Portal::with_settings(&self.pool(), settings),
        }
    }

    fn to_words(&self) -> String {
        let redis = self.redis.iter().map(|(url, prefix)| format!("{url} {prefix}"));
        [self.postgres.clone()].into_iter().chain(redis).collect::<Vec<_>>().join(" ")
    }

    fn from_words(words: &str) -> Self {
        match words.split(' ').collect::<Vec<_>>()[..] {
            [postgres] => Self { postgres: postgres.into(), redis: None },
            [postgres, url, prefix] => {
                Self { postgres: postgres.into(), redis: Some((url.into(), prefix.into())) }
            }
            _ => panic!("{words}"),
        }
    }
}

/// What this process was started for, if not to run the tests.
pub(crate) fn task() -> Option<ExitCode> {
    let (task, stores) = (env::var(TASK).ok()?, Stores::from_words(&env::var(STORES).ok()?));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let portal = Arc::new(stores.portal().await);
        // A connection, so that what is tried begins at the same time everywhere.
        portal.directory.find(&email("nobody@example.no")).await.unwrap();
        println!("ready");
        std::io::stdin().lock().read_line(&mut String::new()).unwrap();
        let words: Vec<_> = task.split(' ').collect();
        let numbers = match words[..] {
            ["codes", handle, code, many] => codes(&portal, handle, code, many.parse().unwrap()).await,
            ["passwords", many] => passwords(&portal, many.parse().unwrap()).await,
            ["flows", first, many] => flows(&portal, first.parse().unwrap(), many.parse().unwrap()).await,
            _ => panic!("{task}"),
        };
        println!("{}", numbers.map(|number| number.to_string()).join(" "));
    });
    Some(ExitCode::SUCCESS)
}

/// Lets three processes begin at once; returns them as they work.
pub(crate) fn begin(stores: &Stores, task: impl Fn(usize) -> String) -> Vec<Child> {
    let mut children: Vec<_> = (0..PROCESSES)
        .map(|number| {
            Command::new(env::current_exe().unwrap())
                .env(TASK, task(number))
                .env(STORES, stores.to_words())
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in &mut children {
        let mut byte = [0; 6];
        child.stdout.as_mut().unwrap().read_exact(&mut byte).unwrap();
        assert_eq!(&byte, b"ready\n");
    }
    for child in &mut children {
        child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    }
    children
}

/// The numbers that the processes print at their end, added up; of the last, the greatest.
pub(crate) fn end(children: Vec<Child>) -> [u64; 4] {
    let mut sums = [0; 4];
    for mut child in children {
        let mut printed = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut printed).unwrap();
        assert!(child.wait().unwrap().success(), "{printed}");
        let numbers: Vec<u64> = printed.split_whitespace().map(|number| number.parse().unwrap()).collect();
        for (sum, number) in sums.iter_mut().zip(&numbers).take(3) {
            *sum += number;
        }
        sums[3] = sums[3].max(numbers[3]);
    }
    sums
}

/// Redeems one code many times at once: successes, answers, codes compared, the longest wait.
async fn codes(portal: &Arc<Portal>, handle: &str, code: &str, many: u32) -> [u64; 4] {
    let (handle, code) = (CodeHandle::parse(handle).unwrap(), Code::parse(code).unwrap());
    let tasks: Vec<_> = (0..many)
        .map(|source| {
            let (portal, handle, code) = (Arc::clone(portal), handle.clone(), code.clone());
            tokio::spawn(async move {
                portal.service.activate(&handle, &code, new(SHORT), &from(source)).await.is_ok()
            })
        })
        .collect();
    let (mut successes, mut answers) = (0, 0);
    for task in tasks {
        successes += u64::from(task.await.unwrap());
        answers += 1;
    }
    portal.settle().await;
    [successes, answers, portal.script.counted() as u64, 0]
}

/// Logs in with a wrong password many times at once: successes, answers, passwords hashed.
async fn passwords(portal: &Arc<Portal>, many: u32) -> [u64; 4] {
    let tasks: Vec<_> = (0..many)
        .map(|source| {
            let portal = Arc::clone(portal);
            tokio::spawn(
                async move { portal.log_in("ola@example.no", "helt feil passord", source).await.is_ok() },
            )
        })
        .collect();
    let (mut successes, mut answers) = (0, 0);
    for task in tasks {
        successes += u64::from(task.await.unwrap());
        answers += 1;
    }
    [successes, answers, portal.service.hash_pool().started, 0]
}
