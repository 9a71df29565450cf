//! What each operation costs with many rows, against what it costs with a thousand, on PostgreSQL and SQLite.
//!
//! `cargo bench --bench scale -- 1000000` fills each store with a million accounts, codes and throttle rows. Without a
//! number it tries ten thousand, to see that it works. Printed are medians in microseconds, and their ratio. Both
//! databases wait for the disk, as they do where it matters; with `quick` as well, PostgreSQL does not.
//!
//! What concerns one row is compared with what concerns one row. The last two lines are another thing: keys look random,
//! so a hundred of them share a dozen pages among a thousand, and have a hundred pages among a million. Compare them with
//! a hundred times the row alone, which a batch should stay below.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program that measures")]

#[path = "../tests/servers/mod.rs"]
mod servers;

use std::time::{Duration, Instant};

use sqlx::postgres::PgPool;
use sqlx::sqlite::SqlitePool;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use vestibule::adapters::{postgres, sqlite};
use vestibule::code::{CodeFormat, CodeMac, HandleDigest, Purpose};
use vestibule::ports::{ArmedCode, CodeStore, CodeTarget, PendingCode, ThrottleStore, UserDirectory};
use vestibule::throttle::{Charge, Schedule, ThrottleKey, Verdict};
use vestibule::time::OffsetDateTime;
use vestibule::{AccountId, Contact, CredentialVersion, EmailAddress, PasswordHash};

use crate::servers::postgres::PostgresServer;

const FEW: u64 = 1_000;
const ROUNDS: u64 = 300;
/// How many rows are purged one by one.
const ALONE: u64 = 100;
/// How many are purged in a batch.
const BATCH: u64 = 100;
/// How many more rows there are, which are over: numbers from here on are theirs.
const OVER: u64 = 1_100;
const OTHERS: u64 = 100_000_000;

fn main() {
    let many = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(10_000);
    let is_quick = std::env::args().any(|argument| argument == "quick");
    let server = if is_quick { PostgresServer::start() } else { PostgresServer::start_durable() };
    let server = server.map_err(|missing| missing.0).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let mut columns = Vec::new();
        for rows in [FEW, many] {
            let pool = postgres_with(&server, rows).await;
            let stores = (
                postgres::PostgresDirectory::new(pool.clone()),
                postgres::PostgresCodes::new(pool.clone()),
                postgres::PostgresThrottle::new(pool),
            );
            columns.push(measure(stores, rows).await);
        }
        for rows in [FEW, many] {
            let pool = sqlite_with(folder.path().join(format!("{rows}.db")), rows).await;
            let stores = (
                sqlite::SqliteDirectory::new(pool.clone()),
                sqlite::SqliteCodes::new(pool.clone()),
                sqlite::SqliteThrottle::new(pool),
            );
            columns.push(measure(stores, rows).await);
        }
        println!("{:24}{:>12}{many:>12}  ratio{:>12}{many:>12}  ratio", "rows", FEW, FEW);
        for (line, (name, _)) in columns[0].iter().enumerate() {
            let at = |column: usize| columns[column][line].1.as_secs_f64() * 1e6;
            println!(
                "{name:24}{:12.0}{:12.0}{:7.2}{:12.0}{:12.0}{:7.2}",
                at(0),
                at(1),
                at(1) / at(0),
                at(2),
                at(3),
                at(3) / at(2)
            );
        }
    });
}

/// The bytes of the nth key, which looks random in its order; the databases write the same.
fn key(number: u64) -> [u8; 32] {
    let text = format!("{:010}{number:022}", number * 2_654_435_761 % 4_294_967_296);
    text.into_bytes().try_into().unwrap()
}

