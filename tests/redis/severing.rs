//! A socket in front of the server that cuts the connection at a chosen command, and a whole life that is cut at each.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use redis::Client;
use redis::aio::ConnectionManager;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::OwnedReadHalf;
use tokio::net::{UnixListener, UnixStream};
use vestibule::account::Registration;
use vestibule::adapters::memory::{ManualClock, MemoryDirectory};
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::adapters::redis::{RedisCodes, RedisThrottle, connection_config};
use vestibule::{AccountService, AccountState, CodeRequest, Error};

use crate::samples::{email, now, options};
use crate::servers::Suite;
use crate::servers::redis::RedisServer;
use crate::world::{SHORT, address, here, keys, new, other_than, profile, secret};

pub(crate) fn tests(suite: &mut Suite<RedisServer>) {
    let own = || RedisServer::start_own(&["--save", "", "--appendonly", "no"]);
    suite.test_on("severing::one_cut_before_any_command_is_answered_and_forgotten", own, |server| {
        cut_in_turn(server, Cut::Before)
    });
    suite.test_on("severing::one_cut_after_any_command_is_answered_and_forgotten", own, |server| {
        cut_in_turn(server, Cut::After)
    });
}

/// Where the cut is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// Before the server has the command.
    Before,
    /// After the server has carried it out, before the answer is heard.
    After,
}

struct Severing {
    folder: TempDir,
    left: Arc<AtomicI64>,
}

impl Severing {
    /// Listens, and passes everything on to the socket of a server.
    fn in_front_of(server: &RedisServer, cut: Cut) -> Self {
        let socket = PathBuf::from(server.url().strip_prefix("redis+unix://").unwrap());
        let folder = tempfile::Builder::new().prefix("vestibule-cut").tempdir_in("/tmp").unwrap();
        let listener = UnixListener::bind(folder.path().join("socket")).unwrap();
        let left = Arc::new(AtomicI64::new(i64::MAX));
        let counter = Arc::clone(&left);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = UnixStream::connect(&socket).await else { continue };
                tokio::spawn(pass_on(client, server, Arc::clone(&counter), cut));
            }
        });
        Self { folder, left }
    }

    fn url(&self) -> String {
        format!("redis+unix://{}/socket", self.folder.path().display())
    }

    /// Cuts at the nth command from now that is not about the connection itself.
    fn cut_at(&self, nth: i64) {
        self.left.store(nth, Ordering::SeqCst);
    }

    /// Whether the cut was made. Nothing is cut from now on.
    fn heal(&self) -> bool {
        self.left.swap(i64::MAX, Ordering::SeqCst) < 0
    }
}

