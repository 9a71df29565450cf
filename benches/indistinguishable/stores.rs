//! Where accounts, codes and counts are kept. Databases do not wait for the disk here: that would only be noise, in
//! which a difference hides.

use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use vestibule::adapters::{postgres, sqlite};

use crate::servers::postgres::PostgresServer;

pub enum Store {
    Memory,
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Store {
    /// An empty database in a file of its own.
    pub async fn sqlite(folder: &std::path::Path, name: &str) -> Self {
        let options = sqlite::connect_options(folder.join(name)).synchronous(SqliteSynchronous::Off);
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await.unwrap();
        sqlite::migrate(&pool).await.unwrap();
        Self::Sqlite(pool)
    }

    /// An empty database on the server.
    pub async fn postgres(server: &PostgresServer) -> Self {
        let name = server.fresh_name();
        let mut maintenance = PgConnection::connect(server.maintenance_url()).await.unwrap();
        let create = format!("create database {name}");
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut maintenance).await.unwrap();
        let pool = PgPoolOptions::new().max_connections(4).connect(&server.url(&name)).await.unwrap();
        postgres::migrate(&pool).await.unwrap();
        Self::Postgres(pool)
    }
}
