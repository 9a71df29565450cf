//! Clearing away what is over, while people log in.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use vestibule::ports::{CodeStore, ThrottleStore, UserDirectory};
use vestibule::throttle::{Charge, Schedule, ThrottleKey, Verdict};

use crate::database::{Database, email, in_minutes, now, ola};

/// How many rows a batch has, as the documentation of the stores says.
const BATCH: usize = 250;
const OVER: usize = 10_000;

/// Fills both stores with what is over, and notes what is done from then on, in the order in which it is committed.
/// SQLite asks for the time once in each statement, so what one statement removed bears the same.
async fn fill(database: &Database) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "begin; with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < {OVER}) \
         insert into vestibule_codes (handle, purpose, contact, format, created_at, resend_at, reissue_until, \
         expires_at, max_attempts, max_issues) \
         select randomblob(32), 'recovery', 'phone:+4741234567', '8d', 0, 0, 0, n, 10, 3 from numbers; \
         with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < {OVER}) \
         insert into vestibule_throttles select randomblob(32), x'0100', n from numbers; \
         create table journal (id integer primary key, what text not null, at text not null); \
         create trigger code after delete on vestibule_codes begin \
         insert into journal (what, at) values ('code', strftime('%H:%M:%f')); end; \
         create trigger throttle after delete on vestibule_throttles when old.forget_at <= {OVER} begin \
         insert into journal (what, at) values ('throttle', strftime('%H:%M:%f')); end; \
         create trigger log_in after insert on vestibule_throttles begin \
         insert into journal (what, at) values ('log-in', ''); end; commit"
    )))
    .execute(&database.pool)
    .await
    .unwrap();
}

/// What a log-in asks of the stores: it counts a try on keys of its own, reads the account, and gives the try back.
async fn log_in(database: &Database, number: u64) {
    let schedule = Schedule::window(10, std::time::Duration::from_secs(60)).unwrap();
    let mut key = [0; 32];
    key[..8].copy_from_slice(&number.to_be_bytes());
    let charge = Charge { key: ThrottleKey::from_bytes(key), schedule };
    let throttle = database.throttle();
    let Verdict::Allowed(ticket) = throttle.charge(&[charge], in_minutes(1)).await.unwrap() else { panic!() };
    database.directory().find(&email("ola@example.no")).await.unwrap();
    throttle.refund(&ticket).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_log_in_between_the_batches_that_a_purge_removes() {
    let database = Arc::new(Database::new().await);
    database.directory().register(ola()).await.unwrap();
    fill(&database).await;
    let purged = Arc::new(AtomicBool::new(false));
    let crowd: Vec<_> = (1..=2_u64)
        .map(|person| {
            let (database, purged) = (Arc::clone(&database), Arc::clone(&purged));
            tokio::spawn(async move {
                let mut number = person << 32;
                while !purged.load(Ordering::Relaxed) {
                    log_in(&database, number).await;
                    number += 1;
                }
            })
        })
        .collect();
    assert_eq!(database.codes().purge(now()).await.unwrap(), OVER as u64);
    assert_eq!(database.throttle().purge(now()).await.unwrap(), OVER as u64);
    purged.store(true, Ordering::Relaxed);
    for person in crowd {
        person.await.unwrap();
    }

    let journal: Vec<(String, String)> =
        sqlx::query_as("select what, at from journal order by id").fetch_all(&database.pool).await.unwrap();
    for what in ["code", "throttle"] {
        let removed = |entry: &(String, String)| entry.0 == what && !entry.1.is_empty();
        let mut batches = BTreeMap::<_, usize>::new();
        for (_, at) in journal.iter().filter(|entry| removed(entry)) {
            *batches.entry(at).or_default() += 1;
        }
        let largest = batches.values().max().unwrap();
        assert!(*largest <= BATCH, "{largest} rows of {what} in one statement");
        let first = journal.iter().position(removed).unwrap();
        let last = journal.iter().rposition(removed).unwrap();
        let log_ins = journal[first..last].iter().filter(|(what, _)| what == "log-in").count();
        assert!(log_ins >= 5, "{log_ins} log-ins in {} batches", batches.len());
    }
}
