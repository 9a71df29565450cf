//! The program on a folder of its own, and what it leaves there.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

use crate::servers::postgres::PostgresServer;

pub const PASSWORD: &str = "tolv grønne elger på tur";
pub const ANOTHER: &str = "sju blå hvaler i fjorden";

/// The example program, which cargo builds with the tests.
pub fn executable() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let built = test.ancestors().nth(2).unwrap().join("examples/cli");
    let built = built.with_extension(std::env::consts::EXE_EXTENSION);
    assert!(built.exists(), "build it first: cargo build --example cli");
    built
}

/// What one run of the program came to.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Outcome {
    /// What was printed, if all went well.
    #[track_caller]
    pub fn done(self) -> String {
        assert_eq!((self.status, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }

    /// What was said on standard error, if it was refused.
    #[track_caller]
    pub fn refused(self) -> String {
        assert_eq!(self.status, 1, "{self:?}");
        // A sentence for people: no panic, no Rust.
        assert!([".\n", "?\n", ")\n"].iter().any(|end| self.err.ends_with(end)), "{self:?}");
        assert!(!self.err.contains("panicked") && !self.err.contains("Err("), "{self:?}");
        self.err
    }
}

/// Where the database is.
pub enum Place {
    File,
    Server(Arc<PostgresServer>),
}

/// A folder with a database, or the keys of one that is on a server, and its outbox.
pub struct Folder {
    folder: TempDir,
    /// The address of the database, where it is not the default.
    database: Option<String>,
}

impl Folder {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database: None }
    }

    pub fn at(place: &Place) -> Self {
        let database = match place {
            Place::File => None,
            Place::Server(server) => Some(fresh_database(server)),
        };
        Self { database, ..Self::new() }
    }

    /// The same folder, for a database at another address.
    pub fn with_database(self, database: &str) -> Self {
        Self { database: Some(database.to_owned()), ..self }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(executable());
        command.current_dir(self.folder.path());
        if let Some(database) = &self.database {
            command.args(["--db", database, "--outbox", "members.db.outbox.jsonl"]);
        }
        command.args(arguments);
        command
    }

    /// Runs the program without input.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.typing(arguments, &[])
    }

    /// Runs the program on lines of input.
    pub fn typing(&self, arguments: &[&str], lines: &[&str]) -> Outcome {
        let mut running = self.start(arguments);
        running.type_lines(lines);
        running.end()
    }

    /// Asks for a code, and redeems what the outbox has for `to`.
    pub fn redeem(&self, command: &str, option: &str, to: &str, password: &str) -> Outcome {
        let mut running = self.start(&[command, option, to]);
        running.wait_for_line();
        let code = self.last_code_to(to).unwrap_or("00000000".to_owned());
        running.type_lines(&[&code, password, password]);
        running.end()
    }

    pub fn start(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Running { child, input, output, read: String::new() }
    }

    /// Registers and activates somebody.
    pub fn active(&self, email: &str) {
        self.run(&["register", "--email", email]).done();
        self.redeem("activate", "--email", email, PASSWORD).done();
    }

    pub fn messages(&self) -> Vec<Value> {
        let lines = fs::read_to_string(self.path("members.db.outbox.jsonl")).unwrap_or_default();
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The kinds of message that `to` was sent.
    pub fn kinds_to(&self, to: &str) -> Vec<String> {
        let messages = self.messages().into_iter().filter(|message| message["to"] == to);
        messages.map(|message| message["kind"].as_str().unwrap().to_owned()).collect()
    }

    pub fn last_code_to(&self, to: &str) -> Option<String> {
        let to_them = |message: &&Value| message["to"] == to && message["code"].is_string();
        let messages = self.messages();
        messages.iter().rfind(to_them).map(|message| message["code"].as_str().unwrap().to_owned())
    }

    /// Every file, with what is in it.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let paths = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        paths.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    pub fn as_path(&self) -> &Path {
        self.folder.path()
    }
}

/// An empty database, and its address.
pub fn fresh_database(server: &PostgresServer) -> String {
    let (maintenance, name) = (server.maintenance_url().to_owned(), server.fresh_name());
    let create = format!("create database {name}");
    // On a thread of its own: a test may be run by a runtime.
    let made = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection = PgConnection::connect(&maintenance).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        });
    });
    made.join().unwrap();
    server.url(&name)
}

/// A program that waits for input.
pub struct Running {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    read: String,
}

impl Running {
    /// Waits for a line of output: then the code, if there is one, has been sent.
    pub fn wait_for_line(&mut self) {
        self.output.read_line(&mut self.read).unwrap();
    }

    pub fn type_lines(&mut self, lines: &[&str]) {
        for line in lines {
            // A program that has refused reads no more.
            let _ = writeln!(self.input.as_mut().unwrap(), "{line}");
        }
    }

    pub fn end(mut self) -> Outcome {
        drop(self.input.take());
        self.output.read_to_string(&mut self.read).unwrap();
        let ended = self.child.wait_with_output().unwrap();
        let err = String::from_utf8(ended.stderr).unwrap();
        Outcome { status: ended.status.code().unwrap_or(-1), out: self.read, err }
    }
}
