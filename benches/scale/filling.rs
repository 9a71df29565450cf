//! Databases with so many accounts, codes and counts, which the databases write by themselves.

use std::path::PathBuf;

use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::SqlitePool;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use vestibule::account::{CredentialChange, PasswordChange, Registration};
use vestibule::adapters::memory::MemoryDirectory;
use vestibule::adapters::{postgres, sqlite};
use vestibule::ports::UserDirectory;
use vestibule::time::OffsetDateTime;
use vestibule::{EmailAddress, PasswordHash};

use crate::operations::{LATE, OLD, OTHERS, OVER};
use crate::servers::postgres::PostgresServer;

pub(crate) async fn postgres_with(server: &PostgresServer, rows: u64) -> PgPool {
    let name = server.fresh_name();
    let mut maintenance = PgConnection::connect(server.maintenance_url()).await.unwrap();
    let create = format!("create database {name}");
    sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut maintenance).await.unwrap();
    // One connection, whose pages are the ones that are counted.
    let pool = PgPoolOptions::new().max_connections(1).connect(&server.url(&name)).await.unwrap();
    postgres::migrate(&pool).await.unwrap();
    let key = "lpad((n * 2654435761 % 4294967296)::text, 10, '0') || lpad(n::text, 22, '0')";
    let fill = format!(
        "insert into vestibule.accounts (id, state, credential_version, password_hash, created_at, changed_at) \
         select {key}, 'active', {key}, '{OLD}', 0, 0 from generate_series(1, {rows}::bigint) n; \
         insert into vestibule.contacts (account_id, position, kind, canonical, spelling) \
         select {key}, 0, 'email', 'email:' || n || '@example.no', n || '@example.no' \
         from generate_series(1, {rows}::bigint) n; \
         insert into vestibule.codes (handle, purpose, contact, format, created_at, resend_at, reissue_until, \
         expires_at, max_attempts, max_issues) \
         select ({key})::bytea, 'recovery', 'email:' || n || '@example.no', '8d', 0, 0, {LATE}, {LATE} + n, 1000, 3 \
         from generate_series(1, {rows}::bigint) n; \
         insert into vestibule.throttles (key, later, forget_at) \
         select ({key})::bytea, array[0::bigint], {LATE} + n from generate_series(1, {rows}::bigint) n; \
         insert into vestibule.codes (handle, purpose, contact, format, created_at, resend_at, reissue_until, \
         expires_at, max_attempts, max_issues) \
         select ({key})::bytea, 'recovery', 'email:' || n || '@example.no', '8d', 0, 0, 0, n - {OTHERS}, 10, 3 \
         from generate_series({OTHERS} + 1, {OTHERS} + {OVER}::bigint) n; \
         insert into vestibule.throttles (key, later, forget_at) \
         select ({key})::bytea, array[0::bigint], n - {OTHERS} \
         from generate_series({OTHERS} + 1, {OTHERS} + {OVER}::bigint) n"
    );
    sqlx::raw_sql(AssertSqlSafe(fill)).execute(&pool).await.unwrap();
    sqlx::raw_sql("vacuum analyze").execute(&pool).await.unwrap();
    sqlx::raw_sql("checkpoint").execute(&pool).await.unwrap();
    for table in ["accounts", "contacts", "codes", "throttles"] {
        let bytes: i64 = sqlx::query_scalar("select pg_total_relation_size(('vestibule.' || $1)::regclass)")
            .bind(table)
            .fetch_one(&pool)
            .await
            .unwrap();
        println!("{rows} rows of {table}: {} bytes each, with indexes", bytes as u64 / rows);
    }
    pool
}

pub(crate) async fn sqlite_with(path: PathBuf, rows: u64) -> SqlitePool {
    let pool = SqlitePool::connect_lazy_with(sqlite::connect_options(path));
    sqlite::migrate(&pool).await.unwrap();
    let key = "printf('%010d%022d', n * 2654435761 % 4294967296, n)";
    let numbers = format!(
        "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < {rows})"
    );
    let over = format!(
        "with recursive numbers (n) as (select {OTHERS} + 1 union all select n + 1 from numbers \
         where n < {OTHERS} + {OVER})"
    );
    let fill = format!(
        "begin; insert into vestibule_accounts (id, state, credential_version, password_hash, created_at, changed_at) \
         {numbers} select {key}, 'active', {key}, '{OLD}', 0, 0 from numbers order by 1; \
         insert into vestibule_contacts (account_id, position, kind, canonical, spelling) \
         {numbers} select {key}, 0, 'email', 'email:' || n || '@example.no', n || '@example.no' from numbers \
         order by 1; \
         insert into vestibule_codes (handle, purpose, contact, format, created_at, resend_at, reissue_until, \
         expires_at, max_attempts, max_issues) \
         {numbers} select cast({key} as blob), 'recovery', 'email:' || n || '@example.no', '8d', 0, 0, {LATE}, \
         {LATE} + n, 1000, 3 from numbers; \
         insert into vestibule_throttles (key, state, forget_at) \
         {numbers} select cast({key} as blob), x'0100', {LATE} + n from numbers order by 1; \
         insert into vestibule_codes (handle, purpose, contact, format, created_at, resend_at, reissue_until, \
         expires_at, max_attempts, max_issues) \
         {over} select cast({key} as blob), 'recovery', 'email:' || n || '@example.no', '8d', 0, 0, 0, \
         n - {OTHERS}, 10, 3 from numbers; \
         insert into vestibule_throttles (key, state, forget_at) \
         {over} select cast({key} as blob), x'0100', n - {OTHERS} from numbers; commit; analyze"
    );
    sqlx::raw_sql(AssertSqlSafe(fill)).execute(&pool).await.unwrap();
    sqlx::raw_sql("pragma wal_checkpoint(truncate)").execute(&pool).await.unwrap();
    pool
}

pub(crate) async fn memory_with(rows: u64) -> MemoryDirectory {
    let directory = MemoryDirectory::new();
    for number in 1..=rows {
        let email = EmailAddress::parse(&format!("{number}@example.no")).unwrap();
        let id = directory.register(Registration::new(email)).unwrap();
        let version = directory.get(&id).await.unwrap().unwrap().credential_version;
        let change = CredentialChange {
            password: PasswordHash::from_stored(OLD),
            how: PasswordChange::Activated,
            proven: None,
            at: OffsetDateTime::UNIX_EPOCH,
        };
        directory.replace_credential(&id, &version, &change).await.unwrap().unwrap();
    }
    directory
}
