use std::sync::Arc;
use vestibule::account::Registration;
use vestibule::account::RegistrationProblem;
use vestibule::adapters::memory::ManualClock;
use vestibule::ports::{Found, UserDirectory};
use vestibule::{AccountId, AccountState, Contact, Locale, PhoneNumber};

use crate::database::{Database, change, email, now, ola};
use crate::servers::postgres::PostgresServer;

fn phone(number: &str) -> Contact {
    PhoneNumber::from_e164(number).unwrap().into()
}

fn spellings(contacts: &[Contact]) -> Vec<&str> {
    contacts
        .iter()
        .map(|contact| match contact {
            Contact::Email(address) => address.as_str(),
            Contact::Phone(number) => number.as_str(),
        })
        .collect()
}

pub(crate) async fn a_person_is_read_back_as_registered_with_each_contact_once(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let directory = database.directory();
    let id = directory
        .register(
            Registration::new(email("Ola.O'Brien%_@Blåbær.example.no"))
                .contact(phone("+4741234567"))
                .contact(email("ola.o'brien%_@blåbær.example.no"))
                .name("Robert'); drop table vestibule.accounts;-- \"%_\u{0} 😀")
                .locale(Locale::new("nb-NO")),
        )
        .await
        .unwrap();
    assert_eq!(id.as_str().len(), 32);
    let account = directory.get(&id).await.unwrap().unwrap();
    assert_eq!(spellings(&account.contacts), ["Ola.O'Brien%_@Blåbær.example.no", "+4741234567"]);
    assert_eq!(account.name.as_deref(), Some("Robert'); drop table vestibule.accounts;-- \"%_ 😀"));
    assert_eq!(account.locale, Some(Locale::new("nb-NO")));
    assert_eq!(account.state, AccountState::Pending);
    assert!(account.password.is_none());
    for nobody in ["ola.oxbrien%_@blåbær.example.no", "ola.o'brien%x@blåbær.example.no"] {
        assert!(matches!(directory.find(&email(nobody)).await.unwrap(), Found::Nobody));
    }
    for id in ["", "'", "%", "\u{0}", "' or 1=1 --"] {
        assert!(directory.get(&AccountId::new(id)).await.unwrap().is_none());
    }
}

pub(crate) async fn an_email_address_is_registered_once_and_a_phone_number_may_be_shared(
    server: Arc<PostgresServer>,
) {
    let database = Database::new(&server).await;
    let directory = database.directory();
    let family = phone("+4741234567");
    let kari = Registration::new(email("kari@example.no")).contact(family.clone());
    let kari = directory.register(kari).await.unwrap();
    let again = directory.register(Registration::new(email("KARI@example.no"))).await.unwrap_err();
    assert!(
        matches!(again, RegistrationProblem::EmailTaken(address) if address.as_str() == "KARI@example.no")
    );
    let ola = directory.register(ola().contact(family.clone())).await.unwrap();
    assert!(matches!(directory.find(&family).await.unwrap(), Found::Several));
    let taken = directory.replace_contacts(&ola, vec![email("Kari@example.no")]).await.unwrap_err();
    assert!(matches!(taken, RegistrationProblem::EmailTaken(_)));
    let none = directory.replace_contacts(&ola, vec![]).await.unwrap_err();
    assert!(matches!(none, RegistrationProblem::NoContact));
    assert_eq!(directory.get(&ola).await.unwrap().unwrap().contacts.len(), 2);
    assert!(directory.replace_contacts(&kari, vec![email("Kari@example.no")]).await.unwrap());
    assert!(!directory.replace_contacts(&AccountId::new("1"), vec![]).await.unwrap());
    assert!(matches!(directory.find(&family).await.unwrap(), Found::One(account) if account.id == ola));
}

pub(crate) async fn an_account_is_resumed_to_what_it_was_and_only_changes_give_a_new_version(
    server: Arc<PostgresServer>,
) {
    let database = Database::new(&server).await;
    let directory = database.directory();
    let id = directory.register(ola()).await.unwrap();
    let account = || async { directory.get(&id).await.unwrap().unwrap() };
    let mut versions = vec![account().await.credential_version];

    assert!(directory.resume(&id).await.unwrap());
    assert_eq!(account().await.credential_version, versions[0]);
    assert!(directory.suspend(&id).await.unwrap());
    versions.push(account().await.credential_version);
    assert!(directory.suspend(&id).await.unwrap());
    assert_eq!(account().await.credential_version, versions[1]);
    assert_eq!(account().await.state, AccountState::Suspended);
    assert!(directory.resume(&id).await.unwrap());
    assert_eq!(account().await.state, AccountState::Pending);
    versions.push(account().await.credential_version);

    let version = directory.replace_credential(&id, &versions[2], &change("hash")).await.unwrap().unwrap();
    assert_eq!(account().await.state, AccountState::Active);
    assert!(directory.suspend(&id).await.unwrap());
    assert!(directory.resume(&id).await.unwrap());
    assert_eq!(account().await.state, AccountState::Active);
    versions.extend([version, account().await.credential_version]);
    versions.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    versions.dedup();
    assert_eq!(versions.len(), 5);
    assert!(!directory.suspend(&AccountId::new("1")).await.unwrap());
    assert!(!directory.resume(&AccountId::new("1")).await.unwrap());
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
    let directory = database.directory();
    let people = (0..5_000).map(|number| {
        Registration::new(email(&format!("{}@example.no", number % 4_999)))
            .contact(phone(&format!("+474{number:07}")))
    });
    let began = std::time::Instant::now();
    let outcomes = directory.register_all(people).await.unwrap();
    println!("5,000 people in {:?}", began.elapsed());
    assert_eq!(outcomes.len(), 5_000);
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 4_999);
    assert!(matches!(&outcomes[4_999], Err(RegistrationProblem::EmailTaken(_))));

    let mut ids = Vec::new();
    loop {
        let page = directory.accounts_after(ids.last(), 700).await.unwrap();
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 700 && page.iter().all(|account| account.contacts.len() == 2));
        ids.extend(page.into_iter().map(|account| account.id));
    }
    assert!(ids.is_sorted());
    ids.dedup();
    assert_eq!(ids.len(), 4_999);
    assert_eq!(directory.accounts_after(None, u32::MAX).await.unwrap().len(), 1_000);
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
