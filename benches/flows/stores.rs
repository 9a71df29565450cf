//! Each flow on SQLite, PostgreSQL and Redis, as a multiple of the bare statements that it needs.
//!
//! Both take turns, person for person, on two databases of one server. What a store promises beyond its statements (limits
//! to every wait, errors told apart, no half-done change), and all of the crate's own work, is the difference.

use std::time::{Duration, Instant};

use redis::Client;
use redis::aio::ConnectionManager;
use sqlx::postgres::PgPool;
use sqlx::sqlite::SqlitePool;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use vestibule::AccountService;
use vestibule::account::{CredentialChange, PasswordChange, Registration};
use vestibule::adapters::memory::MemoryDirectory;
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::adapters::{postgres, redis as redis_adapter, sqlite};
use vestibule::ports::UserDirectory;
use vestibule::time::OffsetDateTime;
use vestibule::{Contact, PasswordHash};

use crate::bare::{self, Bare};
use crate::elsewhere::{Elsewhere, Trips};
use crate::parts::store_flows::{Crowd, Flow, account_id, address, service, stored_password, time_in_turns};
use crate::parts::{self, median};
use crate::servers::Missing;
use crate::servers::postgres::PostgresServer;
use crate::servers::redis::RedisServer;

pub(crate) async fn measure(
    elsewhere: &Elsewhere,
    postgres: Result<PostgresServer, Missing>,
    redis: Result<RedisServer, Missing>,
) {
    let people: Vec<u64> = (1..=if parts::smoke() { 10 } else { 300 }).collect();
    let folder = tempfile::tempdir().unwrap();

    let (twin, own) = (
        sqlite_with(folder.path().join("bare.db"), &people).await,
        sqlite_with(folder.path().join("own.db"), &people).await,
    );
    let stores = (
        sqlite::SqliteDirectory::new(own.clone()),
        sqlite::SqliteCodes::new(own.clone()),
        sqlite::SqliteThrottle::new(own),
    );
    compare("SQLite", &service(stores.0, stores.1, stores.2), &bare::Sqlite(twin), &people, elsewhere).await;

    match postgres {
        Err(missing) => println!("\nPostgreSQL is skipped: {}", missing.0),
        Ok(server) => {
            let (twin, own) = (postgres_with(&server, &people).await, postgres_with(&server, &people).await);
            let stores = (
                postgres::PostgresDirectory::new(own.clone()),
                postgres::PostgresCodes::new(own.clone()),
                postgres::PostgresThrottle::new(own),
            );
            let world = service(stores.0, stores.1, stores.2);
            compare("PostgreSQL", &world, &bare::Postgres(twin), &people, elsewhere).await;
        }
    }

    match redis {
        Err(missing) => println!("\nRedis is skipped: {}", missing.0),
        Ok(server) => {
            let connection = connect(&server).await;
            let options = redis_adapter::RedisOptions::new().prefix(server.fresh_prefix());
            let codes = redis_adapter::RedisCodes::open_with(connection.clone(), &options).await.unwrap();
            let throttle = redis_adapter::RedisThrottle::open_with(connection, &options).await.unwrap();
            let world = service(memory_with(&people).await, codes, throttle);
            let twin = bare::Redis::new(connect(&server).await, server.fresh_prefix());
            compare("Redis", &world, &twin, &people, elsewhere).await;
        }
    }
}