async fn postgres_with(server: &PostgresServer, rows: u64) -> PgPool {
    let name = server.fresh_name();
    let mut maintenance = PgConnection::connect(server.maintenance_url()).await.unwrap();
    let create = format!("create database {name}");
    sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut maintenance).await.unwrap();
    let pool = PgPool::connect(&server.url(&name)).await.unwrap();
    postgres::migrate(&pool).await.unwrap();
    let key = "lpad((n * 2654435761 % 4294967296)::text, 10, '0') || lpad(n::text, 22, '0')";
    let fill = format!(
        "insert into vestibule.accounts (id, state, credential_version, password_hash, created_at, changed_at) \
         select {key}, 'active', {key}, 'old', 0, 0 from generate_series(1, {rows}::bigint) n; \
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

async fn sqlite_with(path: std::path::PathBuf, rows: u64) -> SqlitePool {
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
         {numbers} select {key}, 'active', {key}, 'old', 0, 0 from numbers order by 1; \
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

/// In milliseconds: later than every time below.
const LATE: i64 = 1_900_000_000_000;

async fn measure<D, C, T>((directory, codes, throttle): (D, C, T), rows: u64) -> Vec<(&'static str, Duration)>
where
    D: UserDirectory,
    C: CodeStore,
    T: ThrottleStore,
{
    let now = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
    let mut results = Vec::new();
    // One of the rows, others in every round.
    let row = |round: u64| round * 7_919_317 % rows + 1;
    let schedule = Schedule::window(1_000, Duration::from_secs(60)).unwrap();
    let charges = |first: u64| -> Vec<Charge> {
        let keys = [first, first + 1, first + 2].map(|number| ThrottleKey::from_bytes(key(number)));
        keys.into_iter().map(|key| Charge { key, schedule }).collect()
    };
    let email = |number: u64| Contact::from(EmailAddress::parse(&format!("{number}@example.no")).unwrap());
    macro_rules! median {
        ($name:literal, $rounds:expr, |$round:ident| $work:expr) => {{
            let mut times = Vec::new();
            for $round in 0..$rounds {
                let began = Instant::now();
                $work;
                times.push(began.elapsed());
            }
            times.sort();
            results.push(($name, times[times.len() / 2]));
        }};
    }
    median!("find", ROUNDS, |round| directory.find(&email(row(round))).await.unwrap());
    median!("get", ROUNDS, |round| directory.get(&id(row(round))).await.unwrap().unwrap());
    median!("replace_hash", ROUNDS, |round| {
        let (old, new) = (PasswordHash::from_stored("old"), PasswordHash::from_stored("new"));
        directory.replace_hash(&id(row(round)), &old, &new).await.unwrap()
    });
    median!("insert", ROUNDS, |round| codes.insert(&pending(rows + round + 1, now)).await.unwrap());
    median!("arm", ROUNDS, |round| {
        assert!(codes.arm(&handle(row(round)), 1, &armed(), now).await.unwrap());
    });
    median!("count_attempt", ROUNDS, |round| codes.count_attempt(&handle(row(round)), now).await.unwrap());
    median!("reissue", ROUNDS, |round| codes.reissue(&handle(row(round)), now, now).await.unwrap());
    median!("take", ROUNDS, |round| codes.take(&handle(row(round)), 1, now).await.unwrap());
    median!("charge, old keys", ROUNDS, |round| {
        let _ = throttle.charge(&charges(row(round).min(rows - 2)), now).await.unwrap();
    });
    median!("charge, new keys", ROUNDS, |round| {
        let _ = throttle.charge(&charges(rows + round * 3 + 1), now).await.unwrap();
    });
    let mut tickets = Vec::new();
    for round in 0..ROUNDS {
        if let Verdict::Allowed(ticket) =
            throttle.charge(&charges(row(round).min(rows - 2)), now).await.unwrap()
        {
            tickets.push(ticket);
        }
    }
    median!("refund", tickets.len(), |round| throttle.refund(&tickets[round]).await.unwrap());
    median!("lift", ROUNDS, |round| {
        throttle.lift(&[ThrottleKey::from_bytes(key(row(round)))]).await.unwrap();
    });
    // One more of the rows that are over, each time: codes go before the time that is given, throttles at that time.
    let at = |number: u64| OffsetDateTime::UNIX_EPOCH + Duration::from_millis(number);
    median!("purge of 1 code", ALONE, |round| assert_eq!(codes.purge(at(round + 2)).await.unwrap(), 1));
    median!("purge of 1 throttle", ALONE, |round| assert_eq!(
        throttle.purge(at(round + 1)).await.unwrap(),
        1
    ));
    let batches = (OVER - ALONE) / BATCH;
    let end = |batch: u64| ALONE + (batch + 1) * BATCH;
    median!("purge of 100 codes", batches, |batch| {
        assert_eq!(codes.purge(at(end(batch) + 1)).await.unwrap(), BATCH);
    });
    median!("purge of 100 throttles", batches, |batch| {
        assert_eq!(throttle.purge(at(end(batch))).await.unwrap(), BATCH);
    });
    results
}

fn id(number: u64) -> AccountId {
    AccountId::new(String::from_utf8(key(number).to_vec()).unwrap())
}

fn handle(number: u64) -> HandleDigest {
    HandleDigest::from_bytes(key(number))
}

fn pending(number: u64, now: OffsetDateTime) -> PendingCode {
    PendingCode {
        handle: handle(number),
        purpose: Purpose::Recovery,
        contact: EmailAddress::parse("ola@example.no").unwrap().into(),
        locale: None,
        format: CodeFormat::EIGHT_DIGITS,
        created_at: now,
        resend_at: now,
        reissue_until: now + Duration::from_secs(480),
        expires_at: now + Duration::from_secs(600),
        max_attempts: 10,
        max_issues: 3,
    }
}

fn armed() -> ArmedCode {
    let target = CodeTarget {
        account: AccountId::new("7"),
        destination: EmailAddress::parse("ola@example.no").unwrap().into(),
        credential_version: CredentialVersion::from_stored("1"),
    };
    ArmedCode { target, mac: CodeMac::from_bytes(&[5; CodeMac::LENGTH]) }
}
