use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgPool, PgPoolOptions};
use vestibule::account::Registration;
use vestibule::adapters::postgres::{PostgresCodes, PostgresDirectory, PostgresThrottle, migrate};
use vestibule::error::{BackendError, BackendErrorKind};
use vestibule::ports::{Attempt, CodeStore, ThrottleStore, UserDirectory};
use vestibule::throttle::Verdict;

use crate::database::{
    Database, armed, change, charges, email, handle, in_minutes, now, ola, pending, pool, pool_with,
};
use crate::servers::postgres::PostgresServer;
use crate::stores::failures::{self, assert_all, problem};

/// What every operation answers, those that write first.
pub(crate) async fn failures_of(pool: &PgPool) -> (Vec<BackendError>, Vec<BackendError>) {
    let (codes, throttle) = (PostgresCodes::new(pool.clone()), PostgresThrottle::new(pool.clone()));
    failures::failures_of(&PostgresDirectory::new(pool.clone()), &codes, &throttle).await
}

/// How many rows each table has: what was refused leaves none behind.
async fn rows(database: &Database) -> Vec<i64> {
    let mut rows = Vec::new();
    for table in ["accounts", "contacts", "codes", "throttles"] {
        let count = sqlx::AssertSqlSafe(format!("select count(*) from vestibule.{table}"));
        rows.push(sqlx::query_scalar(count).fetch_one(&database.pool).await.unwrap());
    }
    rows
}

pub(crate) async fn a_missing_schema_is_named_as_such(server: Arc<PostgresServer>) {
    let database = Database::absent(&server).await;
    let (writing, reading) = failures_of(&database.pool).await;
    assert_all(&writing, BackendErrorKind::Misconfigured, "call postgres::migrate");
    assert_all(&reading, BackendErrorKind::Misconfigured, "call postgres::migrate");
    assert_eq!(reading.len(), 3);
}

pub(crate) async fn a_server_that_is_not_there_is_unavailable(server: Arc<PostgresServer>) {
    let nobody =
        ["postgres://nobody@localhost/x?host=/tmp/no-such-folder", "postgres://nobody@127.0.0.1:1/x"];
    for url in nobody {
        let options = PgPoolOptions::new().acquire_timeout(Duration::from_millis(300));
        let pool = options.connect_lazy(url).unwrap();
        let (writing, reading) = failures_of(&pool).await;
        assert_all(&writing, BackendErrorKind::Unavailable, "check");
        assert_all(&reading, BackendErrorKind::Unavailable, "check");
        assert_all(&[migrate(&pool).await.unwrap_err()], BackendErrorKind::Unavailable, "check");
    }
    drop(server);
}

pub(crate) async fn a_pool_that_waits_long_is_given_up_in_time(server: Arc<PostgresServer>) {
    // The pool itself would try for 30 s.
    let pool = PgPoolOptions::new().connect_lazy("postgres://nobody@127.0.0.1:1/x").unwrap();
    let began = Instant::now();
    let error = PostgresCodes::new(pool).count_attempt(&handle(1), now()).await.unwrap_err();
    assert_all(&[error], BackendErrorKind::Unavailable, "check that it runs");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    drop(server);
}

pub(crate) async fn a_refused_log_in_and_a_missing_database_are_named_as_such(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    if server.is_own() {
        // Trials run at the same time as others that know the role.
        database.run("create role locked login password 'right'").await;
        let pool = pool_with(database.options().username("locked").password("wrong"), 1);
        let (writing, _) = failures_of(&pool).await;
        assert_all(&writing, BackendErrorKind::Misconfigured, "check user, password");
    }
    let pool = pool_with(database.options().database("no_such_database"), 1);
    let (writing, _) = failures_of(&pool).await;
    assert_all(&writing, BackendErrorKind::Misconfigured, "no such PostgreSQL database");
}

pub(crate) async fn a_role_without_rights_is_told_which(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let role = server.fresh_name();
    database.run(&format!("create role {role} login")).await;
    let pool = pool_with(database.options().username(&role), 1);
    let (writing, reading) = failures_of(&pool).await;
    assert_all(&writing, BackendErrorKind::Misconfigured, "grant it usage");
    assert_all(&reading, BackendErrorKind::Misconfigured, "grant it usage");
    database.run(&format!("drop role {role}")).await;
}

