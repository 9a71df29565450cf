use std::future::Future;
use std::time::Duration;

use tokio::time::timeout;
use vestibule::adapters::sqlite::{SqliteCodes, SqliteDirectory, SqliteThrottle, connect_options, migrate};
use vestibule::ports::{CodeStore, ThrottleStore, UserDirectory};
use vestibule::throttle::Verdict;

use crate::database::{
    Database, armed, change, charges, email, handle, in_minutes, now, ola, pending, pool_of_one,
};

/// Drops the future of an operation at many moments, and sees after each that nobody holds a transaction open and that
/// the only connection of the pool still works.
async fn drop_midway<F: Future>(database: &Database, throttle: &SqliteThrottle, operation: impl Fn() -> F) {
    let others = database.impatient();
    for step in 0..60 {
        let _ = timeout(Duration::from_micros(step * 25), operation()).await;
        others.begin_with("begin immediate").await.unwrap().rollback().await.unwrap();
        let charges = charges([1]);
        assert!(matches!(throttle.charge(&charges, now()).await.unwrap(), Verdict::Allowed(_)));
        throttle.lift(&[charges[0].key]).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_dropped_midway_leaves_the_pool_usable() {
    let database = Database::new().await;
    let pool = pool_of_one(connect_options(database.path()));
    let (directory, codes) = (SqliteDirectory::new(pool.clone()), SqliteCodes::new(pool.clone()));
    let throttle = SqliteThrottle::new(pool.clone());
    let id = directory.register(ola()).await.unwrap();
    let account = || async { directory.get(&id).await.unwrap().unwrap() };
    codes.insert(&pending(1)).await.unwrap();
    let (row, code) = (handle(1), armed());

    drop_midway(&database, &throttle, || async {
        let Verdict::Allowed(ticket) = throttle.charge(&charges([200, 201]), now()).await.unwrap() else {
            return;
        };
        throttle.refund(&ticket).await.unwrap();
    })
    .await;
    drop_midway(&database, &throttle, || throttle.purge(now())).await;
    drop_midway(&database, &throttle, || codes.arm(&row, 1, &code, now())).await;
    drop_midway(&database, &throttle, || codes.count_attempt(&row, now())).await;
    drop_midway(&database, &throttle, || codes.reissue(&row, in_minutes(2), in_minutes(1))).await;
    drop_midway(&database, &throttle, || codes.take(&row, 1, now())).await;
    drop_midway(&database, &throttle, || async {
        let change = change("new");
        let version = account().await.credential_version;
        directory.replace_credential(&id, &version, &change).await.unwrap();
    })
    .await;
    drop_midway(&database, &throttle, || directory.replace_contacts(&id, vec![email("kari@example.no")]))
        .await;
    drop_midway(&database, &throttle, || directory.register_all([ola(), ola(), ola()])).await;
    drop_midway(&database, &throttle, || directory.suspend(&id)).await;
    drop_midway(&database, &throttle, || migrate(&pool)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_dropped_while_it_waits_for_a_lock_does_not_take_it_later() {
    let database = Database::new().await;
    let pool = pool_of_one(connect_options(database.path()));
    let throttle = SqliteThrottle::new(pool.clone());
    let codes = SqliteCodes::new(pool);
    codes.insert(&pending(1)).await.unwrap();
    let locked = database.pool.begin_with("begin immediate").await.unwrap();
    let waited = timeout(Duration::from_millis(50), throttle.charge(&charges([1]), now())).await;
    assert!(waited.is_err());
    locked.rollback().await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let rows: i64 = sqlx::query_scalar("select count(*) from vestibule_throttles")
        .fetch_one(&database.pool)
        .await
        .unwrap();
    assert_eq!(rows, 0);
    assert!(matches!(throttle.charge(&charges([1]), now()).await.unwrap(), Verdict::Allowed(_)));
}
