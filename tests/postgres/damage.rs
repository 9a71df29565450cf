//! Rows that cannot be read.

use std::sync::Arc;

use vestibule::adapters::postgres::PostgresMessages;
use vestibule::error::BackendErrorKind;
use vestibule::ports::{CodeStore, ThrottleStore, UserDirectory};
use vestibule::throttle::{Ticket, Verdict};

use crate::database::{Database, charges, handle, now, ola, pending};
use crate::servers::postgres::PostgresServer;
use crate::stores::damage;
use crate::stores::failures::assert_all;

pub(crate) async fn damaged_rows_are_corrupt_and_can_be_lifted(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let throttle = database.throttle();
    let charged = charges([1, 2]);
    let Verdict::Allowed(_) = throttle.charge(&charged, now()).await.unwrap() else { panic!() };
    for damage in ["state = '\\x01ffff'", "later = array[9223372036854775807]"] {
        database.run(&format!("update vestibule.throttles set {damage}")).await;
        let damaged = throttle.charge(&charged, now()).await.unwrap_err();
        assert_eq!(damaged.kind(), BackendErrorKind::Corrupt);
        throttle.lift(&[charged[0].key, charged[1].key]).await.unwrap();
        assert!(matches!(throttle.charge(&charged, now()).await.unwrap(), Verdict::Allowed(_)));
    }
    throttle.refund(&Ticket::default()).await.unwrap();
}

pub(crate) async fn a_row_that_cannot_be_read_is_corrupt_and_its_values_are_not_printed(
    server: Arc<PostgresServer>,
) {
    let database = Database::new(&server).await;
    let codes = database.codes();
    let damages = [
        "purpose = 'ola@example.no'",
        "contact = 'ola@example.no'",
        "format = 'ola@example.no'",
        "locale = '\\xff'",
        "expires_at = 9223372036854775807",
        "max_attempts = 9223372036854775807",
        "mac = '\\x00'",
        "mac = decode(repeat('00', 36), 'hex'), account_id = 'ola'",
        "mac = decode(repeat('00', 36), 'hex'), account_id = 'ola', destination = 'ola', credential_version = 'ola'",
    ];
    for (damage, number) in damages.into_iter().zip(1..) {
        codes.insert(&pending(number)).await.unwrap();
        let row = format!("decode(repeat('{number:02x}', 32), 'hex')");
        database.run(&format!("update vestibule.codes set {damage} where handle = {row}")).await;
        let corrupt = codes.count_attempt(&handle(number), now()).await.unwrap_err();
        assert_all(&[corrupt], BackendErrorKind::Corrupt, "damaged");
    }
    let directory = database.directory();
    let id = directory.register(ola()).await.unwrap();
    database.run("update vestibule.contacts set spelling = 'ola'").await;
    let corrupt = directory.get(&id).await.unwrap_err();
    assert_all(&[corrupt], BackendErrorKind::Corrupt, "vestibule.contacts");
}

pub(crate) async fn a_message_that_cannot_be_read_holds_up_no_other(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let queue = PostgresMessages::new(database.pool.clone());
    damage::holds_up_no_other(&queue, async |second| {
        let damage = "update vestibule.messages set expires_at = 9223372036854775807 where id = $1";
        sqlx::query(damage).bind(&second[..]).execute(&database.pool).await.unwrap();
    })
    .await;
}
