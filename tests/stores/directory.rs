//! What holds of each directory on SQL beyond the contract, tried on an empty one.

use vestibule::account::{Registration, RegistrationProblem};
use vestibule::ports::Found;
use vestibule::{AccountId, AccountState, Contact, Locale, PhoneNumber};

use super::registering::Registering;
use super::samples::{change, email, ola};

pub(crate) fn phone(number: &str) -> Contact {
    PhoneNumber::from_e164(number).unwrap().into()
}

/// `name` would do harm where it was taken for a command, and is read back as `as_read`.
pub(crate) async fn a_person_is_read_back_as_registered_with_each_contact_once(
    directory: &impl Registering,
    name: &str,
    as_read: &str,
) {
    let id = directory
        .register(
            Registration::new(email("Ola.O'Brien%_@Blåbær.example.no"))
                .contact(phone("+4741234567"))
                .contact(email("ola.o'brien%_@blåbær.example.no"))
                .name(name)
                .locale(Locale::new("nb-NO")),
        )
        .await
        .unwrap();
    assert_eq!(id.as_str().len(), 32);
    let account = directory.get(&id).await.unwrap().unwrap();
    let spellings: Vec<&str> = account.contacts.iter().map(Contact::as_str).collect();
    assert_eq!(spellings, ["Ola.O'Brien%_@Blåbær.example.no", "+4741234567"]);
    assert_eq!(account.name.as_deref(), Some(as_read));
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
    directory: &impl Registering,
) {
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
    directory: &impl Registering,
) {
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

pub(crate) async fn many_are_registered_at_once_and_one_who_cannot_be_keeps_nobody_out(
    directory: &impl Registering,
) {
    let people = (0..5_000).map(|number| {
        Registration::new(email(&format!("{}@example.no", number % 4_999)))
            .contact(phone(&format!("+474{number:07}")))
    });
    let outcomes = directory.register_all(people.collect()).await.unwrap();
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
