//! Three processes on one PostgreSQL. Each of the others is this very program, told to do one task.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::time::sleep;
use vestibule::account::Registration;
use vestibule::ports::UserDirectory;
use vestibule::{Code, CodeHandle, CodeRequest, Error};

use crate::database::{Database, email, ola, pool};
use crate::servers::postgres::PostgresServer;
use crate::service::Portal;
use crate::world::{PASSWORD, address, from, new, other_than};

const TASK: &str = "VESTIBULE_TEST_TASK";
const URL: &str = "VESTIBULE_TEST_URL";
const PROCESSES: usize = 3;

/// What this process was started for, if not to run the tests.
pub(crate) fn task() -> Option<ExitCode> {
    let (task, url) = (env::var(TASK).ok()?, env::var(URL).ok()?);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let portal = Arc::new(Portal::new(&pool(&url, 12)));
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
fn begin(url: &str, task: impl Fn(usize) -> String) -> Vec<Child> {
    let mut children: Vec<_> = (0..PROCESSES)
        .map(|number| {
            Command::new(env::current_exe().unwrap())
                .env(TASK, task(number))
                .env(URL, url)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in &mut children {
        let mut byte = [0; 6];
        std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut byte).unwrap();
        assert_eq!(&byte, b"ready\n");
    }
    for child in &mut children {
        child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    }
    children
}

/// The numbers that the processes print at their end, added up; of the last, the greatest.
fn end(children: Vec<Child>) -> [u64; 4] {
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

/// Tries as long as the process itself is too busy, which evaluates nothing.
async fn insisting<T, F: Future<Output = Result<T, Error>>>(attempt: impl Fn() -> F) -> Result<T, Error> {
    loop {
        match attempt().await {
            Err(Error::Overloaded) => sleep(Duration::from_millis(5)).await,
            answer => return answer,
        }
    }
}

/// Redeems one code many times at once: successes, answers, codes compared, the longest wait.
async fn codes(portal: &Arc<Portal>, handle: &str, code: &str, many: u32) -> [u64; 4] {
    let (handle, code) = (CodeHandle::parse(handle).unwrap(), Code::parse(code).unwrap());
    let tasks: Vec<_> = (0..many)
        .map(|source| {
            let (portal, handle, code) = (Arc::clone(portal), handle.clone(), code.clone());
            tokio::spawn(async move {
                let attempt =
                    || async { portal.service.activate(&handle, &code, new(PASSWORD), &from(source)).await };
                insisting(attempt).await.is_ok()
            })
        })
        .collect();
    let (mut successes, mut answers) = (0, 0);
    for task in tasks {
        successes += u64::from(task.await.unwrap());
        answers += 1;
    }
    portal.settle().await;
    [successes, answers, portal.compared.load(Ordering::SeqCst) as u64, 0]
}

/// Logs in with a wrong password many times at once: successes, answers, passwords hashed.
async fn passwords(portal: &Arc<Portal>, many: u32) -> [u64; 4] {
    let tasks: Vec<_> = (0..many)
        .map(|source| {
            let portal = Arc::clone(portal);
            tokio::spawn(async move {
                insisting(|| portal.log_in("ola@example.no", "helt feil passord", source)).await.is_ok()
            })
        })
        .collect();
    let (mut successes, mut answers) = (0, 0);
    for task in tasks {
        successes += u64::from(task.await.unwrap());
        answers += 1;
    }
    [successes, answers, portal.service.hash_pool().started, 0]
}

/// Activates accounts one after the other in ten lines, whatever happens to the server: how many were interrupted, how
/// many came through, how many broke a promise, and the longest wait for an answer in milliseconds.
async fn flows(portal: &Arc<Portal>, first: u32, many: u32) -> [u64; 4] {
    let lines: Vec<_> = (0..10)
        .map(|line| {
            let portal = Arc::clone(portal);
            tokio::spawn(async move {
                let mut sums = [0; 4];
                for person in (first..first + many).filter(|person| person % 10 == line) {
                    let [interrupted, through, broken, longest] = flow(&portal, person).await;
                    sums = [sums[0] + interrupted, sums[1] + through, sums[2] + broken, sums[3].max(longest)];
                }
                sums
            })
        })
        .collect();
    let mut sums = [0; 4];
    for line in lines {
        let [interrupted, through, broken, longest] = line.await.unwrap();
        sums = [sums[0] + interrupted, sums[1] + through, sums[2] + broken, sums[3].max(longest)];
    }
    sums
}

async fn flow(portal: &Portal, person: u32) -> [u64; 4] {
    let name = format!("{person}@example.no");
    let to = email(&name);
    let (mut interrupted, mut longest) = (0, Duration::ZERO);
    let deadline = Instant::now() + Duration::from_secs(40);
    let mut used: Option<(CodeRequest, Code)> = None;
    while Instant::now() < deadline {
        let began = Instant::now();
        let request = portal.service.request_activation(&to, &from(person)).await;
        longest = longest.max(began.elapsed());
        let Ok(request) = request else {
            interrupted += 1;
            sleep(Duration::from_millis(200)).await;
            continue;
        };
        let Some(code) = arrived(portal, &to, used.as_ref().map(|(_, code)| code)).await else {
            // The account was activated by a call whose answer was lost.
            break;
        };
        let began = Instant::now();
        let activated = portal.activate(&request, &code).await;
        longest = longest.max(began.elapsed());
        used = Some((request, code));
        match activated {
            Ok(_) => break,
            Err(_) => interrupted += 1,
        }
    }
    // What was answered as done is done, and a code that was used is worth nothing.
    let mut through = 0;
    while through == 0 && Instant::now() < deadline {
        let began = Instant::now();
        match portal.log_in(&name, PASSWORD, person).await {
            Ok(_) => through = 1,
            Err(Error::CredentialsRejected) => break,
            Err(_) => sleep(Duration::from_millis(200)).await,
        }
        longest = longest.max(began.elapsed());
    }
    let again = match &used {
        Some((request, code)) => portal.activate(request, code).await.is_ok(),
        None => false,
    };
    [interrupted, through, u64::from(again), longest.as_millis() as u64]
}

/// The next code that arrives, or that none does.
async fn arrived(portal: &Portal, to: &vestibule::Contact, before: Option<&Code>) -> Option<Code> {
    for _ in 0..300 {
        if let Some(code) = portal.last_code(to)
            && before.is_none_or(|before| before.expose() != code.expose())
        {
            return Some(code);
        }
        sleep(Duration::from_millis(20)).await;
    }
    None
}

/// A person and a code on the way to her.
async fn armed(database: &Database) -> (CodeRequest, Code) {
    let portal = Portal::new(&database.pool);
    portal.directory.register(ola()).await.unwrap();
    let request = portal.request(&email("ola@example.no")).await.unwrap();
    portal.settle().await;
    let code = portal.last_code(&email("ola@example.no")).unwrap();
    (request, code)
}

pub(crate) async fn of_64_parallel_right_codes_one_succeeds(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let (request, code) = armed(&database).await;
    let handle = request.handle.expose_for_cookie();
    let task = |number| format!("codes {} {} {}", &*handle, code.expose(), [22, 21, 21][number]);
    let [successes, answers, compared, _] = end(begin(&database.url, task));
    assert_eq!((successes, answers), (1, 64));
    assert!(compared <= 10, "{compared}");
}

pub(crate) async fn of_3000_parallel_wrong_codes_no_more_are_compared_than_allowed(
    server: Arc<PostgresServer>,
) {
    let database = Database::new(&server).await;
    let (request, code) = armed(&database).await;
    let (handle, wrong) = (request.handle.expose_for_cookie(), other_than(&code));
    let task = |_| format!("codes {} {} 1000", &*handle, wrong.expose());
    let [successes, answers, compared, _] = end(begin(&database.url, task));
    assert_eq!((successes, answers, compared), (0, 3_000, 10));
}

pub(crate) async fn of_3000_parallel_wrong_passwords_no_more_are_hashed_than_the_schedule_allows(
    server: Arc<PostgresServer>,
) {
    let database = Database::new(&server).await;
    let (request, code) = armed(&database).await;
    Portal::new(&database.pool).activate(&request, &code).await.unwrap();
    let [successes, answers, hashed, _] = end(begin(&database.url, |_| "passwords 1000".into()));
    assert_eq!((successes, answers, hashed), (0, 3_000, 5));
}

pub(crate) async fn a_server_killed_in_the_middle_of_300_flows_loses_nothing(_: Arc<PostgresServer>) {
    // Of its own: it keeps what it has answered, and the others' tests must not lose theirs.
    let server = PostgresServer::start_durable().unwrap();
    let database = Database::absent(&server).await;
    vestibule::adapters::postgres::migrate(&database.pool).await.unwrap();
    let people = (0..300).map(|person| Registration::new(address(&format!("{person}@example.no"))));
    let entered = database.directory().register_all(people).await.unwrap();
    let children = begin(&database.url, |number| format!("flows {} 100", number * 100));
    while active(&database).await < 60 {
        sleep(Duration::from_millis(10)).await;
    }
    server.kill();
    let killed = Instant::now();
    server.restart();
    println!("restarted after {:?}", killed.elapsed());
    let [interrupted, through, broken, longest] = end(children);
    println!("{interrupted} calls were interrupted, the longest answer took {longest} ms");
    assert_eq!((through, broken), (300, 0));
    assert!(interrupted > 0, "the server was killed in the middle");
    assert!(longest < 10_000, "{longest} ms");
    assert_eq!(active(&database).await, 300);
    for id in entered.into_iter().flatten() {
        let account = database.directory().get(&id).await.unwrap().unwrap();
        assert!(account.password.is_some() && account.contacts.len() == 1);
    }
}

async fn active(database: &Database) -> i64 {
    let count = sqlx::query_scalar("select count(*) from vestibule.accounts where state = 'active'");
    count.fetch_one(&database.pool).await.unwrap()
}
