use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use vestibule::account::{CredentialChange, Registration};
use vestibule::adapters::sqlite::{
    SqliteCodes, SqliteDirectory, SqliteMessages, SqliteThrottle, connect_options, migrate,
};
use vestibule::error::{BackendError, BackendErrorKind};
use vestibule::message::MessageId;
use vestibule::ports::{Attempt, CodeStore, MessageQueue, QueuedMessage, ThrottleStore, UserDirectory};
use vestibule::throttle::Verdict;

use crate::database::{
    Database, armed, change, charges, email, handle, in_minutes, now, ola, pending, pool_of_one,
};
use crate::stores::failures::{self, assert_all, problem};

/// What every operation answers, those that write first.
async fn failures_of(pool: &SqlitePool) -> (Vec<BackendError>, Vec<BackendError>) {
    let (codes, throttle) = (SqliteCodes::new(pool.clone()), SqliteThrottle::new(pool.clone()));
    let (mut writing, reading) =
        failures::failures_of(&SqliteDirectory::new(pool.clone()), &codes, &throttle).await;
    let (queue, id) = (SqliteMessages::new(pool.clone()), message().id);
    writing.extend([
        queue.put(&message(), now()).await.unwrap_err(),
        queue.claim(now(), now(), 1).await.unwrap_err(),
        queue.begin(&id, 1, now()).await.unwrap_err(),
        queue.release(&id, 1, now()).await.unwrap_err(),
        queue.remove(&id).await.unwrap_err(),
        queue.purge(now()).await.unwrap_err(),
    ]);
    (writing, reading)
}

fn message() -> QueuedMessage {
    QueuedMessage { id: MessageId::from_bytes([1; 16]), expires_at: in_minutes(10), sealed: vec![1; 40] }
}

/// How many rows each table has: what was refused leaves none behind.
async fn rows(database: &Database) -> Vec<i64> {
    let mut rows = Vec::new();
    for table in ["accounts", "contacts", "codes", "throttles"] {
        let count = sqlx::AssertSqlSafe(format!("select count(*) from vestibule_{table}"));
        rows.push(sqlx::query_scalar(count).fetch_one(&database.pool).await.unwrap());
    }
    rows
}

#[tokio::test]
async fn a_missing_schema_is_named_as_such() {
    let database = Database::absent();
    let (writing, reading) = failures_of(&database.pool).await;
    assert_all(&writing, BackendErrorKind::Misconfigured, "call sqlite::migrate");
    assert_all(&reading, BackendErrorKind::Misconfigured, "call sqlite::migrate");
    assert_eq!(reading.len(), 3);
}

#[tokio::test]
async fn a_locked_database_is_busy_in_bounded_time_and_works_afterwards() {
    let database = Database::new().await;
    let waiting = database.impatient();
    let locked = database.pool.begin_with("begin immediate").await.unwrap();
    let began = Instant::now();
    let (writing, reading) = failures_of(&waiting).await;
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_all(&writing, BackendErrorKind::Busy, "locked");
    assert!(reading.is_empty(), "readers do not wait for a writer: {reading:?}");
    locked.rollback().await.unwrap();
    assert_eq!(rows(&database).await, [0; 4], "nothing was half written");
    SqliteCodes::new(waiting.clone()).insert(&pending(1)).await.unwrap();
    SqliteDirectory::new(waiting).register(ola()).await.unwrap();
}

#[tokio::test]
async fn a_pool_without_a_free_connection_is_busy() {
    let database = Database::new().await;
    let options = SqlitePoolOptions::new().max_connections(1);
    let pool = options
        .acquire_timeout(Duration::from_millis(100))
        .connect_lazy_with(connect_options(database.path()));
    let _held = pool.acquire().await.unwrap();
    let (writing, reading) = failures_of(&pool).await;
    assert_all(&writing, BackendErrorKind::Busy, "pool");
    assert_all(&reading, BackendErrorKind::Busy, "pool");
}

#[tokio::test]
async fn a_closed_pool_is_unavailable() {
    let database = Database::new().await;
    database.pool.close().await;
    let (writing, reading) = failures_of(&database.pool).await;
    assert_all(&writing, BackendErrorKind::Unavailable, "closed");
    assert_all(&reading, BackendErrorKind::Unavailable, "closed");
}

