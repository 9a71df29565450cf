//! Whole accounts, carried from one database to another.

use vestibule::account::{
    AccountRecord, AccountState, CredentialChange, Registration, RestoreProblem, Restored,
};
use vestibule::adapters::memory::ManualClock;
use vestibule::ports::UserDirectory;
use vestibule::{AccountId, Contact, Locale};

use crate::database::{Database, change, email, in_minutes, now, ola};
use crate::stores::directory::phone;

fn ids(records: &[AccountRecord]) -> Vec<&AccountId> {
    records.iter().map(|record| &record.account.id).collect()
}

#[tokio::test]
async fn an_account_that_is_moved_keeps_every_field() {
    let (here, there) = (Database::new().await, Database::new().await);
    let clock = ManualClock::at(now());
    let directory = here.directory().clock(clock.clone());
    let id = directory.register(ola().contact(phone("+4741234567"))).await.unwrap();
    let version = directory.get(&id).await.unwrap().unwrap().credential_version;
    let change = CredentialChange { at: in_minutes(1), ..change("the hash") };
    let version = directory.replace_credential(&id, &version, &change).await.unwrap().unwrap();

    let records = directory.records_after(None, 10).await.unwrap();
    let restored = there.directory().restore_all(records).await.unwrap();
    assert!(matches!(restored[..], [Ok(Restored::Entered)]), "{restored:?}");

    let moved = there.directory().records_after(None, 10).await.unwrap();
    let [AccountRecord { account, proven_at, created_at, changed_at, activated_at, .. }] = &moved[..] else {
        panic!("{moved:?}")
    };
    assert_eq!((&account.id, account.state), (&id, AccountState::Active));
    assert_eq!(account.credential_version, version);
    assert_eq!(account.password.as_ref().unwrap().expose_for_storage(), "the hash");
    assert_eq!((account.name.as_deref(), &account.locale), (Some("Ola Nordmann"), &Some(Locale::NORWEGIAN)));
    assert_eq!(
        account.contacts.iter().map(Contact::as_str).collect::<Vec<_>>(),
        ["ola@example.no", "+4741234567"]
    );
    assert_eq!(proven_at, &[Some(in_minutes(1)), None]);
    assert_eq!((*created_at, *changed_at), (now(), in_minutes(1)));
    assert_eq!(*activated_at, Some(in_minutes(1)));
    // And is the one that is found by what was typed.
    let found = there.directory().find(&phone("+4741234567")).await.unwrap();
    assert!(matches!(found, vestibule::ports::Found::One(found) if found.id == id));
}

#[tokio::test]
async fn an_account_without_contact_password_or_name_is_moved_as_it_is() {
    let (here, there) = (Database::new().await, Database::new().await);
    let id = here.directory().register(ola()).await.unwrap();
    here.directory().suspend(&id).await.unwrap();
    sqlx::raw_sql("delete from vestibule_contacts; update vestibule_accounts set name = null, locale = null")
        .execute(&here.pool)
        .await
        .unwrap();
    let records = here.directory().records_after(None, 10).await.unwrap();
    let restored = there.directory().restore_all(records).await.unwrap();
    assert!(matches!(restored[..], [Ok(Restored::Entered)]), "{restored:?}");
    let account = there.directory().get(&id).await.unwrap().unwrap();
    assert_eq!(account.state, AccountState::Suspended);
    assert!(account.contacts.is_empty() && account.password.is_none());
    assert!(account.name.is_none() && account.locale.is_none());
}

#[tokio::test]
async fn what_is_here_already_stays_as_it_is_and_what_differs_is_named() {
    let (here, there) = (Database::new().await, Database::new().await);
    let id = here.directory().register(ola()).await.unwrap();
    let records = here.directory().records_after(None, 10).await.unwrap();
    for expected in [Restored::Entered, Restored::WasHere] {
        let restored = there.directory().restore_all(records.clone()).await.unwrap();
        assert!(matches!(&restored[..], [Ok(outcome)] if *outcome == expected), "{restored:?}");
    }
    there.directory().suspend(&id).await.unwrap();
    let changed = there.directory().get(&id).await.unwrap().unwrap().credential_version;
    let restored = there.directory().restore_all(records).await.unwrap();
    assert!(matches!(restored[..], [Err(RestoreProblem::Differs)]), "{restored:?}");
    let account = there.directory().get(&id).await.unwrap().unwrap();
    assert_eq!((account.state, account.credential_version), (AccountState::Suspended, changed));
}

#[tokio::test]
async fn one_whose_address_is_taken_is_named_and_keeps_nobody_out() {
    let (here, there) = (Database::new().await, Database::new().await);
    let ola_here = here.directory().register(Registration::new(email("OLA@example.no"))).await.unwrap();
    let kari = here.directory().register(Registration::new(email("kari@example.no"))).await.unwrap();
    let ola_there = there.directory().register(ola()).await.unwrap();
    let mut records = here.directory().records_after(None, 10).await.unwrap();
    records.sort_by_key(|record| record.account.id == kari);
    let restored = there.directory().restore_all(records).await.unwrap();
    let [Err(RestoreProblem::EmailTaken(address)), Ok(Restored::Entered)] = &restored[..] else {
        panic!("{restored:?}")
    };
    assert_eq!(address.as_str(), "OLA@example.no");
    assert!(there.directory().get(&ola_here).await.unwrap().is_none());
    for id in [&ola_there, &kari] {
        assert!(there.directory().get(id).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn records_are_read_page_by_page_in_the_order_of_their_ids() {
    let database = Database::new().await;
    let directory = database.directory();
    let mut registered = Vec::new();
    for number in 0..5 {
        let person = Registration::new(email(&format!("{number}@example.no")))
            .contact(phone(&format!("+474123456{number}")));
        registered.push(directory.register(person).await.unwrap());
    }
    registered.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    let (mut read, mut pages) = (Vec::new(), Vec::new());
    loop {
        let last = read.last().map(|record: &AccountRecord| record.account.id.clone());
        let page = directory.records_after(last.as_ref(), 2).await.unwrap();
        pages.push(page.len());
        if page.is_empty() {
            break;
        }
        read.extend(page);
    }
    assert_eq!(pages, [2, 2, 1, 0]);
    assert_eq!(ids(&read), registered.iter().collect::<Vec<_>>());
}
