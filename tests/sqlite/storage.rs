//! How many bytes a row takes, with its indexes: guide/defaults.md says what a flood can store by that.

use sqlx::sqlite::{SqlitePool, SqliteSynchronous};
use vestibule::adapters::sqlite::{SqliteCodes, SqliteThrottle, connect_options};

use crate::database::{Database, pool_of_one};
use crate::stores::storage::{REQUESTS, count, request};

/// How large the database is, in bytes.
async fn size(pool: &SqlitePool) -> u64 {
    let pages: i64 = sqlx::query_scalar("pragma page_count").fetch_one(pool).await.unwrap();
    let page: i64 = sqlx::query_scalar("pragma page_size").fetch_one(pool).await.unwrap();
    (pages * page).unsigned_abs()
}

#[tokio::test]
async fn a_row_takes_no_more_than_the_guide_says() {
    let database = Database::new().await;
    // Thousands of commits, of which none need survive.
    let pool = pool_of_one(connect_options(database.path()).synchronous(SqliteSynchronous::Off));
    let (codes, throttle) = (SqliteCodes::new(pool.clone()), SqliteThrottle::new(pool.clone()));
    let mut sizes = vec![size(&pool).await];
    for (first, bytes) in [(0, 30), (REQUESTS, 254)] {
        for number in first..first + REQUESTS {
            request(&codes, number, bytes).await;
        }
        sizes.push(size(&pool).await);
    }
    for number in 0..REQUESTS {
        count(&throttle, number).await;
    }
    sizes.push(size(&pool).await);
    let each: Vec<_> = sizes.windows(2).map(|pair| (pair[1] - pair[0]) / REQUESTS).collect();
    assert!(each[0] <= 500, "a code for an address of 30 bytes takes {} bytes", each[0]);
    assert!(each[1] <= 1_100, "a code for the longest address takes {} bytes", each[1]);
    assert!(each[2] / 3 <= 150, "a count takes {} bytes", each[2] / 3);
}
