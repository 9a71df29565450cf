//! Transactions that lose against others: tried again, or refused, and never half done.

use std::sync::Arc;
use std::time::Duration;

use sqlx::Executor;
use vestibule::ports::ThrottleStore;
use vestibule::throttle::{Charge, Verdict};

use crate::database::{Database, charges, email, now, ola, pool_with};
use crate::life::Life;
use crate::servers::postgres::PostgresServer;
use crate::service::Portal;
use crate::world::{SHORT, from, new};

/// The pool's default does not decide: every transaction that writes says for itself what it needs.
pub(crate) async fn a_whole_life_on_pools_that_are_serializable(server: Arc<PostgresServer>) {
    for isolation in ["repeatable read", "serializable"] {
        let database = Database::new(&server).await;
        let options = database.options().options([("default_transaction_isolation", isolation)]);
        let portal = Portal::new(&pool_with(options, 12));
        let mut life = Life::default();
        life.live(&portal).await.unwrap();
        life.goes_on(&portal).await.unwrap();
    }
}

pub(crate) async fn of_64_parallel_right_codes_on_a_serializable_pool_one_succeeds(
    server: Arc<PostgresServer>,
) {
    let database = Database::new(&server).await;
    let options = database.options().options([("default_transaction_isolation", "serializable")]);
    let portal = Arc::new(Portal::new(&pool_with(options, 12)));
    portal.directory.register(ola()).await.unwrap();
    let request = portal.request(&email("ola@example.no")).await.unwrap();
    portal.settle().await;
    let code = portal.last_code(&email("ola@example.no")).unwrap();
    let tries: Vec<_> = (0..64)
        .map(|source| {
            let (portal, request, code) = (Arc::clone(&portal), request.clone(), code.clone());
            tokio::spawn(async move {
                portal.service.activate(&request.handle, &code, new(SHORT), &from(source)).await.is_ok()
            })
        })
        .collect();
    let mut successes = 0;
    for one in tries {
        successes += u32::from(one.await.unwrap());
    }
    assert_eq!(successes, 1);
    portal.log_in("ola@example.no", SHORT, 1).await.unwrap();
}

/// PostgreSQL gives some writes up, each after its row was written.
pub(crate) async fn a_whole_life_where_transactions_are_given_up(server: Arc<PostgresServer>) {
    const TABLES: [&str; 4] = ["accounts", "contacts", "codes", "throttles"];
    for (code, given_up, is_tried_again) in [
        // A transaction has up to six writes: what was given up goes through the next time.
        ("40001", "% 11 = 0", true),
        ("40P01", "% 11 = 0", true),
        // So often that four times are not always enough: what is refused then is not half done.
        ("40001", "% 3 <> 0", false),
        ("40P01", "% 3 <> 0", false),
    ] {
        let database = Database::new(&server).await;
        for table in TABLES {
            database
                .run(&format!(
                    "create sequence if not exists public.writes; \
                     create or replace function public.give_up() returns trigger language plpgsql as $$ begin \
                     if nextval('public.writes') {given_up} then raise exception 'lost' using errcode = '{code}'; \
                     end if; return null; end $$; \
                     create trigger give_up after insert or update or delete on vestibule.{table} \
                     for each statement execute function public.give_up();"
                ))
                .await;
        }
        let portal = Portal::new(&database.pool);
        let mut life = Life::default();
        let outcome = life.live(&portal).await;
        assert!(outcome.is_ok() || !is_tried_again, "{code} {given_up}: {outcome:?}");
        let writes: i64 = sqlx::query_scalar("select last_value from public.writes")
            .fetch_one(&database.pool)
            .await
            .unwrap();
        assert!(writes > 22 || !is_tried_again, "some were given up: {writes} writes");
        for table in TABLES {
            database.run(&format!("drop trigger give_up on vestibule.{table}")).await;
        }
        life.goes_on(&portal).await.unwrap();
    }
}

/// A deadlock as PostgreSQL itself finds it: another connection holds what the batch wants next, and wants what it has.
pub(crate) async fn a_batch_in_a_deadlock_is_counted_once_on_every_key(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let throttle = database.throttle();
    let batch: Vec<Charge> = charges([1, 2]);
    let Verdict::Allowed(_) = throttle.charge(&batch, now()).await.unwrap() else { panic!() };
    let lock = |key: u8| {
        format!(
            "select 1 from vestibule.throttles where key = decode(repeat('{key:02x}', 32), 'hex') for update"
        )
    };
    let mut other = database.pool.acquire().await.unwrap();
    // It waits for longer than the batch before it looks for a deadlock: the batch is the one that is given up.
    other.execute("begin; set local deadlock_timeout = '20s'").await.unwrap();
    other.execute(sqlx::AssertSqlSafe(lock(2))).await.unwrap();
    let charging = tokio::spawn({
        let (throttle, batch) = (throttle.clone(), batch.clone());
        async move { throttle.charge(&batch, now()).await }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    other.execute(sqlx::AssertSqlSafe(lock(1))).await.unwrap();
    other.execute("commit").await.unwrap();
    drop(other);
    let Verdict::Allowed(ticket) = charging.await.unwrap().unwrap() else { panic!() };
    assert!(ticket.entries().iter().all(|entry| entry.events == 2), "each was charged once more");
}
