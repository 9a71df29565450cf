use super::samples::{account, hash, kari, moved, ola, set_password, spelt};
use crate::account::{AccountId, AccountState, CredentialVersion};
use crate::contract::ManagedDirectory;
use crate::contract::samples::{email, phone};
use crate::ports::UserDirectory;

/// The version changes with the password, with the state (both ways) and with any contact, and none is used twice for
/// one account, not even when everything is again as it was.
pub async fn a_credential_version_is_never_used_twice(directory: &impl ManagedDirectory) {
    let registered = ola(directory).await;
    let other = kari(directory).await;
    let id = &registered.id;
    let mut used = vec![registered.credential_version];

    // Before there is a password.
    directory.suspend(id).await;
    note(directory, id, AccountState::Suspended, &mut used).await;
    directory.resume(id).await;
    note(directory, id, AccountState::Pending, &mut used).await;
    directory.replace_contacts(id, vec![email("ola@eksempel.no")]).await;
    note(directory, id, AccountState::Pending, &mut used).await;

    // The same password twice, and the first one again.
    for password in [hash(1), hash(1), hash(2), hash(1)] {
        let returned = set_password(directory, id, password).await;
        note(directory, id, AccountState::Active, &mut used).await;
        assert_eq!(used.last(), Some(&returned));
    }
    for _ in 0..2 {
        directory.suspend(id).await;
        note(directory, id, AccountState::Suspended, &mut used).await;
        directory.resume(id).await;
        note(directory, id, AccountState::Active, &mut used).await;
    }
    // One more, one in another place, one fewer, and those of the beginning. Where an account has one contact, some of
    // these are what it has already.
    let mut now = account(directory, id).await.contacts;
    for contacts in [
        vec![email("ola@eksempel.no"), phone("+4741234567")],
        vec![email("Ola@eksempel.no"), phone("+4741234568")],
        vec![email("Ola@eksempel.no")],
        registered.contacts,
    ] {
        if spelt(&directory.capacity().fitting(contacts.clone())) != spelt(&now) {
            now = moved(directory, id, contacts).await;
            note(directory, id, AccountState::Active, &mut used).await;
        }
    }
    let unconcerned = account(directory, &other.id).await;
    assert_eq!(unconcerned.credential_version, other.credential_version);
}

/// Takes note of the version that an account has now, which must be a new one.
async fn note(
    directory: &impl UserDirectory,
    id: &AccountId,
    state: AccountState,
    used: &mut Vec<CredentialVersion>,
) {
    let now = account(directory, id).await;
    assert_eq!(now.state, state);
    let earlier = used.iter().position(|version| *version == now.credential_version);
    assert_eq!(earlier, None, "version {} is used again as version {}", earlier.unwrap_or(0), used.len());
    used.push(now.credential_version);
}