pub(crate) async fn a_read_only_database_is_read_and_not_written(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let options = database.options().options([("default_transaction_read_only", "on")]);
    let pool = pool_with(options, 1);
    migrate(&pool).await.unwrap();
    let (writing, reading) = failures_of(&pool).await;
    assert_all(&writing, BackendErrorKind::Misconfigured, "read-only");
    assert!(reading.is_empty(), "{reading:?}");
    assert_eq!(rows(&database).await, [0; 4], "nothing was half written");
    database.codes().insert(&pending(1)).await.unwrap();
    let empty = Database::absent(&server).await;
    let pool = pool_with(empty.options().options([("default_transaction_read_only", "on")]), 1);
    let refusal = migrate(&pool).await.unwrap_err();
    assert_all(&[refusal], BackendErrorKind::Misconfigured, "read-only");
}

pub(crate) async fn a_pool_without_a_free_connection_is_busy(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let options = PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_millis(100));
    let pool = options.connect_lazy_with(database.options());
    let _held = pool.acquire().await.unwrap();
    let (writing, reading) = failures_of(&pool).await;
    assert_all(&writing, BackendErrorKind::Busy, "pool");
    assert_all(&reading, BackendErrorKind::Busy, "pool");
}

pub(crate) async fn a_closed_pool_is_unavailable(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    database.pool.close().await;
    let (writing, reading) = failures_of(&database.pool).await;
    assert_all(&writing, BackendErrorKind::Unavailable, "closed");
    assert_all(&reading, BackendErrorKind::Unavailable, "closed");
}

pub(crate) async fn who_waits_for_a_lock_is_answered_in_time_and_served_afterwards(
    server: Arc<PostgresServer>,
) {
    let database = Database::new(&server).await;
    let (codes, throttle) = (database.codes(), database.throttle());
    codes.insert(&pending(1)).await.unwrap();
    assert!(matches!(throttle.charge(&charges([1]), now()).await.unwrap(), Verdict::Allowed(_)));
    let mut locked = database.pool.begin().await.unwrap();
    sqlx::raw_sql("select from vestibule.codes for update; select from vestibule.throttles for update")
        .execute(&mut *locked)
        .await
        .unwrap();
    let began = Instant::now();
    let (row, charged) = (handle(1), charges([1]));
    let (counted, charged) = tokio::join!(codes.count_attempt(&row, now()), throttle.charge(&charged, now()));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_all(&[counted.unwrap_err(), charged.unwrap_err()], BackendErrorKind::Busy, "locked");
    locked.rollback().await.unwrap();
    codes.count_attempt(&handle(1), now()).await.unwrap();
    assert!(matches!(throttle.charge(&charges([1]), now()).await.unwrap(), Verdict::Allowed(_)));
}

/// Makes every write to a table fail as `when` says, in SQL.
async fn fail_writes(database: &Database, when: &str, code: &str) {
    database
        .run(&format!(
            "create sequence if not exists public.writes; \
             create or replace function public.fail() returns trigger language plpgsql as $$ begin \
             if {when} then raise exception 'as the test says' using errcode = '{code}'; end if; \
             if tg_op = 'DELETE' then return old; end if; return new; end $$; \
             create or replace trigger fail before insert or update or delete on vestibule.accounts \
             for each row execute function public.fail(); \
             create or replace trigger fail before insert or update or delete on vestibule.codes \
             for each row execute function public.fail(); \
             create or replace trigger fail before insert or update or delete on vestibule.throttles \
             for each row execute function public.fail();"
        ))
        .await;
}

