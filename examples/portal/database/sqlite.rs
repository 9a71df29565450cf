//! A SQLite file: the default, with nothing else installed.

use std::fs::OpenOptions;
use std::path::Path;

use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use vestibule::adapters::sqlite::{SqliteCodes, SqliteThrottle, connect_options, migrate};

use super::{PATIENCE, Pool};

pub const ANY_ACCOUNT: &str = "select 1 from vestibule_accounts limit 1";

/// Opens the file, and makes it where there is none: for its owner alone, since it holds password hashes.
pub async fn open(path: &Path) -> Result<(Pool, Pool), String> {
    let unusable = |reason: String| {
        format!("The database {} cannot be used: {reason}. DATABASE_URL says where it is.", path.display())
    };
    let mut file = OpenOptions::new();
    file.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    file.open(path).map_err(|error| unusable(error.to_string()))?;

    let pool = |connections| {
        let options = SqlitePoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE);
        options.connect_lazy_with(connect_options(path))
    };
    let (work, health) = (pool(8), pool(1));
    migrate(&work).await.map_err(|error| unusable(error.to_string()))?;
    let tables = sqlx::raw_sql(include_str!("sqlite.sql")).execute(&work);
    tables.await.map_err(|error| unusable(error.to_string()))?;
    Ok((Pool::Sqlite(work), Pool::Sqlite(health)))
}

pub fn codes(pool: &SqlitePool) -> SqliteCodes {
    SqliteCodes::new(pool.clone())
}

pub fn throttle(pool: &SqlitePool) -> SqliteThrottle {
    SqliteThrottle::new(pool.clone())
}
