//! `kill -9` between accepting a message and forgetting it, and what the next process does; and SIGTERM.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use async_trait::async_trait;
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};
use vestibule::account::Registration;
use vestibule::adapters::memory::MemoryEvents;
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::adapters::sqlite::SqliteMessages;
use vestibule::code::Purpose;
use vestibule::event::{EventKind, LossReason};
use vestibule::message::Message;
use vestibule::ports::{Clock, CodeSender, Destination, SendError};
use vestibule::time::OffsetDateTime;
use vestibule::{AccountService, Settings};

use crate::child::{Issued, Process, again, given, issue, let_go, meet, open, ports, redeem, say, service};
use crate::machines::OLA;
use crate::world::script::{Fault, Script, Scripted};
use crate::world::{address, email, from, here, keys, profile};

/// What the process does, and where it stops: at a call to the queue, or in the hands of the sender.
const ACT: &str = "VESTIBULE_TEST_ACT";
const STOP: &str = "VESTIBULE_TEST_STOP";

const PASSWORD: &str = "den nye hvalen svømmer fort";

/// Writes a line for each message into a file that processes share.
#[derive(Debug)]
struct Post {
    file: File,
    /// It takes the message, and is never heard of again.
    hangs: bool,
    takes: Duration,
}

impl Post {
    fn at(path: &Path) -> Self {
        let file = OpenOptions::new().append(true).create(true).open(path).unwrap();
        Self { file, hangs: false, takes: Duration::ZERO }
    }
}

#[async_trait]
impl CodeSender for Post {
    async fn send(&self, message: &Message) -> Result<(), SendError> {
        if self.hangs {
            say("stopped");
            return std::future::pending().await;
        }
        tokio::time::sleep(self.takes).await;
        let code = message.expose_code().unwrap_or("-");
        let line = format!("{} {} {code}\n", message.kind.as_str(), message.id.unwrap());
        (&self.file).write_all(line.as_bytes()).unwrap();
        Ok(())
    }

    fn destination(&self) -> Destination {
        Destination::People
    }
}

/// The system's clock, so much ahead.
#[derive(Debug)]
struct Ahead(Duration);

impl Clock for Ahead {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc() + self.0
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the tests below run it, in a process of its own, and end it"]
async fn the_process_that_is_ended() {
    let Some((file, issued)) = given() else { return };
    let (act, stop) = (std::env::var(ACT).unwrap(), std::env::var(STOP).unwrap_or_default());
    let mut post = Post::at(&PathBuf::from(format!("{file}.post")));
    post.hangs = stop == "send";
    if act == "terminate" {
        post.takes = Duration::from_millis(100);
    }
    let script = Script::default();
    if stop.starts_with("message_queue") {
        let stop: &'static str = Box::leak(stop.into_boxed_str());
        script.fault_in(stop, Fault::Hangs);
        let watched = script.clone();
        tokio::spawn(async move {
            while !watched.calls().contains(&stop) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            say("stopped");
        });
    }
    let ahead = if act == "resume" { Duration::from_secs(120) } else { Duration::ZERO };
    let (accounts, directory) = on(&file, post, &script, ahead).await;
    match act.as_str() {
        "code" => drop(accounts.request_activation(&email(OLA), &from(2)).await.unwrap()),
        "note" => drop(redeem(&accounts, &issued, PASSWORD, &here()).await.unwrap()),
        "invitations" | "terminate" => {
            let mut terminated = signal(SignalKind::terminate()).unwrap();
            let ola = directory.accounts_after(None, 1).await.unwrap().remove(0).id;
            for _ in 0..40 {
                accounts.invite(&ola).await.unwrap();
            }
            say("accepted");
            terminated.recv().await;
            // What a program does when it is told to end, once it takes no more requests.
            say(&format!("drained {}", accounts.drain(Duration::from_secs(20)).await));
            return;
        }
        "resume" => {
            meet(&file).await;
            let resumed = accounts.resume_deliveries().await.unwrap();
            assert_eq!(accounts.drain(Duration::from_secs(20)).await, 0);
            say(&format!("resumed {resumed}"));
            return;
        }
        other => panic!("{other}"),
    }
    std::future::pending::<()>().await;
}

/// A service on a database, with a stored queue, whose clock is ahead.
async fn on(
    file: &str,
    sender: impl CodeSender,
    script: &Script,
    ahead: Duration,
) -> (AccountService, vestibule::adapters::sqlite::SqliteDirectory) {
    let (accounts, directory, _) = told(file, sender, script, ahead).await;
    (accounts, directory)
}

async fn told(
    file: &str,
    sender: impl CodeSender,
    script: &Script,
    ahead: Duration,
) -> (AccountService, vestibule::adapters::sqlite::SqliteDirectory, MemoryEvents) {
    let (pool, events) = (open(file).await, MemoryEvents::default());
    let (directory, codes, throttle) = ports(&pool);
    let mut settings = Settings::default();
    settings.port_deadline = Duration::from_secs(120);
    let builder = AccountService::builder(directory.clone(), codes, throttle, sender, keys(), profile());
    let builder =
        builder.message_queue(Scripted::new(SqliteMessages::new(pool), script)).events(events.clone());
    let builder = builder.clock(Ahead(ahead)).settings(settings).dangerous().cheapest_hashing();
    (builder.build().unwrap(), directory, events)
}

/// A person who has asked for a code, on a database that nobody has open.
struct Scene {
    _folder: TempDir,
    file: String,
    issued: Issued,
}

impl Scene {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("members.db");
        let pool = open(&path).await;
        let (directory, ..) = ports(&pool);
        directory.register(Registration::new(address(OLA))).await.unwrap();
        let outbox = MemoryOutbox::new();
        let issued = issue(&service(ports(&pool), &outbox), &outbox, Purpose::Activation, &email(OLA)).await;
        pool.close().await;
        Self { _folder: folder, file: path.to_str().unwrap().to_owned(), issued }
    }

