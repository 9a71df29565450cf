//! A database of one test, and the things that are stored in it.

use std::path::PathBuf;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use tempfile::TempDir;
use vestibule::account::{CredentialChange, PasswordChange, Registration};
use vestibule::adapters::sqlite::{SqliteCodes, SqliteDirectory, SqliteThrottle, connect_options, migrate};
use vestibule::code::{CodeFormat, CodeMac, HandleDigest, Purpose};
use vestibule::ports::{ArmedCode, CodeTarget, PendingCode};
use vestibule::throttle::{Charge, Schedule, ThrottleKey};
use vestibule::time::OffsetDateTime;
use vestibule::{AccountId, Contact, CredentialVersion, EmailAddress, Locale, PasswordHash};

pub(crate) struct Database {
    folder: TempDir,
    pub(crate) pool: SqlitePool,
}

impl Database {
    /// A file that does not exist yet.
    pub(crate) fn absent() -> Self {
        let folder = TempDir::new().unwrap();
        let pool = SqlitePool::connect_lazy_with(connect_options(folder.path().join("accounts.db")));
        Self { folder, pool }
    }

    /// A file that does not exist yet, where the test keeps nothing that would remove it: it stays until the test is
    /// run again.
    pub(crate) fn path_to_keep() -> PathBuf {
        let thread = std::thread::current();
        let test = thread.name().filter(|name| *name != "main").map(|name| name.replace("::", "."));
        let name = test.unwrap_or_else(|| std::process::id().to_string());
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.db"));
        for file in ["db", "db-wal", "db-shm"] {
            let _ = std::fs::remove_file(path.with_extension(file));
        }
        path
    }

    pub(crate) async fn new() -> Self {
        let database = Self::absent();
        migrate(&database.pool).await.unwrap();
        database
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("accounts.db")
    }

    pub(crate) fn directory(&self) -> SqliteDirectory {
        SqliteDirectory::new(self.pool.clone())
    }

    pub(crate) fn codes(&self) -> SqliteCodes {
        SqliteCodes::new(self.pool.clone())
    }

    pub(crate) fn throttle(&self) -> SqliteThrottle {
        SqliteThrottle::new(self.pool.clone())
    }

    /// The same file through another pool of one connection, which waits but shortly for locks.
    pub(crate) fn impatient(&self) -> SqlitePool {
        pool_of_one(connect_options(self.path()).busy_timeout(Duration::from_millis(200)))
    }
}

pub(crate) fn pool_of_one(options: SqliteConnectOptions) -> SqlitePool {
    SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options)
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