async fn compare(
    store: &str,
    world: &(AccountService, MemoryOutbox),
    bare: &impl Bare,
    people: &[u64],
    elsewhere: &Elsewhere,
) {
    let each_flow = || -> Vec<Vec<Duration>> { Flow::ALL.map(|_| Vec::new()).into() };
    let (mut times, mut trip_times) = (each_flow(), each_flow());
    let mut statements = [0; Flow::ALL.len()];
    let mut crowd = [Crowd::new(world, people)];
    time_in_turns(&mut crowd, async |flow: Flow, person| {
        let began = Instant::now();
        let sent = bare::run(bare, flow, person).await;
        times[flow as usize].push(began.elapsed());
        statements[flow as usize] = sent;
        let (hashes, rules) = flow.hashes_and_rules();
        trip_times[flow as usize].push(elsewhere.time(Trips { hashes, rules }).await);
    })
    .await;
    let [crowd] = crowd;
    println!(
        "\n{store:28}{:>11}{:>10}{:>10}{:>8}{:>16}",
        "statements", "bare us", "flow us", "ratio", "less the hash"
    );
    for (flow, mut flow_times) in crowd.times {
        let (bare, own) = (median(&mut times[flow as usize]), median(&mut flow_times));
        let sent = statements[flow as usize];
        let less = own.saturating_sub(median(&mut trip_times[flow as usize]));
        let microseconds = |time: Duration| time.as_secs_f64() * 1e6;
        let ratio = |time: Duration| match sent {
            0 => "-".to_owned(),
            _ => format!("{:.2}", time.as_secs_f64() / bare.as_secs_f64()),
        };
        println!(
            "{:28}{sent:11}{:10.0}{:10.0}{:>8}{:>16}",
            flow.name(),
            microseconds(bare),
            microseconds(own),
            ratio(own),
            ratio(less)
        );
    }
}

async fn sqlite_with(path: std::path::PathBuf, people: &[u64]) -> SqlitePool {
    let pool = SqlitePool::connect_lazy_with(sqlite::connect_options(path));
    sqlite::migrate(&pool).await.unwrap();
    for number in people {
        sqlx::query(
            "insert into vestibule_accounts (id, state, credential_version, password_hash, created_at, changed_at) \
             values (?1, 'active', ?1, ?2, 0, 0)",
        )
        .bind(account_id(*number))
        .bind(stored_password())
        .execute(&pool)
        .await
        .unwrap();
        sqlx::query(
            "insert into vestibule_contacts (account_id, position, kind, canonical, spelling) \
             values (?1, 0, 'email', ?2, ?3)",
        )
        .bind(account_id(*number))
        .bind(address(*number).canonical())
        .bind(spelling(*number))
        .execute(&pool)
        .await
        .unwrap();
    }
    pool
}

async fn postgres_with(server: &PostgresServer, people: &[u64]) -> PgPool {
    let name = server.fresh_name();
    let mut maintenance = PgConnection::connect(server.maintenance_url()).await.unwrap();
    let create = AssertSqlSafe(format!("create database {name}"));
    sqlx::raw_sql(create).execute(&mut maintenance).await.unwrap();
    let pool = PgPool::connect(&server.url(&name)).await.unwrap();
    postgres::migrate(&pool).await.unwrap();
    for number in people {
        sqlx::query(
            "insert into vestibule.accounts (id, state, credential_version, password_hash, created_at, changed_at) \
             values ($1, 'active', $1, $2, 0, 0)",
        )
        .bind(account_id(*number))
        .bind(stored_password())
        .execute(&pool)
        .await
        .unwrap();
        sqlx::query(
            "insert into vestibule.contacts (account_id, position, kind, canonical, spelling) \
             values ($1, 0, 'email', $2, $3)",
        )
        .bind(account_id(*number))
        .bind(address(*number).canonical())
        .bind(spelling(*number))
        .execute(&pool)
        .await
        .unwrap();
    }
    pool
}

async fn memory_with(people: &[u64]) -> MemoryDirectory {
    let directory = MemoryDirectory::new();
    for number in people {
        let Contact::Email(email) = address(*number) else { continue };
        let id = directory.register(Registration::new(email)).unwrap();
        let version = directory.get(&id).await.unwrap().unwrap().credential_version;
        let change = CredentialChange {
            password: PasswordHash::from_stored(stored_password()),
            how: PasswordChange::Activated,
            proven: None,
            at: OffsetDateTime::UNIX_EPOCH,
        };
        directory.replace_credential(&id, &version, &change).await.unwrap().unwrap();
    }
    directory
}

async fn connect(server: &RedisServer) -> ConnectionManager {
    let client = Client::open(server.url()).unwrap();
    ConnectionManager::new_with_config(client, redis_adapter::connection_config()).await.unwrap()
}

fn spelling(number: u64) -> String {
    format!("{number}@example.no")
}
