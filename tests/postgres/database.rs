//! A database of one test, and the things that are stored in it.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::OnceCell;
use vestibule::account::{CredentialChange, PasswordChange, Registration};
use vestibule::adapters::postgres::{PostgresCodes, PostgresDirectory, PostgresThrottle, migrate};
use vestibule::code::{CodeFormat, CodeMac, HandleDigest, Purpose};
use vestibule::ports::{ArmedCode, CodeTarget, PendingCode};
use vestibule::throttle::{Charge, Schedule, ThrottleKey};
use vestibule::time::OffsetDateTime;
use vestibule::{AccountId, Contact, CredentialVersion, EmailAddress, Locale, PasswordHash};

use crate::servers::postgres::PostgresServer;

pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) pool: PgPool,
}

impl Database {
    /// An empty database.
    pub(crate) async fn absent(server: &PostgresServer) -> Self {
        let name = server.fresh_name();
        run(server.maintenance_url(), &format!("create database {name}")).await;
        Self::at(server.url(&name))
    }

    /// A database with the schema: a copy of one that was migrated once.
    pub(crate) async fn new(server: &PostgresServer) -> Self {
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        let template = TEMPLATE
            .get_or_init(|| async {
                let name = server.fresh_name();
                run(server.maintenance_url(), &format!("create database {name}")).await;
                let template = Self::at(server.url(&name));
                migrate(&template.pool).await.unwrap();
                template.pool.close().await;
                name
            })
            .await;
        let name = server.fresh_name();
        run(server.maintenance_url(), &format!("create database {name} template {template}")).await;
        Self::at(server.url(&name))
    }

    pub(crate) fn at(url: String) -> Self {
        let pool = pool(&url, 12);
        Self { url, pool }
    }

    pub(crate) fn options(&self) -> PgConnectOptions {
        self.url.parse().unwrap()
    }

    pub(crate) fn directory(&self) -> PostgresDirectory {
        PostgresDirectory::new(self.pool.clone())
    }

    pub(crate) fn codes(&self) -> PostgresCodes {
        PostgresCodes::new(self.pool.clone())
    }

    pub(crate) fn throttle(&self) -> PostgresThrottle {
        PostgresThrottle::new(self.pool.clone())
    }

    /// Runs statements of a test's own.
    pub(crate) async fn run(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&self.pool).await.unwrap();
    }
}

pub(crate) fn pool(url: &str, connections: u32) -> PgPool {
    pool_with(url.parse().unwrap(), connections)
}

pub(crate) fn pool_with(options: PgConnectOptions, connections: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(5))
        .connect_lazy_with(options)
}

async fn run(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// The fresh stores that the contracts ask for.
pub(crate) async fn fresh_codes(server: Arc<PostgresServer>) -> PostgresCodes {
    Database::new(&server).await.codes()
}

pub(crate) async fn fresh_throttle(server: Arc<PostgresServer>) -> PostgresThrottle {
    Database::new(&server).await.throttle()
}

pub(crate) async fn fresh_directory(server: Arc<PostgresServer>) -> PostgresDirectory {
    Database::new(&server).await.directory()
}

pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()
}

pub(crate) fn in_minutes(minutes: u64) -> OffsetDateTime {
    now() + Duration::from_secs(60 * minutes)
}

pub(crate) fn email(address: &str) -> Contact {
    EmailAddress::parse(address).unwrap().into()
}

pub(crate) fn ola() -> Registration {
    Registration::new(email("ola@example.no")).name("Ola Nordmann").locale(Locale::NORWEGIAN)
}

pub(crate) fn change(hash: &str) -> CredentialChange {
    CredentialChange {
        password: PasswordHash::from_stored(hash),
        how: PasswordChange::Activated,
        proven: Some(email("ola@example.no")),
        at: now(),
    }
}

pub(crate) fn handle(number: u8) -> HandleDigest {
    HandleDigest::from_bytes([number; 32])
}

pub(crate) fn pending(number: u8) -> PendingCode {
    PendingCode {
        handle: handle(number),
        purpose: Purpose::Activation,
        contact: email("ola@example.no"),
        locale: Some(Locale::NORWEGIAN),
        format: CodeFormat::EIGHT_DIGITS,
        created_at: now(),
        resend_at: in_minutes(1),
        reissue_until: in_minutes(8),
        expires_at: in_minutes(10),
        max_attempts: 10,
        max_issues: 3,
    }
}

pub(crate) fn armed() -> ArmedCode {
    let target = CodeTarget {
        account: AccountId::new("7"),
        destination: email("ola@example.no"),
        credential_version: CredentialVersion::from_stored("1"),
    };
    ArmedCode { target, mac: CodeMac::from_bytes(&[5; CodeMac::LENGTH]) }
}

/// One event on each of some keys, of which 10 may happen in a minute.
pub(crate) fn charges(keys: impl IntoIterator<Item = u8>) -> Vec<Charge> {
    let schedule = Schedule::window(10, Duration::from_secs(60)).unwrap();
    keys.into_iter().map(|key| Charge { key: ThrottleKey::from_bytes([key; 32]), schedule }).collect()
}
