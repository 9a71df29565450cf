//! The stored queue, with several machines and a schema that was there before it.

use std::sync::Arc;
use std::time::Duration;

use sqlx::Row;
use vestibule::AccountService;
use vestibule::account::Registration;
use vestibule::adapters::memory::ManualClock;
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::adapters::postgres::{PostgresMessages, migrate};
use vestibule::ports::{Sleep, Spawner, Task};

use crate::database::{Database, now};
use crate::servers::postgres::PostgresServer;
use crate::world::{address, keys, profile};

/// Starts nothing: what is accepted stays where it is, as in a process that was killed.
#[derive(Debug)]
struct Killed;

impl Spawner for Killed {
    fn spawn(&self, task: Task) {
        std::mem::forget(task);
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}

fn machine(
    database: &Database,
    outbox: &MemoryOutbox,
    clock: &ManualClock,
    is_killed: bool,
) -> AccountService {
    let (directory, codes, throttle) = (database.directory(), database.codes(), database.throttle());
    let builder = AccountService::builder(directory, codes, throttle, outbox.clone(), keys(), profile())
        .message_queue(PostgresMessages::new(database.pool.clone()))
        .clock(clock.clone());
    let builder = if is_killed { builder.spawner(Killed) } else { builder };
    builder.dangerous().cheapest_hashing().build().unwrap()
}

pub(crate) async fn what_a_killed_process_had_accepted_is_sent_by_one_of_two_that_come_after(
    server: Arc<PostgresServer>,
) {
    let database = Database::new(&server).await;
    let (outbox, clock) = (MemoryOutbox::keeping(10_000), ManualClock::at(now()));
    let ola = database.directory().register(Registration::new(address("ola@example.no"))).await.unwrap();
    let killed = machine(&database, &outbox, &clock, true);
    for _ in 0..200 {
        killed.invite(&ola).await.unwrap();
    }
    assert!(outbox.messages().is_empty());
    clock.turn(Duration::from_secs(60));
    let [one, two] = [(); 2].map(|()| machine(&database, &outbox, &clock, false));
    let (first, second) = tokio::join!(one.resume_deliveries(), two.resume_deliveries());
    assert_eq!(first.unwrap() + second.unwrap(), 200);
    for service in [one, two] {
        assert_eq!(service.drain(Duration::from_secs(60)).await, 0);
    }
    let mut ids: Vec<_> = outbox.messages().iter().map(|message| message.id.unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), outbox.messages().len()), (200, 200));
    let left: i64 = sqlx::query_scalar("select count(*) from vestibule.messages")
        .fetch_one(&database.pool)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

pub(crate) async fn a_row_holds_nothing_that_can_be_read(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let (outbox, clock) = (MemoryOutbox::new(), ManualClock::at(now()));
    let ola = database.directory().register(Registration::new(address("ola@example.no"))).await.unwrap();
    machine(&database, &outbox, &clock, true).invite(&ola).await.unwrap();
    let row = sqlx::query("select messages::text as row, sealed from vestibule.messages messages")
        .fetch_one(&database.pool)
        .await
        .unwrap();
    let (text, sealed): (String, Vec<u8>) = (row.get("row"), row.get("sealed"));
    assert!(text.contains("waiting"), "{text}");
    for secret in ["ola@example.no", "invitation", ola.as_str()] {
        assert!(!sealed.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()), "{secret}");
    }
    assert!(!text.contains("ola@"), "{text}");
    assert!(!format!("{:?}", PostgresMessages::new(database.pool.clone())).contains("secret"));
}

/// From the first schema, with people in it, to the one with messages.
pub(crate) async fn the_rows_of_an_earlier_schema_are_kept(server: Arc<PostgresServer>) {
    let database = Database::absent(&server).await;
    let first = include_str!("../../src/adapters/postgres/migrations/0001_accounts_codes_and_throttles.sql");
    database
        .run(&format!(
            "create schema vestibule; create table vestibule.migrations (version bigint not null primary key); \
             {first}; insert into vestibule.migrations values (1)"
        ))
        .await;
    let directory = database.directory();
    let ola = directory.register(Registration::new(address("ola@example.no"))).await.unwrap();
    migrate(&database.pool).await.unwrap();
    migrate(&database.pool).await.unwrap();
    let people = directory.accounts_after(None, 10).await.unwrap();
    assert_eq!(people.iter().map(|account| &account.id).collect::<Vec<_>>(), [&ola]);
    let (outbox, clock) = (MemoryOutbox::new(), ManualClock::at(now()));
    let service = machine(&database, &outbox, &clock, false);
    service.invite(&ola).await.unwrap();
    assert_eq!(service.drain(Duration::from_secs(60)).await, 0);
    assert_eq!(outbox.messages().len(), 1);
}
