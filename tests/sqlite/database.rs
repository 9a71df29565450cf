//! A database of one test.

use std::path::PathBuf;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use tempfile::TempDir;
use vestibule::adapters::sqlite::{SqliteCodes, SqliteDirectory, SqliteThrottle, connect_options, migrate};

pub(crate) use crate::stores::samples::*;

pub(crate) struct Database {
    folder: TempDir,
    pub(crate) pool: SqlitePool,
}

impl Database {
    /// A file that does not exist yet.
    pub(crate) fn absent() -> Self {
        Self::absent_with(|options| options)
    }

    /// The same, with options of the test's own.
    pub(crate) fn absent_with(change: impl FnOnce(SqliteConnectOptions) -> SqliteConnectOptions) -> Self {
        let folder = TempDir::new().unwrap();
        let options = change(connect_options(folder.path().join("accounts.db")));
        Self { folder, pool: SqlitePool::connect_lazy_with(options) }
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
