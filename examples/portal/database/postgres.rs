//! PostgreSQL, which several machines share.

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use vestibule::adapters::postgres::{PostgresCodes, PostgresThrottle, migrate};

use super::{PATIENCE, Pool};

pub const ANY_ACCOUNT: &str = "select 1 from vestibule.accounts limit 1";

pub async fn open(options: &PgConnectOptions) -> Result<(Pool, Pool), String> {
    let unusable = |reason: String| format!("The database that DATABASE_URL names cannot be used: {reason}.");
    let pool = |connections| {
        let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE);
        pool.connect_lazy_with(options.clone())
    };
    let (work, health) = (pool(16), pool(1));
    migrate(&work).await.map_err(|error| unusable(error.to_string()))?;
    let tables = sqlx::raw_sql(include_str!("postgres.sql")).execute(&work);
    tables.await.map_err(|error| unusable(error.to_string()))?;
    Ok((Pool::Postgres(work), Pool::Postgres(health)))
}

pub fn codes(pool: &PgPool) -> PostgresCodes {
    PostgresCodes::new(pool.clone())
}

pub fn throttle(pool: &PgPool) -> PostgresThrottle {
    PostgresThrottle::new(pool.clone())
}
