//! Three processes on one PostgreSQL, and on PostgreSQL with codes and counts in Redis.

use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::sleep;
use vestibule::account::Registration;
use vestibule::ports::UserDirectory;
use vestibule::{AccountId, Code, CodeRequest};

use crate::database::{Database, email, ola};
use crate::processes::{PROCESSES, Stores, begin, end};
use crate::servers::postgres::PostgresServer;
use crate::servers::redis::RedisServer;
use crate::world::{address, other_than};

/// A person and a code on the way to her.
async fn armed(stores: &Stores) -> (CodeRequest, Code) {
    let portal = stores.portal().await;
    portal.directory.register(ola()).await.unwrap();
    let request = portal.request(&email("ola@example.no")).await.unwrap();
    portal.settle().await;
    let code = portal.last_code(&email("ola@example.no")).unwrap();
    (request, code)
}

async fn right_codes(stores: &Stores) {
    let (request, code) = armed(stores).await;
    let handle = request.handle.expose_for_cookie();
    let task = |number| format!("codes {} {} {}", &*handle, code.expose(), [22, 21, 21][number]);
    let [successes, answers, compared, _] = end(begin(stores, task));
    assert_eq!((successes, answers), (1, 64));
    assert!((1..=10).contains(&compared), "{compared}");
}

/// No more than ten are compared, counted where the stores hand them out; where a machine was so busy that an answer of
/// the store was late, it is fewer, and never more.
async fn wrong_codes(stores: &Stores) {
    let (request, code) = armed(stores).await;
    let (handle, wrong) = (request.handle.expose_for_cookie(), other_than(&code));
    let task = |_| format!("codes {} {} 1000", &*handle, wrong.expose());
    let [successes, answers, compared, _] = end(begin(stores, task));
    assert_eq!((successes, answers), (0, 3_000));
    assert!((1..=10).contains(&compared), "{compared}");
    // All tries were counted: the right code comes too late.
    let portal = stores.portal().await;
    portal.activate(&request, &code).await.unwrap_err();
    assert_eq!(portal.script.counted(), 0);
}

/// Four are free, and the fifth is the first that makes others wait.
async fn wrong_passwords(stores: &Stores) {
    let (request, code) = armed(stores).await;
    stores.portal().await.activate(&request, &code).await.unwrap();
    let [successes, answers, hashed, _] = end(begin(stores, |_| "passwords 1000".into()));
    assert_eq!((successes, answers), (0, 3_000));
    assert!((1..=5).contains(&hashed), "{hashed}");
}

pub(crate) async fn of_64_parallel_right_codes_one_succeeds(server: Arc<PostgresServer>) {
    right_codes(&Stores::on(&Database::new(&server).await)).await;
}

pub(crate) async fn of_3000_parallel_wrong_codes_no_more_are_compared_than_allowed(
    server: Arc<PostgresServer>,
) {
    wrong_codes(&Stores::on(&Database::new(&server).await)).await;
}

pub(crate) async fn of_3000_parallel_wrong_passwords_no_more_are_hashed_than_the_schedule_allows(
    server: Arc<PostgresServer>,
) {
    wrong_passwords(&Stores::on(&Database::new(&server).await)).await;
}

type Both = (Arc<PostgresServer>, RedisServer);

pub(crate) async fn with_redis_of_64_parallel_right_codes_one_succeeds((server, redis): Both) {
    right_codes(&Stores::with_redis(&Database::new(&server).await, &redis)).await;
}

pub(crate) async fn with_redis_of_3000_parallel_wrong_codes_no_more_are_compared_than_allowed(
    (server, redis): Both,
) {
    wrong_codes(&Stores::with_redis(&Database::new(&server).await, &redis)).await;
}

pub(crate) async fn with_redis_of_3000_parallel_wrong_passwords_no_more_are_hashed_than_the_schedule_allows(
    (server, redis): Both,
) {
    wrong_passwords(&Stores::with_redis(&Database::new(&server).await, &redis)).await;
}

/// Several people's flows in three processes, with a kill in their middle.
struct Crowd {
    database: Database,
    entered: Vec<AccountId>,
    children: Vec<Child>,
}

impl Crowd {
    async fn sets_out(database: Database, stores: &Stores, people: usize) -> Self {
        let registrations =
            (0..people).map(|person| Registration::new(address(&format!("{person}@example.no"))));
        let entered = database.directory().register_all(registrations).await.unwrap();
        let entered = entered.into_iter().map(Result::unwrap).collect();
        let first = |number| number * people / PROCESSES;
        let children =
            begin(stores, |number| format!("flows {} {}", first(number), first(number + 1) - first(number)));
        Self { database, entered, children }
    }

    /// Waits until a fifth has come through.
    async fn is_under_way(&self) {
        while active(&self.database).await < self.entered.len() as i64 / 5 {
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Nobody is lost, no code was used twice, and everybody got an answer in time.
    async fn arrives(self) {
        let began = Instant::now();
        let [interrupted, through, broken, longest] = end(self.children);
        println!(
            "{interrupted} calls interrupted; the longest answer took {longest} ms; all after {:?}",
            began.elapsed()
        );
        let people = self.entered.len();
        assert_eq!((through, broken), (people as u64, 0));
        assert!(interrupted > 0, "the server was killed in the middle");
        // No call to a store takes longer than 8 s, and a flow that waited so long for one ends with it.
        assert!(longest < 20_000, "{longest} ms");
        assert_eq!(active(&self.database).await, people as i64);
        for id in self.entered {
            let account = self.database.directory().get(&id).await.unwrap().unwrap();
            assert!(account.password.is_some() && account.contacts.len() == 1);
        }
    }
}

async fn active(database: &Database) -> i64 {
    let count = sqlx::query_scalar("select count(*) from vestibule.accounts where state = 'active'");
    count.fetch_one(&database.pool).await.unwrap()
}

pub(crate) async fn a_server_killed_in_the_middle_of_1000_flows_loses_nothing(server: PostgresServer) {
    let database = Database::absent(&server).await;
    vestibule::adapters::postgres::migrate(&database.pool).await.unwrap();
    let stores = Stores::on(&database);
    let crowd = Crowd::sets_out(database, &stores, 1_000).await;
    crowd.is_under_way().await;
    server.kill();
    let killed = Instant::now();
    server.restart();
    println!("restarted after {:?}", killed.elapsed());
    crowd.arrives().await;
}

/// With an append-only file, nobody notices but by the moments without an answer.
pub(crate) async fn with_redis_killed_in_the_middle_of_300_flows_nothing_is_lost((server, redis): Both) {
    killed_redis(&server, &redis).await;
}

/// Without a file, codes that were under way are lost: people ask again, and no code works twice.
pub(crate) async fn with_redis_that_forgets_everything_in_the_middle_of_300_flows_people_ask_again(
    (server, redis): Both,
) {
    killed_redis(&server, &redis).await;
}

async fn killed_redis(server: &PostgresServer, redis: &RedisServer) {
    let database = Database::new(server).await;
    let stores = Stores::with_redis(&database, redis);
    let crowd = Crowd::sets_out(database, &stores, 300).await;
    crowd.is_under_way().await;
    redis.kill();
    sleep(Duration::from_millis(150)).await;
    redis.restart();
    crowd.arrives().await;
}
