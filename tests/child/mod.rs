//! Processes of a test's own: this very program, told to run one test that is ignored otherwise; and the service on
//! SQLite that they share.

#![allow(dead_code, unreachable_pub, reason = "a test has no outside, and uses a part of it")]

use std::io::{self, BufRead, BufReader, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::adapters::sqlite::{SqliteCodes, SqliteDirectory, SqliteThrottle, connect_options, migrate};
use vestibule::code::Purpose;
use vestibule::hasher::HashingSettings;
use vestibule::ports::{CodeStore, ThrottleStore, UserDirectory};
use vestibule::{AccountService, Code, CodeHandle, Contact, Error, Origin, Redeemed, Settings};

use crate::world::{here, keys, new, profile};

/// Where the shared database is.
const FILE: &str = "VESTIBULE_TEST_FILE";
/// What is to be redeemed: purpose, handle and code.
const ISSUED: &str = "VESTIBULE_TEST_ISSUED";

/// How long a store may take on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(120);

/// A code on its way to somebody, with the handle that it was asked for.
#[derive(Clone, Debug)]
pub struct Issued {
    pub purpose: Purpose,
    pub handle: CodeHandle,
    pub code: Code,
}

/// This program again, to run one of its tests on a database and a code.
pub fn again(test: &str, file: &Path, issued: &Issued) -> Command {
    let Issued { purpose, handle, code } = issued;
    let issued = format!("{} {} {}", purpose.as_str(), handle.expose_for_cookie(), code.expose());
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture"]).env(FILE, file).env(ISSUED, issued);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What this process was given; nothing where nobody started it as such.
pub fn given() -> Option<(String, Issued)> {
    let (file, issued) = (std::env::var(FILE).ok()?, std::env::var(ISSUED).ok()?);
    let mut words = issued.split(' ');
    let purpose = Purpose::from_name(words.next()?)?;
    let handle = CodeHandle::parse(words.next()?).unwrap();
    Some((file, Issued { purpose, handle, code: Code::parse(words.next()?).unwrap() }))
}

/// Says something to the parent. It begins a line, whatever the test harness has written.
pub fn say(what: &str) {
    let mut out = io::stdout().lock();
    writeln!(out, "\n{what}").and_then(|()| out.flush()).unwrap();
}

/// Says that it is here, and waits until all others are.
pub async fn meet(file: &str) {
    say("ready");
    while !std::fs::exists(format!("{file}.go")).unwrap() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Lets processes go that meet, once all of them are here.
pub fn let_go(processes: &mut [Process], file: &Path) {
    for process in processes {
        process.wait_for("ready");
    }
    std::fs::write(format!("{}.go", file.display()), "").unwrap();
}

/// One of these processes, as the test that started it sees it.
pub struct Process {
    pub child: Child,
    output: BufReader<ChildStdout>,
}

impl Process {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    /// Waits until the process says this, and gives what it says besides.
    pub fn wait_for(&mut self, word: &str) -> String {
        let mut line = String::new();
        while self.output.read_line(&mut line).unwrap() > 0 {
            if let Some(rest) = line.trim_end().strip_prefix(word) {
                return rest.trim_start().to_owned();
            }
            line.clear();
        }
        let stderr = io::read_to_string(self.child.stderr.take().unwrap()).unwrap();
        panic!("the process ended before it said: {word}\n{stderr}");
    }

    /// Waits until it has ended, as it was to.
    pub fn ends(mut self) {
        assert!(self.child.wait().unwrap().success());
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

pub async fn open(file: impl AsRef<Path>) -> SqlitePool {
    let options = SqlitePoolOptions::new().acquire_timeout(PATIENCE);
    let pool = options.connect_with(connect_options(file)).await.unwrap();
    migrate(&pool).await.unwrap();
    pool
}

/// The ports on a database, as they are.
pub fn ports(pool: &SqlitePool) -> (SqliteDirectory, SqliteCodes, SqliteThrottle) {
    let [one, two, three] = [pool.clone(), pool.clone(), pool.clone()];
    (SqliteDirectory::new(one), SqliteCodes::new(two), SqliteThrottle::new(three))
}

/// A service with room and time for every attempt at once: what refuses is the code, not a full queue or a slow disk.
pub fn service(
    (directory, codes, throttle): (impl UserDirectory, impl CodeStore, impl ThrottleStore),
    outbox: &MemoryOutbox,
) -> AccountService {
    let hashing = HashingSettings::default().queue_places(NonZeroUsize::new(4_096).unwrap());
    let mut settings = Settings::default();
    settings.port_deadline = PATIENCE;
    let builder = AccountService::builder(directory, codes, throttle, outbox.clone(), keys(), profile());
    builder.hashing(hashing).settings(settings).dangerous().cheapest_hashing().build().unwrap()
}

/// Asks for a code, and waits until it has arrived.
pub async fn issue(
    service: &AccountService,
    outbox: &MemoryOutbox,
    purpose: Purpose,
    contact: &Contact,
) -> Issued {
    let request = match purpose {
        Purpose::Activation => service.request_activation(contact, &here()).await.unwrap(),
        Purpose::Recovery => service.request_recovery(contact, &here()).await.unwrap(),
    };
    assert_eq!(service.drain(Duration::from_secs(10)).await, 0);
    let code = outbox.last_code_to(contact).expect("a code was sent");
    Issued { purpose, handle: request.handle, code }
}

pub async fn redeem(
    service: &AccountService,
    issued: &Issued,
    password: &str,
    origin: &Origin,
) -> Result<Redeemed, Error> {
    match issued.purpose {
        Purpose::Activation => service.activate(&issued.handle, &issued.code, new(password), origin).await,
        Purpose::Recovery => service.recover(&issued.handle, &issued.code, new(password), origin).await,
    }
}
