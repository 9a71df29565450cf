use std::pin::pin;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{ConnectOptions, Connection};
use tokio::time::timeout;
use vestibule::adapters::sqlite::{SqliteMessages, connect_options, migrate};
use vestibule::error::BackendErrorKind;
use vestibule::ports::{MessageQueue, UserDirectory};

use crate::database::{Database, now, ola, pool_of_one};

async fn tables(pool: &SqlitePool) -> Vec<String> {
    sqlx::query_scalar("select name from sqlite_schema where type = 'table' order by name")
        .fetch_all(pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn every_table_is_named_after_the_library() {
    let database = Database::new().await;
    assert_eq!(
        tables(&database.pool).await,
        [
            "vestibule_accounts",
            "vestibule_codes",
            "vestibule_contacts",
            "vestibule_messages",
            "vestibule_schema",
            "vestibule_throttles"
        ]
    );
}

#[tokio::test]
async fn migrating_twice_changes_nothing() {
    let database = Database::new().await;
    let before = tables(&database.pool).await;
    migrate(&database.pool).await.unwrap();
    assert_eq!(tables(&database.pool).await, before);
    let versions: Vec<i64> =
        sqlx::query_scalar("select version from vestibule_schema").fetch_all(&database.pool).await.unwrap();
    assert_eq!(versions, [1, 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pools_that_start_at_once_on_a_fresh_file_all_migrate_it() {
    for _ in 0..20 {
        let database = Database::absent();
        let starting: Vec<_> = (0..4)
            .map(|_| {
                let pool = pool_of_one(connect_options(database.path()));
                tokio::spawn(async move { migrate(&pool).await })
            })
            .collect();
        for started in starting {
            started.await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn a_file_that_another_program_is_still_making_is_opened_once_it_lets_go() {
    let database = Database::absent();
    let other = SqliteConnectOptions::new().filename(database.path()).create_if_missing(true);
    let mut other = other.connect().await.unwrap();
    let making = other.begin_with("begin exclusive").await.unwrap();
    let pool = database.impatient();
    let mut opening = pin!(migrate(&pool));
    // Long enough for it to be told that the file is busy, and far from long enough for it to give up.
    assert!(timeout(Duration::from_secs(1), &mut opening).await.is_err());
    making.rollback().await.unwrap();
    opening.await.unwrap();
}

#[tokio::test]
async fn tables_of_an_application_are_left_alone() {
    let database = Database::absent();
    sqlx::raw_sql("create table members (name text); insert into members values ('Ola')")
        .execute(&database.pool)
        .await
        .unwrap();
    migrate(&database.pool).await.unwrap();
    let name: String =
        sqlx::query_scalar("select name from members").fetch_one(&database.pool).await.unwrap();
    assert_eq!(name, "Ola");
}

/// From the first schema, with people in it, to the one with messages.
#[tokio::test]
async fn the_rows_of_an_earlier_schema_are_kept() {
    let database = Database::absent();
    sqlx::raw_sql("create table vestibule_schema (version integer not null primary key) strict")
        .execute(&database.pool)
        .await
        .unwrap();
    let first = include_str!("../../src/adapters/sqlite/migrations/0001_accounts_codes_and_throttles.sql");
    sqlx::raw_sql(first).execute(&database.pool).await.unwrap();
    sqlx::raw_sql("insert into vestibule_schema values (1)").execute(&database.pool).await.unwrap();
    let id = database.directory().register(ola()).await.unwrap();
    migrate(&database.pool).await.unwrap();
    let people = database.directory().accounts_after(None, 10).await.unwrap();
    assert_eq!(people.iter().map(|account| &account.id).collect::<Vec<_>>(), [&id]);
    let queue = SqliteMessages::new(database.pool.clone());
    assert_eq!(queue.purge(now()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_later_schema_is_refused_and_left_as_it_is() {
    let database = Database::new().await;
    let id = database.directory().register(ola()).await.unwrap();
    let before = tables(&database.pool).await;
    sqlx::query("insert into vestibule_schema values (99)").execute(&database.pool).await.unwrap();
    let refusal = migrate(&database.pool).await.unwrap_err();
    assert_eq!(refusal.kind(), BackendErrorKind::Misconfigured);
    let text = refusal.to_string();
    assert!(text.contains("version 99") && text.contains("run the release that made it"), "{text}");
    assert_eq!(tables(&database.pool).await, before);
    assert!(database.directory().get(&id).await.unwrap().is_some());
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_behind() {
    let database = Database::absent();
    sqlx::raw_sql("create table vestibule_codes (mine text)").execute(&database.pool).await.unwrap();
    migrate(&database.pool).await.unwrap_err();
    assert_eq!(tables(&database.pool).await, ["vestibule_codes"]);
}

#[tokio::test]
async fn a_schema_that_is_up_to_date_is_not_written_to() {
    let database = Database::new().await;
    let other = database.impatient();
    let mut writing = database.pool.begin_with("begin immediate").await.unwrap();
    sqlx::query("delete from vestibule_codes").execute(&mut *writing).await.unwrap();
    migrate(&other).await.unwrap();
}
