//! People and passwords, and what is read of them.

use crate::account::{Account, AccountId, CredentialChange, CredentialVersion, PasswordChange, Registration};
use crate::contact::Contact;
use crate::contract::ManagedDirectory;
use crate::contract::samples::{email, phone, start};
use crate::hasher::PasswordHash;
use crate::locale::Locale;
use crate::ports::{Found, UserDirectory};

/// Enters somebody with an e-mail address and, where an account can have one, a number, and returns the account.
pub(super) async fn registered(directory: &impl ManagedDirectory, address: &str, number: &str) -> Account {
    let registration = Registration::new(email(address))
        .contact(phone(number))
        .name("Ola Nordmann")
        .locale(Locale::NORWEGIAN);
    entered(directory, registration).await
}

/// Enters somebody with those of the contacts that an account can have, and returns the account.
pub(super) async fn entered(directory: &impl ManagedDirectory, registration: Registration) -> Account {
    let contacts = directory.capacity().fitting(registration.contacts);
    let id = directory.register(Registration { contacts, ..registration }).await;
    account(directory, &id).await
}

/// Gives an account those of the contacts that it can have, and returns which.
pub(super) async fn moved(
    directory: &impl ManagedDirectory,
    id: &AccountId,
    contacts: Vec<Contact>,
) -> Vec<Contact> {
    let contacts = directory.capacity().fitting(contacts);
    directory.replace_contacts(id, contacts.clone()).await;
    contacts
}

/// Enters Ola, and returns the account.
pub(super) async fn ola(directory: &impl ManagedDirectory) -> Account {
    registered(directory, "Ola.Nordmann@example.no", "+4741234567").await
}

/// Enters Kari, and returns the account.
pub(super) async fn kari(directory: &impl ManagedDirectory) -> Account {
    registered(directory, "kari@example.no", "+4798765432").await
}

/// Reads an account that must be there.
pub(super) async fn account(directory: &impl UserDirectory, id: &AccountId) -> Account {
    directory.get(id).await.unwrap().unwrap_or_else(|| panic!("the account {id:?} is not there"))
}

/// Finds whose contact this is, which must be one account's.
pub(super) async fn owner(directory: &impl UserDirectory, contact: &Contact) -> Account {
    match directory.find(contact).await.unwrap() {
        Found::One(account) => account,
        other => panic!("{} of one account is {other:?}", contact.canonical()),
    }
}

pub(super) async fn assert_nobodys(directory: &impl UserDirectory, contact: &Contact) {
    let found = directory.find(contact).await.unwrap();
    assert!(matches!(found, Found::Nobody), "{} of nobody is {found:?}", contact.canonical());
}

/// The longest hash that this library writes, told apart by its end.
pub(super) fn hash(number: usize) -> PasswordHash {
    let text = format!("pepper=4294967295:$argon2id$v=19$m=2097152,t=16,p=16${number:x>64}$");
    PasswordHash::from_stored(format!("{text}{number:/<width$}", width = 255 - text.len()))
}

pub(super) fn change(password: PasswordHash, how: PasswordChange) -> CredentialChange {
    CredentialChange { password, how, proven: None, at: start() }
}

/// Sets a password, which must succeed, and returns the new version.
pub(super) async fn set_password(
    directory: &impl UserDirectory,
    id: &AccountId,
    password: PasswordHash,
) -> CredentialVersion {
    let before = account(directory, id).await;
    let change = change(password, PasswordChange::Changed);
    let after = directory.replace_credential(id, &before.credential_version, &change).await.unwrap();
    after.unwrap_or_else(|| panic!("the current version of {before:?} was refused"))
}

pub(super) fn assert_same_hash(read: Option<&PasswordHash>, written: Option<&PasswordHash>) {
    let exposed = |hash: &PasswordHash| hash.expose_for_storage().to_owned();
    assert_eq!(read.map(exposed), written.map(exposed));
}

pub(super) fn assert_same_contacts(read: &Account, written: &[Contact]) {
    assert_eq!(spelt(&read.contacts), spelt(written));
}

pub(super) fn spelt(contacts: &[Contact]) -> Vec<&str> {
    contacts.iter().map(Contact::as_str).collect()
}

/// Everything about an account.
pub(super) fn assert_same_account(read: &Account, written: &Account) {
    assert_eq!(read.id, written.id);
    assert_eq!(read.state, written.state);
    assert_eq!(read.credential_version, written.credential_version);
    assert_same_hash(read.password.as_ref(), written.password.as_ref());
    assert_same_contacts(read, &written.contacts);
    assert_eq!(read.name, written.name);
    assert_eq!(read.locale, written.locale);
}

/// That an account is still as it was, however it is read.
pub(super) async fn assert_unchanged(directory: &impl UserDirectory, before: &Account) {
    assert_same_account(&account(directory, &before.id).await, before);
    assert_same_account(&owner(directory, &before.contacts[0]).await, before);
}
