//! Clearing away what is over, while people log in.

use std::sync::Arc;
use std::time::Duration;

use sqlx::Connection;
use tokio::time::sleep;
use vestibule::ports::{CodeStore, ThrottleStore};

use crate::database::{Database, email, now, ola};
use crate::servers::postgres::PostgresServer;
use crate::service::Portal;
use crate::world::PASSWORD;

/// How many rows a batch has, as the documentation of the stores says.
const BATCH: i64 = 1_000;

/// 2,500 rows of each table that are over.
async fn fill(database: &Database) {
    database
        .run(
            "insert into vestibule.codes (handle, purpose, contact, format, created_at, resend_at, reissue_until, \
             expires_at, max_attempts, max_issues) \
             select sha256(n::text::bytea), 'recovery', 'phone:+4741234567', '8d', 0, 0, 0, n, 10, 3 \
             from generate_series(1, 2500) n; \
             insert into vestibule.throttles (key, later, forget_at) \
             select sha256(n::text::bytea), '{}', n from generate_series(1, 2500) n;",
        )
        .await;
}

/// Notes how many rows each transaction removed, and keeps a batch of codes from its end while somebody else holds the
/// advisory lock 1.
async fn watch(database: &Database) {
    database
        .run(
            "create table public.removed (transaction bigint, place text, number bigint); \
             create function public.note() returns trigger language plpgsql as $$ begin \
             insert into public.removed select txid_current(), tg_table_name, count(*) from gone; \
             if tg_table_name = 'codes' then \
             perform set_config('lock_timeout', '0', true); perform pg_advisory_xact_lock_shared(1); end if; \
             return null; end $$; \
             create trigger note after delete on vestibule.codes referencing old table as gone \
             for each statement execute function public.note(); \
             create trigger note after delete on vestibule.throttles referencing old table as gone \
             for each statement execute function public.note();",
        )
        .await;
}

async fn is_waiting(database: &Database) -> bool {
    sqlx::query_scalar(
        "select exists (select 1 from pg_locks where locktype = 'advisory' and not granted \
         and database = (select oid from pg_database where datname = current_database()))",
    )
    .fetch_one(&database.pool)
    .await
    .unwrap()
}

/// A batch is held in the middle: its rows are removed and locked, and not committed. Nobody else waits for it.
pub(crate) async fn people_log_in_while_a_batch_is_being_removed(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let portal = Portal::new(&database.pool);
    portal.directory.register(ola()).await.unwrap();
    let to = email("ola@example.no");
    let request = portal.request(&to).await.unwrap();
    portal.settle().await;
    fill(&database).await;
    watch(&database).await;
    let mut held = sqlx::PgConnection::connect(&database.url).await.unwrap();
    sqlx::query("select pg_advisory_lock(1)").execute(&mut held).await.unwrap();
    let codes = database.codes();
    let purge = tokio::spawn(async move { codes.purge(now()).await });
    while !is_waiting(&database).await {
        sleep(Duration::from_millis(5)).await;
    }

    portal.activate(&request, &portal.last_code(&to).unwrap()).await.unwrap();
    portal.log_in("ola@example.no", PASSWORD, 1).await.unwrap();
    portal.log_in("nobody@example.no", "feil", 1).await.unwrap_err();
    portal.request(&email("kari@example.no")).await.unwrap();
    assert!(is_waiting(&database).await, "the batch was held all the time");

    held.close().await.unwrap();
    assert_eq!(purge.await.unwrap().unwrap(), 2_500);
    // With the counts that log-ins had back in full.
    assert!(database.throttle().purge(now()).await.unwrap() >= 2_500);
    for place in ["codes", "throttles"] {
        let batches: Vec<i64> = sqlx::query_scalar(
            "select sum(number)::bigint from public.removed where place = $1 group by transaction order by 1 desc",
        )
        .bind(place)
        .fetch_all(&database.pool)
        .await
        .unwrap();
        let removed: i64 = batches.iter().sum();
        assert!(batches[0] == BATCH && removed >= 2_500, "{batches:?} rows of {place} in each transaction");
    }
    portal.settle().await;
}

pub(crate) async fn what_others_hold_is_left_for_the_next_time(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    fill(&database).await;
    let mut using = database.pool.begin().await.unwrap();
    sqlx::raw_sql(
        "select from vestibule.codes where expires_at = 7 for update; \
         select from vestibule.throttles where forget_at = 7 for update",
    )
    .execute(&mut *using)
    .await
    .unwrap();
    assert_eq!(database.codes().purge(now()).await.unwrap(), 2_499);
    assert_eq!(database.throttle().purge(now()).await.unwrap(), 2_499);
    using.rollback().await.unwrap();
    assert_eq!(database.codes().purge(now()).await.unwrap(), 1);
    assert_eq!(database.throttle().purge(now()).await.unwrap(), 1);
}
