//! Rows that cannot be read.

use vestibule::adapters::sqlite::SqliteMessages;
use vestibule::error::BackendErrorKind;
use vestibule::ports::{CodeStore, ThrottleStore, UserDirectory};
use vestibule::throttle::{Ticket, Verdict};

use crate::database::{Database, charges, handle, now, ola, pending};
use crate::stores::damage;
use crate::stores::failures::assert_all;

#[tokio::test]
async fn damaged_rows_are_corrupt_and_can_be_lifted() {
    let database = Database::new().await;
    let throttle = database.throttle();
    let charged = charges([1, 2]);
    let Verdict::Allowed(ticket) = throttle.charge(&charged, now()).await.unwrap() else { panic!() };
    sqlx::query("update vestibule_throttles set state = x'01ffff' where key = ?1")
        .bind(&charged[0].key.as_bytes()[..])
        .execute(&database.pool)
        .await
        .unwrap();
    let damaged = throttle.charge(&charged, now()).await.unwrap_err();
    assert_eq!(damaged.kind(), BackendErrorKind::Corrupt);
    assert_eq!(throttle.refund(&ticket).await.unwrap_err().kind(), BackendErrorKind::Corrupt);
    throttle.lift(&[charged[0].key]).await.unwrap();
    assert!(matches!(throttle.charge(&charged, now()).await.unwrap(), Verdict::Allowed(_)));
    throttle.refund(&Ticket::default()).await.unwrap();
}

#[tokio::test]
async fn a_code_that_cannot_be_read_is_corrupt_and_its_values_are_not_printed() {
    let database = Database::new().await;
    let codes = database.codes();
    let damages = [
        "purpose = 'ola@example.no'",
        "contact = 'ola@example.no'",
        "format = 'ola@example.no'",
        "expires_at = 9223372036854775807",
        "max_attempts = 9223372036854775807",
        "mac = x'00'",
        "mac = zeroblob(36), account_id = 'ola'",
        "mac = zeroblob(36), account_id = 'ola', destination = 'ola', credential_version = 'ola'",
    ];
    for (damage, number) in damages.into_iter().zip(1..) {
        codes.insert(&pending(number)).await.unwrap();
        let sql = format!("update vestibule_codes set {damage} where handle = ?1");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(&handle(number).as_bytes()[..])
            .execute(&database.pool)
            .await
            .unwrap();
        let corrupt = codes.count_attempt(&handle(number), now()).await.unwrap_err();
        assert_all(&[corrupt], BackendErrorKind::Corrupt, "damaged");
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_read_holds_up_no_other() {
    let database = Database::new().await;
    let queue = SqliteMessages::new(database.pool.clone());
    damage::holds_up_no_other(&queue, async |second| {
        let damage = "update vestibule_messages set expires_at = 9223372036854775807 where id = ?1";
        sqlx::query(damage).bind(&second[..]).execute(&database.pool).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_account_that_cannot_be_read_is_corrupt_and_its_values_are_not_printed() {
    let database = Database::new().await;
    let directory = database.directory();
    let id = directory.register(ola()).await.unwrap();
    sqlx::query("update vestibule_contacts set spelling = 'ola'").execute(&database.pool).await.unwrap();
    let corrupt = directory.get(&id).await.unwrap_err();
    assert_all(&[corrupt], BackendErrorKind::Corrupt, "vestibule_contacts");
}