async fn pass_on(client: UnixStream, server: UnixStream, left: Arc<AtomicI64>, cut: Cut) {
    let (from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let answers = tokio::spawn(async move {
        let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
    });
    let mut from_client = BufReader::new(from_client);
    while let Some((name, command)) = next_command(&mut from_client).await {
        let asks = !["CLIENT", "HELLO", "INFO"].contains(&name.as_str());
        if asks && left.fetch_sub(1, Ordering::SeqCst) == 0 {
            if cut == Cut::After {
                answers.abort();
                let _ = to_server.write_all(&command).await;
                // Redis reads what has arrived before it sees the end.
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            break;
        }
        if to_server.write_all(&command).await.is_err() {
            break;
        }
    }
    answers.abort();
}

/// The name and the bytes of a command: an array of strings with their lengths.
async fn next_command(from: &mut BufReader<OwnedReadHalf>) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let parts = number(from, &mut bytes).await?;
    let mut name = String::new();
    for part in 0..parts {
        let length = number(from, &mut bytes).await?;
        let begin = bytes.len();
        bytes.resize(begin + length + 2, 0);
        from.read_exact(&mut bytes[begin..]).await.ok()?;
        if part == 0 {
            name = String::from_utf8_lossy(&bytes[begin..begin + length]).to_uppercase();
        }
    }
    Some((name, bytes))
}

/// The number of a line such as `*3`.
async fn number(from: &mut BufReader<OwnedReadHalf>, bytes: &mut Vec<u8>) -> Option<usize> {
    let begin = bytes.len();
    from.read_until(b'\n', bytes).await.ok()?;
    std::str::from_utf8(bytes.get(begin + 1..)?).ok()?.trim().parse().ok()
}

const NAME: &str = "ola@example.no";
const SECOND: &str = "bn3hd8yqs6lcg1x";
const THIRD: &str = "pz5wf9tkm2vjr7h";
const LAST: &str = "gt4ks7nwc9zvm2q";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Somebody with codes and counts in Redis, and what her password may be.
struct Life {
    service: AccountService,
    directory: MemoryDirectory,
    outbox: MemoryOutbox,
    clock: ManualClock,
    possible: Vec<&'static str>,
    longest: Duration,
}

impl Life {
    async fn new(url: &str, prefix: &str) -> Self {
        let client = Client::open(url).unwrap();
        let connection = ConnectionManager::new_with_config(client, connection_config()).await.unwrap();
        let codes = RedisCodes::open_with(connection.clone(), &options(prefix)).await.unwrap();
        let throttle = RedisThrottle::open_with(connection, &options(prefix)).await.unwrap();
        let (directory, outbox) = (MemoryDirectory::new(), MemoryOutbox::new());
        let clock = ManualClock::at(now());
        let service =
            AccountService::builder(directory.clone(), codes, throttle, outbox.clone(), keys(), profile())
                .clock(clock.clone())
                .dangerous()
                .cheapest_hashing()
                .build()
                .unwrap();
        directory.register(Registration::new(address(NAME))).unwrap();
        Self { service, directory, outbox, clock, possible: Vec::new(), longest: Duration::ZERO }
    }

    async fn settle(&self) {
        assert_eq!(self.service.drain(Duration::from_secs(60)).await, 0);
    }

    /// Every flow, until one fails.
    async fn live(&mut self) -> Result<(), Error> {
        let (service, to, origin) = (self.service.clone(), email(NAME), here());
        let request = self.timed(service.request_activation(&to, &origin)).await?;
        self.settle().await;
        self.clock.turn(Duration::from_secs(61));
        self.timed(service.resend_code(&request.handle, &origin)).await?;
        self.settle().await;
        let code = self.outbox.last_code_to(&to).unwrap();
        let wrong = other_than(&code);
        refused(self.timed(service.activate(&request.handle, &wrong, new(SHORT), &origin)).await)?;
        self.possible = vec![SHORT];
        self.timed(service.activate(&request.handle, &code, new(SHORT), &origin)).await?;
        refused(self.timed(service.activate(&request.handle, &code, new(SECOND), &origin)).await)?;
        refused(self.timed(service.log_in(&address(NAME), secret("feil"), &origin)).await)?;
        let login = self.timed(service.log_in(&address(NAME), secret(SHORT), &origin)).await?;
        self.possible = vec![SHORT, SECOND];
        let change = service.change_password(&login.account_id, secret(SHORT), new(SECOND), &origin);
        self.timed(change).await?;
        self.possible = vec![SECOND];
        let request = self.timed(service.request_recovery(&to, &origin)).await?;
        self.settle().await;
        let code = self.outbox.last_code_to(&to).unwrap();
        self.possible = vec![SECOND, THIRD];
        self.timed(service.recover(&request.handle, &code, new(THIRD), &origin)).await?;
        self.possible = vec![THIRD];
        self.timed(service.lift_throttle(&to, &origin)).await?;
        self.timed(service.purge()).await.map(drop)
    }

    /// The password is one that was chosen last, and the owner gets in again with the same service.
    async fn goes_on(&mut self) -> Result<(), Error> {
        self.settle().await;
        let (service, to, origin) = (self.service.clone(), email(NAME), here());
        let account = self.directory.accounts().remove(0);
        assert_eq!(account.password.is_none(), account.state == AccountState::Pending);
        let mut right = Vec::new();
        for password in [SHORT, SECOND, THIRD] {
            self.clock.turn(DAY);
            match service.log_in(&address(NAME), secret(password), &origin).await {
                Ok(_) => right.push(password),
                Err(Error::CredentialsRejected) => {}
                Err(error) => return Err(error),
            }
        }
        match account.password {
            Some(_) => assert!(right.len() == 1 && self.possible.contains(&right[0]), "{right:?}"),
            None => assert!(right.is_empty() && matches!(self.possible[..], [] | [SHORT]), "{right:?}"),
        }
        self.clock.turn(DAY);
        let asked: CodeRequest = match account.state {
            AccountState::Pending => service.request_activation(&to, &origin).await?,
            _ => service.request_recovery(&to, &origin).await?,
        };
        self.settle().await;
        let code = self.outbox.last_code_to(&to).unwrap();
        match account.state {
            AccountState::Pending => service.activate(&asked.handle, &code, new(LAST), &origin).await?,
            _ => service.recover(&asked.handle, &code, new(LAST), &origin).await?,
        };
        service.log_in(&address(NAME), secret(LAST), &origin).await.map(drop)
    }

    async fn timed<T>(&mut self, call: impl Future<Output = T>) -> T {
        let began = Instant::now();
        let answer = call.await;
        self.longest = self.longest.max(began.elapsed());
        answer
    }
}

/// What was to be refused: an error is one where the service was out of order.
fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> Result<(), Error> {
    match answer {
        Err(Error::CredentialsRejected | Error::CodeRejected(_)) => Ok(()),
        Err(error) => Err(error),
        Ok(done) => panic!("{done:?}"),
    }
}

/// A life whose connection is cut at the nth command. Says whether there were so many commands.
async fn life_with_a_cut(server: &RedisServer, cut: Cut, nth: i64) -> bool {
    let severing = Severing::in_front_of(server, cut);
    let mut life = Life::new(&severing.url(), &server.fresh_prefix()).await;
    severing.cut_at(nth);
    let outcome = life.live().await;
    assert!(life.longest < Duration::from_secs(15), "{cut:?} {nth}: {:?}", life.longest);
    let was_cut = severing.heal();
    assert!(was_cut || outcome.is_ok(), "{cut:?} {nth}: {outcome:?}");
    // The application goes on with the same connection manager.
    let again = life.goes_on().await;
    assert!(again.is_ok(), "{cut:?} {nth}: {outcome:?} {again:?}");
    was_cut
}

/// Some lives at a time: background work that fails waits a second before it is tried again.
async fn cut_in_turn(server: RedisServer, cut: Cut) {
    let server = Arc::new(server);
    for first in (0..).step_by(10) {
        let lives: Vec<_> = (first..first + 10)
            .map(|nth| {
                let server = Arc::clone(&server);
                tokio::spawn(async move { life_with_a_cut(&server, cut, nth).await })
            })
            .collect();
        let mut cuts = 0;
        for life in lives {
            cuts += i64::from(life.await.unwrap());
        }
        if cuts < 10 {
            println!("{} commands", first + cuts);
            assert!(first >= 20, "a life is more than {first} commands");
            return;
        }
    }
}