    fn process(&self, act: &str, stop: &str) -> Process {
        let test = "killed::the_process_that_is_ended";
        let mut command = again(test, Path::new(&self.file), &self.issued);
        command.env(ACT, act).env(STOP, stop);
        Process::start(command)
    }

    /// Ends a process with `kill -9` where it stops.
    fn killed(&self, act: &str, stop: &str) {
        let mut process = self.process(act, stop);
        process.wait_for("stopped");
        process.kill();
    }

    /// What was sent, a line for each message: kind, id and code.
    fn post(&self) -> Vec<String> {
        let post = std::fs::read_to_string(format!("{}.post", self.file)).unwrap_or_default();
        post.lines().map(String::from).collect()
    }

    /// What the next process does so long afterwards: how much it takes up, and what it tells of losses.
    async fn restarted_after(&self, seconds: u64) -> (usize, Vec<LossReason>) {
        let post = Post::at(&PathBuf::from(format!("{}.post", self.file)));
        let ahead = Duration::from_secs(seconds);
        let (accounts, _, events) = told(&self.file, post, &Script::default(), ahead).await;
        let resumed = accounts.resume_deliveries().await.unwrap();
        assert_eq!(accounts.drain(Duration::from_secs(20)).await, 0);
        let lost = events.events().into_iter().filter_map(|event| match event.kind {
            EventKind::MessageLost { reason, .. } => Some(reason),
            _ => None,
        });
        (resumed, lost.collect())
    }
}

#[tokio::test]
async fn a_code_accepted_and_not_yet_sent_is_sent_once_by_the_next_process() {
    let scene = Scene::new().await;
    scene.killed("code", "message_queue.begin");
    assert!(scene.post().is_empty());
    assert_eq!(scene.restarted_after(120).await, (1, vec![]));
    assert_eq!(scene.restarted_after(240).await, (0, vec![]));
    let post = scene.post();
    assert_eq!(post.len(), 1, "{post:?}");
    assert!(post[0].starts_with("activation_code "), "{post:?}");
}

#[tokio::test]
async fn a_code_killed_while_it_is_sent_is_not_sent_again() {
    let scene = Scene::new().await;
    scene.killed("code", "send");
    assert_eq!(scene.restarted_after(120).await, (0, vec![LossReason::Interrupted]));
    assert_eq!(scene.restarted_after(240).await, (0, vec![]));
    assert!(scene.post().is_empty());
}

#[tokio::test]
async fn a_code_killed_after_it_was_sent_is_not_sent_again() {
    let scene = Scene::new().await;
    scene.killed("code", "message_queue.remove");
    assert_eq!(scene.post().len(), 1);
    assert_eq!(scene.restarted_after(120).await, (0, vec![LossReason::Interrupted]));
    assert_eq!(scene.post().len(), 1);
}

#[tokio::test]
async fn no_code_is_sent_after_it_expired() {
    let scene = Scene::new().await;
    scene.killed("code", "message_queue.begin");
    assert_eq!(scene.restarted_after(601).await, (0, vec![]));
    assert!(scene.post().is_empty());
}

#[tokio::test]
async fn that_a_password_was_set_is_told_though_the_process_was_killed_at_any_step() {
    for (stop, sent_before) in [("message_queue.begin", 0), ("send", 0), ("message_queue.remove", 1)] {
        let scene = Scene::new().await;
        scene.killed("note", stop);
        assert_eq!(scene.post().len(), sent_before, "{stop}");
        assert_eq!(scene.restarted_after(24 * 60 * 60).await, (1, vec![]), "{stop}");
        assert_eq!(scene.restarted_after(25 * 60 * 60).await, (0, vec![]), "{stop}");
        let post = scene.post();
        assert_eq!(post.len(), sent_before + 1, "{stop}: {post:?}");
        assert!(post[0].starts_with("activated "), "{stop}: {post:?}");
        // A mailbox that has it already knows it by its id.
        assert!(post.iter().all(|line| *line == post[0]), "{stop}: {post:?}");
    }
}

#[tokio::test]
async fn of_two_processes_that_resume_one_database_at_once_one_sends_each_message() {
    let scene = Scene::new().await;
    let mut accepting = scene.process("invitations", "message_queue.begin");
    accepting.wait_for("accepted");
    accepting.kill();
    let mut processes = [(); 2].map(|()| scene.process("resume", ""));
    let_go(&mut processes, Path::new(&scene.file));
    let resumed = processes.each_mut().map(|process| process.wait_for("resumed").parse::<usize>().unwrap());
    for process in processes {
        process.ends();
    }
    let mut post = scene.post();
    post.sort_unstable();
    post.dedup();
    assert_eq!((post.len(), scene.post().len(), resumed.iter().sum::<usize>()), (40, 40, 40), "{resumed:?}");
}

#[tokio::test]
async fn a_process_that_is_told_to_end_sends_what_it_accepted_first() {
    let scene = Scene::new().await;
    let mut process = scene.process("terminate", "");
    process.wait_for("accepted");
    assert!(scene.post().len() < 40, "there is something left to send");
    let told = Command::new("kill").args(["-TERM", &process.child.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert_eq!(process.wait_for("drained"), "0");
    process.ends();
    assert_eq!(scene.post().len(), 40);
}
