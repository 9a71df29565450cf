//! A process is killed in the middle of redeeming a code: before and after each call to a port, and at moments that
//! nobody chose. Afterwards the account is as it was and the code works, or it is changed and the code is dead.

#![cfg(feature = "sqlite")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that fails panics")]

mod child;
mod world;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use vestibule::account::Registration;
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::code::Purpose;
use vestibule::{Account, AccountState, Contact, Error};

use crate::child::{Issued, Process, again, given, issue, open, ports, redeem, say, service};
use crate::world::script::{Fault, Script, Scripted};
use crate::world::{address, from, here, secret};

const OLD: &str = "den gamle elgen sover godt";
const NEW: &str = "den nye hvalen svømmer fort";
const THIRD: &str = "den tredje reven løper langt";

/// Before which call to a port the process stops, from 0.
const STOP_AT: &str = "VESTIBULE_TEST_STOP_AT";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the tests below run it, in a process of its own, and kill it"]
async fn the_process_to_be_killed() {
    let Some((file, issued)) = given() else { return };
    let (script, pool) = (Script::default(), open(&file).await);
    let (directory, codes, throttle) = ports(&pool);
    let ports =
        (Scripted::new(directory, &script), Scripted::new(codes, &script), Scripted::new(throttle, &script));
    let service = service(ports, &MemoryOutbox::default());
    say("begins");
    if let Some(stop_at) = std::env::var(STOP_AT).ok().map(|nth| nth.parse::<usize>().unwrap()) {
        script.fault_at(stop_at, Fault::Hangs);
        let watched = script.clone();
        tokio::spawn(async move {
            while watched.calls().len() <= stop_at {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            say("stopped");
        });
    }
    redeem(&service, &issued, NEW, &here()).await.unwrap();
    say(&format!("ends {}", script.calls().join(" ")));
    std::future::pending::<()>().await;
}

/// A person who has asked for a code, on a database that nobody has open.
struct Scene {
    folder: TempDir,
    issued: Issued,
    before: Account,
}

impl Scene {
    async fn new(purpose: Purpose) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let pool = open(folder.path().join("members.db")).await;
        let (outbox, contact) = (MemoryOutbox::default(), Contact::from(address("ola@example.no")));
        let (directory, ..) = ports(&pool);
        let service = service(ports(&pool), &outbox);
        directory.register(Registration::new(address("ola@example.no"))).await.unwrap();
        if purpose == Purpose::Recovery {
            let issued = issue(&service, &outbox, Purpose::Activation, &contact).await;
            redeem(&service, &issued, OLD, &here()).await.unwrap();
        }
        let issued = issue(&service, &outbox, purpose, &contact).await;
        let before = directory.accounts_after(None, 1).await.unwrap().remove(0);
        pool.close().await;
        Self { folder, issued, before }
    }

    /// A copy of the database, for one victim.
    fn copy(&self, name: &str) -> PathBuf {
        let copy = self.folder.path().join(name);
        std::fs::copy(self.folder.path().join("members.db"), &copy).unwrap();
        copy
    }

    fn start(&self, file: &Path, stop_at: Option<usize>) -> Process {
        let mut command = again("the_process_to_be_killed", file, &self.issued);
        if let Some(nth) = stop_at {
            command.env(STOP_AT, nth.to_string());
        }
        let mut victim = Process::start(command);
        victim.wait_for("begins");
        victim
    }

    /// Looks at what a kill has left, and says whether the password is the new one. Nothing lies in between.
    async fn is_changed(&self, file: &Path) -> bool {
        let pool = open(file).await;
        let (directory, ..) = ports(&pool);
        let service = service(ports(&pool), &MemoryOutbox::default());
        let integrity: String = sqlx::query_scalar("pragma integrity_check").fetch_one(&pool).await.unwrap();
        assert_eq!(integrity, "ok");
        let log_in = async |password: &str| {
            service.log_in(&address("ola@example.no"), secret(password), &here()).await.is_ok()
        };
        let after = directory.accounts_after(None, 1).await.unwrap().remove(0);
        let changed = after.credential_version != self.before.credential_version;
        let again = redeem(&service, &self.issued, THIRD, &from(2)).await;
        if changed {
            assert_eq!(after.state, AccountState::Active);
            assert!(matches!(again, Err(Error::CodeRejected(_))), "the code is dead: {again:?}");
            assert!(log_in(NEW).await && !log_in(OLD).await && !log_in(THIRD).await);
        } else {
            assert_eq!(after.state, self.before.state);
            assert_eq!(after.password.is_some(), self.before.password.is_some());
            again.expect("the code works still");
            assert!(log_in(THIRD).await && !log_in(NEW).await);
        }
        pool.close().await;
        changed
    }
}

/// Kills twice before and after each call to a port: what `replace_credential` did decides, and nothing else.
async fn killed_around_every_call(purpose: Purpose) {
    let scene = Scene::new(purpose).await;
    let file = scene.copy("whole.db");
    let mut whole = scene.start(&file, None);
    let calls = whole.wait_for("ends");
    whole.kill();
    assert!(scene.is_changed(&file).await);

    let calls: Vec<_> = calls.split(' ').collect();
    let replace = calls.iter().position(|call| *call == "user_directory.replace_credential").unwrap();
    assert!(replace > 0 && replace + 1 < calls.len(), "{calls:?}");
    for round in 1..=2 {
        for (nth, call) in calls.iter().enumerate() {
            let file = scene.copy(&format!("{round}-{nth}.db"));
            let mut victim = scene.start(&file, Some(nth));
            victim.wait_for("stopped");
            victim.kill();
            assert_eq!(scene.is_changed(&file).await, nth > replace, "killed before {call}, call {nth}");
        }
        let file = scene.copy(&format!("{round}-end.db"));
        let mut victim = scene.start(&file, None);
        victim.wait_for("ends");
        victim.kill();
        assert!(scene.is_changed(&file).await, "killed after the last call");
    }
}

#[tokio::test]
async fn an_activation_killed_around_any_call_is_done_or_not_begun() {
    killed_around_every_call(Purpose::Activation).await;
}

#[tokio::test]
async fn a_recovery_killed_around_any_call_is_done_or_not_begun() {
    killed_around_every_call(Purpose::Recovery).await;
}

#[tokio::test]
async fn a_recovery_killed_at_any_moment_is_done_or_not_begun() {
    const MOMENTS: u32 = 40;
    let scene = Scene::new(Purpose::Recovery).await;
    let mut whole = scene.start(&scene.copy("whole.db"), None);
    let begun = Instant::now();
    whole.wait_for("ends");
    let length = begun.elapsed() * 3 / 2;
    whole.kill();
    for moment in 0..MOMENTS {
        let file = scene.copy(&format!("{moment}.db"));
        let victim = scene.start(&file, None);
        std::thread::sleep(length * moment / (MOMENTS - 1));
        victim.kill();
        scene.is_changed(&file).await;
    }
}
