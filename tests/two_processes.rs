//! Two processes attack one code on one SQLite file. One is let in, and no more codes are compared than there are
//! tries.

#![cfg(feature = "sqlite")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that fails panics")]

mod child;
mod world;

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use vestibule::account::Registration;
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::adapters::sqlite::SqliteDirectory;
use vestibule::code::{CodeProblem, Purpose};
use vestibule::error::BackendErrorKind;
use vestibule::{AccountService, AccountState, Code, Error};

use crate::child::{Issued, Process, again, given, issue, let_go, meet, open, ports, redeem, say, service};
use crate::world::script::{Script, Scripted};
use crate::world::{address, email, from, here, secret};

/// How many attempts a process makes at once, and whether with wrong codes.
const ATTEMPTS: &str = "VESTIBULE_TEST_ATTEMPTS";
const WRONG: &str = "VESTIBULE_TEST_WRONG";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the tests below run it, in processes of its own"]
async fn one_of_the_processes() {
    let Some((file, issued)) = given() else { return };
    let attempts: u32 = std::env::var(ATTEMPTS).unwrap().parse().unwrap();
    let wrong = std::env::var(WRONG).is_ok();
    let (script, pool) = (Script::default(), open(&file).await);
    let (directory, codes, throttle) = ports(&pool);
    let service = service((directory, Scripted::new(codes, &script), throttle), &MemoryOutbox::default());
    meet(&file).await;
    let attempts: Vec<_> = (0..attempts)
        .map(|number| tokio::spawn(attempt(service.clone(), issued.clone(), wrong.then_some(number), number)))
        .collect();
    let mut passwords = Vec::new();
    for attempt in attempts {
        passwords.extend(attempt.await.unwrap());
    }
    say(&format!("set {}", passwords.join(",")));
    say(&format!("compared {}", script.counted()));
}

/// Redeems the code, or a wrong one; gives the password that was set.
async fn attempt(
    service: AccountService,
    mut issued: Issued,
    wrong: Option<u32>,
    number: u32,
) -> Option<String> {
    if let Some(number) = wrong {
        let right: u32 = issued.code.expose().parse().unwrap();
        issued.code = Code::parse(&format!("{:08}", (right + 1 + number) % 100_000_000)).unwrap();
    }
    let password = format!("elger nummer {number} fra {}", std::process::id());
    loop {
        match redeem(&service, &issued, &password, &from(number)).await {
            Ok(_) => return Some(password),
            Err(Error::CodeRejected(_)) => return None,
            // Another had the lock for longer than one waits for it.
            Err(Error::Backend(error)) if error.kind() == BackendErrorKind::Busy => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// Somebody who has asked for a code, and the service that she asked.
struct Scene {
    _folder: TempDir,
    file: PathBuf,
    directory: SqliteDirectory,
    outbox: MemoryOutbox,
    service: AccountService,
    issued: Issued,
}

impl Scene {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("members.db");
        let pool = open(&file).await;
        let outbox = MemoryOutbox::default();
        let (directory, ..) = ports(&pool);
        let service = service(ports(&pool), &outbox);
        directory.register(Registration::new(address("ola@example.no"))).await.unwrap();
        let issued = issue(&service, &outbox, Purpose::Activation, &email("ola@example.no")).await;
        Self { _folder: folder, file, directory, outbox, service, issued }
    }
}

/// Lets two processes loose, and gives the passwords that they set and how many codes they compared.
async fn attacked_by_two_processes(
    file: &Path,
    issued: &Issued,
    attempts_each: u32,
    wrong: bool,
) -> (Vec<String>, u32) {
    let mut processes: Vec<_> = (0..2)
        .map(|_| {
            let mut command = again("one_of_the_processes", file, issued);
            if wrong {
                command.env(WRONG, "");
            }
            command.env(ATTEMPTS, attempts_each.to_string());
            Process::start(command)
        })
        .collect();
    let_go(&mut processes, file);
    let (mut passwords, mut compared) = (Vec::new(), 0);
    for mut process in processes {
        let set = process.wait_for("set");
        passwords.extend(set.split(',').filter(|password| !password.is_empty()).map(String::from));
        compared += process.wait_for("compared").parse::<u32>().unwrap();
        process.ends();
    }
    (passwords, compared)
}

#[tokio::test]
async fn of_128_right_codes_in_two_processes_one_sets_its_password() {
    let scene = Scene::new().await;
    let Scene { service, issued, .. } = &scene;

    let (passwords, compared) = attacked_by_two_processes(&scene.file, issued, 64, false).await;
    assert_eq!(passwords.len(), 1, "{passwords:?}");
    assert!((1..=10).contains(&compared), "{compared}");

    let login = service.log_in(&address("ola@example.no"), secret(&passwords[0]), &here()).await;
    login.expect("the password of the attempt that was told so is the account's");
    let again = redeem(service, issued, &passwords[0], &here()).await;
    assert!(matches!(again, Err(Error::CodeRejected(CodeProblem::Expired))), "{again:?}");
}

#[tokio::test]
async fn of_1000_wrong_codes_in_two_processes_ten_are_compared() {
    let scene = Scene::new().await;
    let Scene { directory, outbox, service, issued, .. } = &scene;

    let (passwords, compared) = attacked_by_two_processes(&scene.file, issued, 500, true).await;
    assert_eq!((passwords.len(), compared), (0, 10));

    let late = redeem(service, issued, "elger nummer null fra skogen", &here()).await;
    assert!(matches!(late, Err(Error::CodeRejected(CodeProblem::TriesExhausted))), "{late:?}");
    assert_eq!(directory.accounts_after(None, 1).await.unwrap()[0].state, AccountState::Pending);
    // The owner asks again, and gets in.
    let issued = issue(service, outbox, Purpose::Activation, &email("ola@example.no")).await;
    redeem(service, &issued, "elger nummer null fra skogen", &here()).await.unwrap();
}
