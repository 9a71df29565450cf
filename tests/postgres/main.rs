//! What the PostgreSQL adapters promise, tried on a real server.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../servers/mod.rs"]
mod servers;

use std::process::ExitCode;
use std::sync::Arc;

use sqlx::{Connection, PgConnection};

use crate::servers::Suite;
use crate::servers::postgres::PostgresServer;

fn main() -> ExitCode {
    let mut suite = Suite::start(PostgresServer::start);
    suite.test("server::it_answers", it_answers);
    suite.run()
}

async fn it_answers(server: Arc<PostgresServer>) {
    let mut connection = PgConnection::connect(server.maintenance_url()).await.unwrap();
    let version: i32 = sqlx::query_scalar("select current_setting('server_version_num')::int")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert!(version >= 150_000, "{version}");
}
