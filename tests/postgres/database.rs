//! A database of one test.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::OnceCell;
use vestibule::adapters::postgres::{
    PostgresCodes, PostgresDirectory, PostgresMessages, PostgresThrottle, migrate,
};

use crate::servers::postgres::PostgresServer;

pub(crate) use crate::stores::samples::*;

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

pub(crate) async fn fresh_messages(server: Arc<PostgresServer>) -> PostgresMessages {
    PostgresMessages::new(Database::new(&server).await.pool)
}
