//! Two processes on one file. The second and third are this very test program, told to run one test only.

use std::process::{Command, Stdio};
use std::time::Duration;

use sqlx::sqlite::SqlitePool;
use vestibule::CredentialVersion;
use vestibule::adapters::sqlite::{SqliteCodes, SqliteDirectory, SqliteThrottle, connect_options, migrate};
use vestibule::ports::{Attempt, CodeStore, ThrottleStore, UserDirectory};
use vestibule::throttle::Verdict;

use crate::database::{Database, change, charges, handle, now, ola, pending};
use crate::stores::processes::succeeded;

/// What each process does 32 times at once.
const TASK: &str = "VESTIBULE_TEST_TASK";
const FILE: &str = "VESTIBULE_TEST_FILE";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the tests below run it, in processes of its own"]
async fn one_of_the_processes() {
    let (Ok(file), Ok(task)) = (std::env::var(FILE), std::env::var(TASK)) else { return };
    // A pool of its own, opened before the others are: what is tried below begins at the same time in both.
    let pool = SqlitePool::connect_lazy_with(connect_options(&file));
    migrate(&pool).await.unwrap();
    let go = format!("{file}.go");
    while !std::fs::exists(&go).unwrap() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let tries: Vec<_> =
        (0..32).map(|number| tokio::spawn(attempt(pool.clone(), task.clone(), number))).collect();
    let mut succeeded = 0;
    for attempt in tries {
        succeeded += u32::from(attempt.await.unwrap());
    }
    println!("\nsucceeded: {succeeded}");
}

async fn attempt(pool: SqlitePool, task: String, number: u8) -> bool {
    let (directory, codes) = (SqliteDirectory::new(pool.clone()), SqliteCodes::new(pool.clone()));
    let throttle = SqliteThrottle::new(pool);
    match task.split_once(' ').unwrap_or((&task, "")) {
        ("migrate", _) => true,
        ("count", _) => matches!(codes.count_attempt(&handle(1), now()).await.unwrap(), Attempt::Counted(_)),
        ("take", _) => codes.take(&handle(1), 1, now()).await.unwrap(),
        // Each with a key of its own beside the shared one, and half of them the other way round.
        ("charge", _) => {
            let keys = if number.is_multiple_of(2) { [1, 2, number + 10] } else { [number + 10, 2, 1] };
            matches!(throttle.charge(&charges(keys), now()).await.unwrap(), Verdict::Allowed(_))
        }
        ("replace", version) => {
            let account = &directory.accounts_after(None, 1).await.unwrap()[0];
            let version = CredentialVersion::from_stored(version);
            let change = change(&format!("{}-{number}", std::process::id()));
            directory.replace_credential(&account.id, &version, &change).await.unwrap().is_some()
        }
        ("register", _) => directory.register(ola()).await.is_ok(),
        _ => panic!("{task}"),
    }
}

/// How many of 64 tries in two processes succeeded.
async fn tried_in_two_processes(database: &Database, task: &str) -> u32 {
    let processes: Vec<_> = (0..2)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "processes::one_of_the_processes", "--ignored", "--nocapture"])
                .env(FILE, database.path())
                .env(TASK, task)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    std::fs::write(format!("{}.go", database.path().display()), "").unwrap();
    succeeded(processes)
}

#[tokio::test]
async fn two_processes_migrate_a_fresh_file() {
    for _ in 0..5 {
        let database = Database::absent();
        assert_eq!(tried_in_two_processes(&database, "migrate").await, 64);
    }
}

#[tokio::test]
async fn of_64_tries_in_two_processes_as_many_as_allowed_are_counted() {
    let database = Database::new().await;
    database.codes().insert(&pending(1)).await.unwrap();
    assert_eq!(tried_in_two_processes(&database, "count").await, pending(1).max_attempts);
}

#[tokio::test]
async fn of_64_takes_in_two_processes_one_succeeds() {
    let database = Database::new().await;
    database.codes().insert(&pending(1)).await.unwrap();
    assert_eq!(tried_in_two_processes(&database, "take").await, 1);
}

#[tokio::test]
async fn of_64_charges_in_two_processes_as_many_as_allowed_pass() {
    let database = Database::new().await;
    assert_eq!(tried_in_two_processes(&database, "charge").await, 10);
}

#[tokio::test]
async fn of_64_replacements_in_two_processes_one_succeeds() {
    let database = Database::new().await;
    let id = database.directory().register(ola()).await.unwrap();
    let version = database.directory().get(&id).await.unwrap().unwrap().credential_version;
    let task = format!("replace {}", version.as_str());
    assert_eq!(tried_in_two_processes(&database, &task).await, 1);
}

#[tokio::test]
async fn of_64_registrations_in_two_processes_one_gets_the_address() {
    let database = Database::new().await;
    assert_eq!(tried_in_two_processes(&database, "register").await, 1);
}
