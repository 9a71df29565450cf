use std::sync::Arc;
use vestibule::adapters::memory::ManualClock;
use vestibule::ports::UserDirectory;

use crate::database::{Database, change, email, now, ola};
use crate::servers::postgres::PostgresServer;
use crate::stores::directory::{self as checks, phone};

pub(crate) async fn a_person_is_read_back_as_registered_with_each_contact_once(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let (name, as_read) = (
        "Robert'); drop table vestibule.accounts;-- \"%_\u{0} 😀",
        "Robert'); drop table vestibule.accounts;-- \"%_ 😀",
    );
    checks::a_person_is_read_back_as_registered_with_each_contact_once(&database.directory(), name, as_read)
        .await;
}

pub(crate) async fn an_email_address_is_registered_once_and_a_phone_number_may_be_shared(
    server: Arc<PostgresServer>,
) {
    let database = Database::new(&server).await;
    checks::an_email_address_is_registered_once_and_a_phone_number_may_be_shared(&database.directory()).await;
}

pub(crate) async fn an_account_is_resumed_to_what_it_was_and_only_changes_give_a_new_version(
    server: Arc<PostgresServer>,
) {
    let database = Database::new(&server).await;
    checks::an_account_is_resumed_to_what_it_was_and_only_changes_give_a_new_version(&database.directory())
        .await;
}

pub(crate) async fn a_contact_stays_proven_while_its_spelling_stays(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let directory = database.directory();
    let id = directory.register(ola().contact(phone("+4741234567"))).await.unwrap();
    let version = directory.get(&id).await.unwrap().unwrap().credential_version;
    directory.replace_credential(&id, &version, &change("hash")).await.unwrap().unwrap();
    let proven = || async {
        sqlx::query_as::<_, (String, Option<i64>)>(
            "select spelling, proven_at from vestibule.contacts order by position",
        )
        .fetch_all(&database.pool)
        .await
        .unwrap()
    };
    let at = Some(now().unix_timestamp() * 1_000);
    assert_eq!(proven().await, [("ola@example.no".to_owned(), at), ("+4741234567".to_owned(), None)]);
    let turned = vec![phone("+4741234567"), email("ola@example.no")];
    directory.replace_contacts(&id, turned).await.unwrap();
    assert_eq!(proven().await, [("+4741234567".to_owned(), None), ("ola@example.no".to_owned(), at)]);
    directory.replace_contacts(&id, vec![email("OLA@example.no")]).await.unwrap();
    assert_eq!(proven().await, [("OLA@example.no".to_owned(), None)]);
}

pub(crate) async fn many_are_registered_at_once_and_one_who_cannot_be_keeps_nobody_out(
    server: Arc<PostgresServer>,
) {
    let database = Database::new(&server).await;
    checks::many_are_registered_at_once_and_one_who_cannot_be_keeps_nobody_out(&database.directory()).await;
}

pub(crate) async fn times_are_the_clocks(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let clock = ManualClock::at(now());
    let directory = database.directory().clock(clock.clone());
    let id = directory.register(ola()).await.unwrap();
    clock.turn(std::time::Duration::from_secs(1));
    directory.suspend(&id).await.unwrap();
    let times: (i64, i64) = sqlx::query_as("select created_at, changed_at from vestibule.accounts")
        .fetch_one(&database.pool)
        .await
        .unwrap();
    assert_eq!(times, (1_800_000_000_000, 1_800_000_001_000));
}

pub(crate) async fn nothing_personal_is_printed(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    database.directory().register(ola()).await.unwrap();
    assert_eq!(format!("{:?}", database.directory()), "PostgresDirectory { .. }");
    assert_eq!(format!("{:?}", database.codes()), "PostgresCodes { .. }");
    assert_eq!(format!("{:?}", database.throttle()), "PostgresThrottle { .. }");
}
