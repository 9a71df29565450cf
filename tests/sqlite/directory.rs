use vestibule::adapters::memory::ManualClock;
use vestibule::adapters::sqlite::SqliteMessages;
use vestibule::ports::UserDirectory;

use crate::database::{Database, change, email, now, ola};
use crate::stores::directory::{self as checks, phone};

#[tokio::test]
async fn a_person_is_read_back_as_registered_with_each_contact_once() {
    let database = Database::new().await;
    let name = "Robert'); drop table vestibule_accounts;-- \"%_\u{0} 😀";
    checks::a_person_is_read_back_as_registered_with_each_contact_once(&database.directory(), name, name)
        .await;
}

#[tokio::test]
async fn an_email_address_is_registered_once_and_a_phone_number_may_be_shared() {
    let database = Database::new().await;
    checks::an_email_address_is_registered_once_and_a_phone_number_may_be_shared(&database.directory()).await;
}

#[tokio::test]
async fn an_account_is_resumed_to_what_it_was_and_only_changes_give_a_new_version() {
    let database = Database::new().await;
    checks::an_account_is_resumed_to_what_it_was_and_only_changes_give_a_new_version(&database.directory())
        .await;
}

#[tokio::test]
async fn a_contact_stays_proven_while_its_spelling_stays() {
    let database = Database::new().await;
    let directory = database.directory();
    let id = directory.register(ola().contact(phone("+4741234567"))).await.unwrap();
    let version = directory.get(&id).await.unwrap().unwrap().credential_version;
    directory.replace_credential(&id, &version, &change("hash")).await.unwrap().unwrap();
    let proven = || async {
        sqlx::query_as::<_, (String, Option<i64>)>(
            "select spelling, proven_at from vestibule_contacts order by position",
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

#[tokio::test]
async fn many_are_registered_at_once_and_one_who_cannot_be_keeps_nobody_out() {
    let database = Database::new().await;
    checks::many_are_registered_at_once_and_one_who_cannot_be_keeps_nobody_out(&database.directory()).await;
}

#[tokio::test]
async fn times_are_the_clocks() {
    let database = Database::new().await;
    let clock = ManualClock::at(now());
    let directory = database.directory().clock(clock.clone());
    let id = directory.register(ola()).await.unwrap();
    clock.turn(std::time::Duration::from_secs(1));
    directory.suspend(&id).await.unwrap();
    let times: (i64, i64) = sqlx::query_as("select created_at, changed_at from vestibule_accounts")
        .fetch_one(&database.pool)
        .await
        .unwrap();
    assert_eq!(times, (1_800_000_000_000, 1_800_000_001_000));
}

#[tokio::test]
async fn nothing_personal_is_printed() {
    let database = Database::new().await;
    database.directory().register(ola()).await.unwrap();
    assert_eq!(format!("{:?}", database.directory()), "SqliteDirectory { .. }");
    assert_eq!(format!("{:?}", database.codes()), "SqliteCodes { .. }");
    assert_eq!(format!("{:?}", SqliteMessages::new(database.pool.clone())), "SqliteMessages { .. }");
    assert_eq!(format!("{:?}", database.throttle()), "SqliteThrottle { .. }");
}