pub(crate) async fn a_full_disk_is_unavailable_and_loses_nothing_and_works_once_there_is_room(
    server: Arc<PostgresServer>,
) {
    let database = Database::new(&server).await;
    let (codes, throttle, directory) = (database.codes(), database.throttle(), database.directory());
    let id = directory.register(ola()).await.unwrap();
    let version = directory.get(&id).await.unwrap().unwrap().credential_version;
    codes.insert(&pending(2)).await.unwrap();
    let Verdict::Allowed(ticket) = throttle.charge(&charges([3]), now()).await.unwrap() else { panic!() };
    let before = rows(&database).await;
    fail_writes(&database, "true", "53100").await;
    let kari = || email("kari@example.no");
    let full = [
        codes.insert(&pending(1)).await.unwrap_err(),
        codes.arm(&handle(2), 1, &armed(), now()).await.unwrap_err(),
        codes.count_attempt(&handle(2), now()).await.unwrap_err(),
        codes.take(&handle(2), 1, now()).await.unwrap_err(),
        codes.purge(in_minutes(20)).await.unwrap_err(),
        throttle.charge(&charges([1, 2]), now()).await.unwrap_err(),
        throttle.refund(&ticket).await.unwrap_err(),
        throttle.lift(&[charges([3])[0].key]).await.unwrap_err(),
        throttle.purge(in_minutes(20)).await.unwrap_err(),
        problem(directory.register(Registration::new(kari())).await.unwrap_err()),
        problem(directory.replace_contacts(&id, vec![kari()]).await.unwrap_err()),
        directory.suspend(&id).await.unwrap_err(),
        directory.replace_credential(&id, &version, &change("new")).await.unwrap_err(),
    ];
    assert_all(&full, BackendErrorKind::Unavailable, "free space");
    assert_eq!(rows(&database).await, before, "nothing was lost, and nothing half written");
    fail_writes(&database, "false", "53100").await;
    codes.insert(&pending(1)).await.unwrap();
    let Verdict::Allowed(ticket) = throttle.charge(&charges([1, 2]), now()).await.unwrap() else { panic!() };
    assert!(ticket.entries().iter().all(|entry| entry.events == 1), "nothing was counted before");
    let Attempt::Counted(code) = codes.count_attempt(&handle(2), now()).await.unwrap() else { panic!() };
    assert!(code.attempts == 1 && code.armed.is_none());
    assert!(directory.replace_credential(&id, &version, &change("new")).await.unwrap().is_some());
    directory.register(Registration::new(kari())).await.unwrap();
}

pub(crate) async fn what_lost_against_others_is_tried_again_and_then_refused(server: Arc<PostgresServer>) {
    for code in ["40001", "40P01"] {
        let database = Database::new(&server).await;
        let (codes, throttle, directory) = (database.codes(), database.throttle(), database.directory());
        // Two of three attempts fail: a sequence goes on even where its transaction is rolled back.
        fail_writes(&database, "nextval('public.writes') % 3 <> 0", code).await;
        codes.insert(&pending(1)).await.unwrap();
        assert!(matches!(throttle.charge(&charges([1]), now()).await.unwrap(), Verdict::Allowed(_)));
        directory.register(ola()).await.unwrap();
        assert!(codes.take(&handle(1), 1, now()).await.unwrap());
        fail_writes(&database, "true", code).await;
        let refused = [
            codes.insert(&pending(2)).await.unwrap_err(),
            throttle.charge(&charges([1]), now()).await.unwrap_err(),
            directory.register_all([ola()]).await.unwrap_err(),
        ];
        assert_all(&refused, BackendErrorKind::Busy, "in favour of others");
    }
}

pub(crate) async fn a_second_row_with_one_handle_is_explained(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    database.codes().insert(&pending(1)).await.unwrap();
    let refused = database.codes().insert(&pending(1)).await.unwrap_err();
    assert_eq!(refused.kind(), BackendErrorKind::Other);
    assert!(refused.to_string().contains("stored already"), "{refused}");
}

pub(crate) async fn a_future_dropped_midway_leaves_the_pool_usable(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let pool = pool(&database.url, 1);
    let (codes, throttle) = (PostgresCodes::new(pool.clone()), PostgresThrottle::new(pool));
    codes.insert(&pending(1)).await.unwrap();
    for step in 0..100 {
        let pause = Duration::from_micros(step * 20);
        let _ = tokio::time::timeout(pause, throttle.charge(&charges([1, 2, 3]), now())).await;
        let _ = tokio::time::timeout(pause, codes.count_attempt(&handle(1), now())).await;
    }
    let keys: Vec<_> = charges([1, 2, 3]).iter().map(|charge| charge.key).collect();
    throttle.lift(&keys).await.unwrap();
    assert!(matches!(throttle.charge(&charges([1, 2, 3]), now()).await.unwrap(), Verdict::Allowed(_)));
}
