use vestibule::ports::ThrottleStore;
use vestibule::throttle::Verdict;

use crate::database::{Database, charges, now};
use crate::stores::checks;

#[tokio::test]
async fn metacharacters_are_read_back_as_they_were_written() {
    let database = Database::new().await;
    let codes = database.codes();
    let strange = "'; drop table vestibule_codes; -- %_\"\u{0}\u{1F600}";
    checks::metacharacters_are_read_back_as_they_were_written(&codes, strange).await;
}

#[tokio::test]
async fn a_row_at_its_end_is_gone_rather_than_too_soon() {
    let database = Database::new().await;
    checks::a_row_at_its_end_is_gone_rather_than_too_soon(&database.codes()).await;
}

#[tokio::test]
async fn more_rows_than_a_batch_are_purged() {
    let database = Database::new().await;
    // Ten thousand rows of either kind, of which the second half is to stay.
    sqlx::raw_sql(
        "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 5000) \
         insert into vestibule_codes (handle, purpose, contact, format, created_at, resend_at, reissue_until, \
         expires_at, max_attempts, max_issues) \
         select randomblob(32), 'recovery', 'phone:+4741234567', '8d', 0, 0, 0, n, 10, 3 from numbers; \
         with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 5000) \
         insert into vestibule_throttles select randomblob(32), x'0100', n from numbers;",
    )
    .execute(&database.pool)
    .await
    .unwrap();
    checks::more_rows_than_a_batch_are_purged(&database.codes(), &database.throttle()).await;
}

#[tokio::test]
async fn a_refund_removes_a_row_without_events_and_keeps_the_others() {
    let database = Database::new().await;
    let throttle = database.throttle();
    let Verdict::Allowed(_) = throttle.charge(&charges([1]), now()).await.unwrap() else { panic!() };
    let Verdict::Allowed(ticket) = throttle.charge(&charges([1, 2]), now()).await.unwrap() else { panic!() };
    throttle.refund(&ticket).await.unwrap();
    let keys: Vec<Vec<u8>> =
        sqlx::query_scalar("select key from vestibule_throttles").fetch_all(&database.pool).await.unwrap();
    assert_eq!(keys, [charges([1])[0].key.as_bytes()]);
    throttle.refund(&ticket).await.unwrap();
}

#[tokio::test]
async fn a_batch_without_charges_is_allowed() {
    let database = Database::new().await;
    checks::a_batch_without_charges_is_allowed(&database.throttle()).await;
}
