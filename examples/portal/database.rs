//! The SQLite file.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use vestibule::adapters::sqlite::{connect_options, migrate};

/// How long a request waits for a connection: a person waits no longer either.
const PATIENCE: Duration = Duration::from_secs(5);

/// Pools on one file.
#[derive(Clone, Debug)]
pub struct Database {
    pub pool: SqlitePool,
    /// A connection that no amount of work takes away from `/healthz`.
    health: SqlitePool,
}

impl Database {
    /// Opens the file, and makes it where there is none: for its owner alone, since it holds password hashes.
    pub async fn open(path: &Path) -> Result<Self, String> {
        let unusable = |reason: String| format!("The database {} cannot be used: {reason}", path.display());
        let mut file = OpenOptions::new();
        file.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
        file.open(path).map_err(|error| unusable(error.to_string()))?;

        let pool = |connections| {
            let options = SqlitePoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE);
            options.connect_lazy_with(connect_options(path))
        };
        let database = Self { pool: pool(8), health: pool(1) };
        migrate(&database.pool).await.map_err(|error| unusable(error.to_string()))?;
        Ok(database)
    }

    /// Whether the database answers, soon.
    pub async fn answers(&self) -> bool {
        let query = sqlx::query("select count(*) from vestibule_accounts").execute(&self.health);
        matches!(tokio::time::timeout(Duration::from_secs(2), query).await, Ok(Ok(_)))
    }

    pub async fn close(&self) {
        self.health.close().await;
        self.pool.close().await;
    }
}
