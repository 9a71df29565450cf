use std::sync::Arc;

use sqlx::postgres::PgPool;
use vestibule::adapters::postgres::migrate;
use vestibule::error::BackendErrorKind;
use vestibule::ports::UserDirectory;

use crate::database::{Database, ola, pool};
use crate::servers::postgres::PostgresServer;

async fn tables(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "select schemaname || '.' || tablename from pg_tables \
         where schemaname not in ('pg_catalog', 'information_schema') order by 1",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

pub(crate) async fn every_table_is_in_a_schema_of_its_own(server: Arc<PostgresServer>) {
    let database = Database::absent(&server).await;
    database.run("create table members (name text); insert into members values ('Ola')").await;
    migrate(&database.pool).await.unwrap();
    assert_eq!(
        tables(&database.pool).await,
        [
            "public.members",
            "vestibule.accounts",
            "vestibule.codes",
            "vestibule.contacts",
            "vestibule.messages",
            "vestibule.migrations",
            "vestibule.throttles"
        ]
    );
    let name: String =
        sqlx::query_scalar("select name from members").fetch_one(&database.pool).await.unwrap();
    assert_eq!(name, "Ola");
}

pub(crate) async fn migrating_twice_changes_nothing(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let before = tables(&database.pool).await;
    migrate(&database.pool).await.unwrap();
    assert_eq!(tables(&database.pool).await, before);
    let versions: Vec<i64> = sqlx::query_scalar("select version from vestibule.migrations")
        .fetch_all(&database.pool)
        .await
        .unwrap();
    assert_eq!(versions, [1, 2]);
}

pub(crate) async fn pools_that_start_at_once_on_a_fresh_database_all_migrate_it(server: Arc<PostgresServer>) {
    for _ in 0..3 {
        let database = Database::absent(&server).await;
        let starting: Vec<_> = (0..8)
            .map(|_| {
                let pool = pool(&database.url, 1);
                tokio::spawn(async move { migrate(&pool).await })
            })
            .collect();
        for started in starting {
            started.await.unwrap().unwrap();
        }
        assert_eq!(tables(&database.pool).await.len(), 6);
    }
}

pub(crate) async fn a_later_schema_is_refused_and_left_as_it_is(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let id = database.directory().register(ola()).await.unwrap();
    let before = tables(&database.pool).await;
    database.run("insert into vestibule.migrations values (99)").await;
    let refusal = migrate(&database.pool).await.unwrap_err();
    assert_eq!(refusal.kind(), BackendErrorKind::Misconfigured);
    let text = refusal.to_string();
    assert!(text.contains("version 99") && text.contains("run the release that made it"), "{text}");
    assert_eq!(tables(&database.pool).await, before);
    assert!(database.directory().get(&id).await.unwrap().is_some());
}

pub(crate) async fn a_migration_that_fails_leaves_nothing_behind(server: Arc<PostgresServer>) {
    let database = Database::absent(&server).await;
    database.run("create schema vestibule; create table vestibule.codes (mine text)").await;
    migrate(&database.pool).await.unwrap_err();
    assert_eq!(tables(&database.pool).await, ["vestibule.codes"]);
}

pub(crate) async fn a_role_that_may_only_read_and_write_rows_finds_the_schema_up_to_date(
    server: Arc<PostgresServer>,
) {
    let database = Database::new(&server).await;
    let role = server.fresh_name();
    database
        .run(&format!(
            "create role {role} login; grant usage on schema vestibule to {role}; \
             grant select, insert, update, delete on all tables in schema vestibule to {role}"
        ))
        .await;
    let pool = crate::database::pool_with(database.options().username(&role), 1);
    migrate(&pool).await.unwrap();
    let empty = Database::absent(&server).await;
    let pool = crate::database::pool_with(empty.options().username(&role), 1);
    let refusal = migrate(&pool).await.unwrap_err();
    assert_eq!(refusal.kind(), BackendErrorKind::Misconfigured, "{refusal:?}");
    database.run(&format!("drop owned by {role}; drop role {role}")).await;
}