#[tokio::test]
async fn a_read_only_database_is_read_and_not_written() {
    let database = Database::new().await;
    let id = database.directory().register(Registration::new(email("per@example.no"))).await.unwrap();
    let pool = pool_of_one(connect_options(database.path()).read_only(true).create_if_missing(false));
    migrate(&pool).await.unwrap();
    let (writing, reading) = failures_of(&pool).await;
    assert_all(&writing, BackendErrorKind::Misconfigured, "read-only");
    assert!(reading.is_empty(), "{reading:?}");
    assert!(SqliteDirectory::new(pool).get(&id).await.unwrap().is_some());
    assert_eq!(rows(&database).await, [1, 1, 0, 0], "nothing was lost, and nothing half written");
    database.codes().insert(&pending(1)).await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_database_is_corrupt() {
    let database = Database::absent();
    std::fs::write(database.path(), "This is a letter to ola@example.no. ".repeat(1_000)).unwrap();
    let (writing, reading) = failures_of(&database.pool).await;
    assert_all(&writing, BackendErrorKind::Corrupt, "check the path");
    assert_all(&reading, BackendErrorKind::Corrupt, "check the path");
    assert_eq!(migrate(&database.pool).await.unwrap_err().kind(), BackendErrorKind::Corrupt);
}

#[tokio::test]
async fn a_database_whose_pages_were_overwritten_is_corrupt() {
    let database = Database::new().await;
    database.directory().register(ola()).await.unwrap();
    database.pool.close().await;
    let mut file = std::fs::read(database.path()).unwrap();
    // What is behind the page with the schema.
    file[4_096..].fill(0xAA);
    std::fs::write(database.path(), file).unwrap();
    let (writing, reading) = failures_of(&pool_of_one(connect_options(database.path()))).await;
    assert_all(&writing, BackendErrorKind::Corrupt, "restore it from a backup");
    assert_all(&reading, BackendErrorKind::Corrupt, "restore it from a backup");
}

#[tokio::test]
async fn a_path_that_cannot_be_opened_is_unavailable() {
    let database = Database::absent();
    let pool = pool_of_one(connect_options(database.path().join("no such directory")));
    let (writing, reading) = failures_of(&pool).await;
    assert_all(&writing, BackendErrorKind::Unavailable, "could not be opened");
    assert_all(&reading, BackendErrorKind::Unavailable, "could not be opened");
    assert_all(&[migrate(&pool).await.unwrap_err()], BackendErrorKind::Unavailable, "could not be opened");
}

/// Fills the pages that there are, with people, codes and counts in turn, each until there is no room.
#[tokio::test]
async fn a_full_database_is_unavailable_and_loses_nothing_and_works_once_there_is_room() {
    let database = Database::new().await;
    let pages: i64 = sqlx::query_scalar("pragma page_count").fetch_one(&database.pool).await.unwrap();
    // The limit is a connection's, and SQLite gives a transaction up by itself where it finds no room: the driver does
    // not know, and the connection is replaced.
    let limit = Arc::new(AtomicI64::new(pages));
    let pragma = |pages: i64| sqlx::AssertSqlSafe(format!("pragma max_page_count = {pages}"));
    let options = SqlitePoolOptions::new().max_connections(1).after_connect({
        let limit = Arc::clone(&limit);
        move |connection, _| {
            let limit = pragma(limit.load(Ordering::Relaxed));
            Box::pin(async move {
                sqlx::raw_sql(limit).execute(connection).await?;
                Ok(())
            })
        }
    });
    let pool = options.connect_lazy_with(connect_options(database.path()));
    let (directory, codes) = (SqliteDirectory::new(pool.clone()), SqliteCodes::new(pool.clone()));
    let throttle = SqliteThrottle::new(pool.clone());

    let mut people = 0;
    let full = loop {
        let long = Registration::new(email(&format!("{people}@example.no"))).name("Ola".repeat(500));
        match directory.register(long).await {
            Ok(_) => people += 1,
            Err(full) => break problem(full),
        }
    };
    assert_all(&[full], BackendErrorKind::Unavailable, "free space");
    let mut number = 0;
    let full = loop {
        match codes.insert(&pending(number)).await {
            Ok(()) => number += 1,
            Err(full) => break full,
        }
    };
    assert_all(&[full], BackendErrorKind::Unavailable, "free space");
    let mut keys = 0;
    let full = loop {
        match throttle.charge(&charges(keys..keys + 10), now()).await {
            Ok(_) => keys += 10,
            Err(full) => break full,
        }
    };
    assert_all(&[full], BackendErrorKind::Unavailable, "free space");

    assert_eq!(
        rows(&database).await,
        [people, people, i64::from(number), i64::from(keys)],
        "what was answered is there, and nothing else"
    );
    limit.store(100_000, Ordering::Relaxed);
    sqlx::raw_sql(pragma(100_000)).execute(&pool).await.unwrap();
    directory.register(Registration::new(email(&format!("{people}@example.no")))).await.unwrap();
    codes.insert(&pending(number)).await.unwrap();
    let Verdict::Allowed(ticket) = throttle.charge(&charges(keys..keys + 10), now()).await.unwrap() else {
        panic!()
    };
    assert!(ticket.entries().iter().all(|entry| entry.events == 1), "nothing was counted before");
}

#[tokio::test]
async fn a_second_row_with_one_handle_is_explained() {
    let database = Database::new().await;
    database.codes().insert(&pending(1)).await.unwrap();
    let refused = database.codes().insert(&pending(1)).await.unwrap_err();
    assert_eq!(refused.kind(), BackendErrorKind::Other);
    assert!(refused.to_string().contains("stored already"), "{refused}");
}

#[tokio::test]
async fn a_second_message_with_one_id_is_explained() {
    let database = Database::new().await;
    let queue = SqliteMessages::new(database.pool.clone());
    queue.put(&message(), now()).await.unwrap();
    let refused = queue.put(&message(), now()).await.unwrap_err();
    assert_eq!(refused.kind(), BackendErrorKind::Other);
    assert!(refused.to_string().contains("stored already"), "{refused}");
}

#[tokio::test]
async fn what_could_not_be_committed_is_never_answered_as_done() {
    let database = Database::new().await;
    let id = database.directory().register(ola()).await.unwrap();
    let version = database.directory().get(&id).await.unwrap().unwrap().credential_version;
    database.codes().insert(&pending(1)).await.unwrap();
    // The connections of this pool refuse every commit, as a disk may that fails at the last moment.
    let pool = SqlitePoolOptions::new()
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.lock_handle().await?.set_commit_hook(|| false);
                Ok(())
            })
        })
        .connect_lazy_with(connect_options(database.path()));
    let (directory, codes) = (SqliteDirectory::new(pool.clone()), SqliteCodes::new(pool.clone()));
    let throttle = SqliteThrottle::new(pool);

    codes.count_attempt(&handle(1), now()).await.unwrap_err();
    codes.reissue(&handle(1), in_minutes(2), in_minutes(1)).await.unwrap_err();
    codes.arm(&handle(1), 1, &armed(), now()).await.unwrap_err();
    codes.take(&handle(1), 1, now()).await.unwrap_err();
    codes.insert(&pending(2)).await.unwrap_err();
    throttle.charge(&charges([1]), now()).await.unwrap_err();
    directory.suspend(&id).await.unwrap_err();
    directory.replace_credential(&id, &version, &change("new")).await.unwrap_err();
    let unproven = CredentialChange { proven: None, ..change("new") };
    directory.replace_credential(&id, &version, &unproven).await.unwrap_err();
    directory.replace_contacts(&id, vec![email("kari@example.no")]).await.unwrap_err();
    directory.register(Registration::new(email("per@example.no"))).await.unwrap_err();

    let Attempt::Counted(code) = database.codes().count_attempt(&handle(1), now()).await.unwrap() else {
        panic!()
    };
    assert_eq!((code.issue, code.attempts), (1, 1));
    assert!(code.armed.is_none());
    let account = database.directory().get(&id).await.unwrap().unwrap();
    assert_eq!(account.credential_version, version);
}
