//! The portal's program in a folder of its own, and what it leaves there.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use sqlx::sqlite::SqlitePool;
use tempfile::TempDir;
use vestibule::adapters::sqlite::{SqliteDirectory, connect_options};
use vestibule::ports::{Found, UserDirectory};
use vestibule::{AccountId, Contact, EmailAddress};

use crate::client::Client;

/// How often the outbox is looked at for what must come, and how long not in between: a minute in all.
pub const LOOKS: u32 = 2_400;
pub const PAUSE: Duration = Duration::from_millis(25);

/// The database in a portal's folder.
pub fn database(folder: &TempDir) -> SqlitePool {
    SqlitePool::connect_lazy_with(connect_options(folder.path().join("portal.db")))
}

/// The example program, which cargo builds with the tests.
pub fn executable() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let built = test.ancestors().nth(2).unwrap().join("examples/portal");
    let built = built.with_extension(std::env::consts::EXE_EXTENSION);
    assert!(built.exists(), "build it first: cargo build --example portal");
    built
}

/// The program, with nothing in its environment but what is said here.
pub fn command(folder: &Path, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(executable());
    command.current_dir(folder).env_clear().env("PORTAL_ADDR", "127.0.0.1:0");
    command.envs(variables.iter().copied());
    command
}

/// What comes of a start that is refused.
pub fn refused(folder: &Path, variables: &[(&str, &str)]) -> Output {
    command(folder, variables).output().unwrap()
}

/// A portal that runs. It is ended when this is dropped.
pub struct Portal {
    pub folder: TempDir,
    child: Child,
    pub address: String,
}

impl Portal {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    pub fn start_with(variables: &[(&str, &str)]) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), variables)
    }

    pub fn start_in(folder: TempDir, variables: &[(&str, &str)]) -> Self {
        let log =
            std::fs::OpenOptions::new().append(true).create(true).open(folder.path().join("log")).unwrap();
        let mut command = command(folder.path(), variables);
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut said = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        // It says where browsers find it; with an origin of its own that is not where it listens, which it says next.
        let lines = 1 + usize::from(variables.iter().any(|(name, _)| *name == "PORTAL_ORIGIN"));
        for _ in 0..lines {
            said.clear();
            out.read_line(&mut said).unwrap();
        }
        let address = match said.strip_prefix("Listens: ") {
            Some(address) => format!("http://{}", address.trim()),
            None => said.trim().trim_start_matches("Portal:").trim().trim_end_matches('/').to_owned(),
        };
        assert!(address.starts_with("http://127.0.0.1:"), "{said}{}", read(&folder.path().join("log")));
        Self { folder, child, address }
    }

    /// A browser that was never here.
    pub fn client(&self) -> Client {
        Client::new(&self.address)
    }

    /// Asks it to end, waits until it has, and leaves its folder.
    pub fn stop(mut self) -> (ExitStatus, TempDir) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap());
        (status, folder)
    }

    /// Ends it as a crash does, and leaves its folder.
    pub fn kill(mut self) -> TempDir {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap())
    }

    pub fn log(&self) -> String {
        read(&self.folder.path().join("log"))
    }

    /// The most memory that it has taken so far, in KiB.
    pub fn peak_memory(&self) -> usize {
        let status = read(Path::new(&format!("/proc/{}/status", self.child.id())));
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.trim().trim_end_matches("kB").trim().parse().unwrap()
    }

    /// Its database, from outside.
    pub fn database(&self) -> SqlitePool {
        database(&self.folder)
    }

    pub async fn execute(&self, sql: &'static str) {
        sqlx::query(sql).execute(&self.database()).await.unwrap();
    }

    pub async fn suspend(&self, email: &str) {
        let directory = SqliteDirectory::new(self.database());
        assert!(directory.suspend(&account(&directory, email).await).await.unwrap());
    }

    /// Everything that was sent, the oldest first, when the background is done with it.
    pub async fn outbox(&self) -> Vec<Value> {
        let body = self.client().get("/dev/outbox.json").await.body;
        serde_json::from_str(&body).unwrap()
    }

    /// The code that was sent to a contact last, if `count` were: it arrives after the answer.
    pub async fn code_number(&self, count: usize, to: &str) -> String {
        for _ in 0..LOOKS {
            let messages = self.outbox().await;
            let mut codes =
                messages.iter().filter(|message| message["to"] == to && message["code"].is_string());
            if let Some(message) = codes.nth(count - 1) {
                return message["code"].as_str().unwrap().to_owned();
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("no {count}. code was sent to {to}");
    }

    /// How many messages of a kind there are, when at least so many are.
    pub async fn messages(&self, kind: &str, at_least: usize) -> Vec<Value> {
        for _ in 0..LOOKS {
            let mut messages = self.outbox().await;
            messages.retain(|message| message["kind"] == kind);
            if messages.len() >= at_least {
                return messages;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("there are not {at_least} messages of the kind {kind}");
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn account(directory: &SqliteDirectory, email: &str) -> AccountId {
    let contact: Contact = EmailAddress::parse(email).unwrap().into();
    match directory.find(&contact).await.unwrap() {
        Found::One(account) => account.id,
        _ => panic!("{email} is not registered"),
    }
}

pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}
