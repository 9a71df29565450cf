//! How many bytes a row takes, with its indexes: guide/defaults.md says what a flood can store by that.

use std::sync::Arc;

use crate::database::Database;
use crate::servers::postgres::PostgresServer;
use crate::stores::storage::{REQUESTS, count, request};

/// How large a table is, with its indexes, in bytes.
async fn size(database: &Database, table: &str) -> u64 {
    let size: i64 = sqlx::query_scalar("select pg_total_relation_size(('vestibule.' || $1)::regclass)")
        .bind(table)
        .fetch_one(&database.pool)
        .await
        .unwrap();
    size.unsigned_abs()
}

pub(crate) async fn a_row_takes_no_more_than_the_guide_says(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let (codes, throttle) = (database.codes(), database.throttle());
    let mut sizes = vec![size(&database, "codes").await];
    for (first, bytes) in [(0, 30), (REQUESTS, 254)] {
        for number in first..first + REQUESTS {
            request(&codes, number, bytes).await;
        }
        sizes.push(size(&database, "codes").await);
    }
    let empty = size(&database, "throttles").await;
    for number in 0..REQUESTS {
        count(&throttle, number).await;
    }
    let counts = (size(&database, "throttles").await - empty) / REQUESTS / 3;
    let each: Vec<_> = sizes.windows(2).map(|pair| (pair[1] - pair[0]) / REQUESTS).collect();
    assert!(each[0] <= 1_300, "a code for an address of 30 bytes takes {} bytes", each[0]);
    assert!(each[1] <= 2_400, "a code for the longest address takes {} bytes", each[1]);
    assert!(counts <= 350, "a count takes {counts} bytes");
}
