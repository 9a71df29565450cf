use super::samples::{
    account, assert_same_account, assert_same_hash, assert_unchanged, change, hash, kari, ola, owner,
    set_password,
};
use crate::account::{Account, AccountState, CredentialChange, CredentialVersion, PasswordChange};
use crate::contract::ManagedDirectory;
use crate::contract::crowd::all_at_once;
use crate::contract::samples::{email, seconds};

/// It stores the hash and activates the account, and the version it returns is the account's new one.
pub async fn a_replaced_credential_is_the_accounts_credential(directory: &impl ManagedDirectory) {
    let mut expected = ola(directory).await;
    let other = kari(directory).await;
    let last = expected.contacts.len() - 1;
    for (number, how) in
        (1..).zip([PasswordChange::Activated, PasswordChange::Recovered, PasswordChange::Changed])
    {
        let proven = (how != PasswordChange::Changed).then(|| expected.contacts[last].clone());
        let change = CredentialChange { password: hash(number), how, proven, at: seconds(number as u64) };
        let version = &expected.credential_version;
        let returned = directory.replace_credential(&expected.id, version, &change).await.unwrap();
        expected = Account {
            state: AccountState::Active,
            credential_version: returned.unwrap_or_else(|| panic!("the current version was refused")),
            password: Some(change.password),
            ..expected
        };
        assert_unchanged(directory, &expected).await;
        assert_same_account(&owner(directory, &expected.contacts[last]).await, &expected);
    }
    assert_unchanged(directory, &other).await;
}

/// It is refused unless the expected version is the account's version now.
pub async fn a_stale_version_replaces_nothing(directory: &impl ManagedDirectory) {
    let pending = ola(directory).await;
    let other = kari(directory).await;
    let refused = change(hash(9), PasswordChange::Recovered);
    let never_its_own = [
        CredentialVersion::random().unwrap(),
        CredentialVersion::from_stored(""),
        CredentialVersion::from_stored("%"),
        CredentialVersion::from_stored(format!("{} ", pending.credential_version.as_str())),
        other.credential_version.clone(),
    ];
    for version in &never_its_own {
        let answer = directory.replace_credential(&pending.id, version, &refused).await.unwrap();
        assert!(answer.is_none(), "{version:?} is taken for {pending:?}");
    }
    assert_unchanged(directory, &pending).await;

    set_password(directory, &pending.id, hash(1)).await;
    let first = account(directory, &pending.id).await;
    set_password(directory, &pending.id, hash(2)).await;
    let second = account(directory, &pending.id).await;
    for stale in [&pending, &first] {
        let version = &stale.credential_version;
        let answer = directory.replace_credential(&pending.id, version, &refused).await.unwrap();
        assert!(answer.is_none(), "{version:?} is taken for {second:?}");
    }
    assert_unchanged(directory, &second).await;

    // A code for an address that the account no longer has is worth nothing.
    directory.replace_contacts(&pending.id, vec![email("ola@eksempel.no")]).await;
    let moved = account(directory, &pending.id).await;
    let version = &second.credential_version;
    assert!(directory.replace_credential(&pending.id, version, &refused).await.unwrap().is_none());
    assert_unchanged(directory, &moved).await;
    assert_unchanged(directory, &other).await;
}

/// Of 64 concurrent calls with one expected version, one succeeds, and its hash is the one that stays.
pub async fn of_64_concurrent_replacements_one_succeeds(directory: &(impl ManagedDirectory + Clone)) {
    let before = ola(directory).await;
    let answers = all_at_once(directory, |directory, number| {
        let Account { id, credential_version, .. } = before.clone();
        async move {
            let change = change(hash(number), PasswordChange::Activated);
            directory.replace_credential(&id, &credential_version, &change).await.unwrap()
        }
    })
    .await;
    let mut winners =
        answers.into_iter().enumerate().filter_map(|(number, version)| Some((number, version?)));
    let (Some((number, version)), None) = (winners.next(), winners.next()) else {
        panic!("none or several of the replacements succeeded")
    };
    let after = Account {
        state: AccountState::Active,
        credential_version: version,
        password: Some(hash(number)),
        ..before
    };
    assert_unchanged(directory, &after).await;
}

/// A suspended account is left as it is, also by who knows its version, whether or not it had a password.
pub async fn a_suspended_account_gets_no_credential(directory: &impl ManagedDirectory) {
    let never_active = ola(directory).await.id;
    let once_active = kari(directory).await.id;
    set_password(directory, &once_active, hash(1)).await;
    for id in [&never_active, &once_active] {
        directory.suspend(id).await;
        let suspended = account(directory, id).await;
        for how in [PasswordChange::Activated, PasswordChange::Recovered, PasswordChange::Changed] {
            let version = &suspended.credential_version;
            let answer = directory.replace_credential(id, version, &change(hash(9), how)).await.unwrap();
            assert!(answer.is_none(), "{suspended:?} got a password");
        }
        assert_unchanged(directory, &suspended).await;
        directory.resume(id).await;
        set_password(directory, id, hash(2)).await;
        assert_same_hash(account(directory, id).await.password.as_ref(), Some(&hash(2)));
    }
}
