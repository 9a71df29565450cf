use super::samples::{account, assert_unchanged, hash, kari, ola, set_password};
use crate::account::Account;
use crate::contract::ManagedDirectory;
use crate::hasher::PasswordHash;

/// A rehash changes the hash alone: the version stays, so that nobody's session ends at a log-in.
pub async fn a_rehash_changes_the_hash_alone(directory: &impl ManagedDirectory) {
    let id = ola(directory).await.id;
    let other = kari(directory).await.id;
    for id in [&id, &other] {
        set_password(directory, id, hash(1)).await;
    }
    let before = account(directory, &id).await;
    let other = account(directory, &other).await;
    assert!(directory.replace_hash(&id, &hash(1), &hash(2)).await.unwrap());
    let after = Account { password: Some(hash(2)), ..before };
    assert_unchanged(directory, &after).await;
    // The other account has the same hash, and keeps it.
    assert_unchanged(directory, &other).await;

    set_password(directory, &id, hash(3)).await;
    assert!(!directory.replace_hash(&id, &hash(2), &hash(4)).await.unwrap());
}

/// A rehash is refused unless the expected hash is the account's hash now, so that it never undoes a new password.
pub async fn a_rehash_of_another_hash_changes_nothing(directory: &impl ManagedDirectory) {
    let without = ola(directory).await;
    for expected in [hash(1), PasswordHash::from_stored("")] {
        assert!(!directory.replace_hash(&without.id, &expected, &hash(2)).await.unwrap());
    }
    assert_unchanged(directory, &without).await;

    let id = kari(directory).await.id;
    set_password(directory, &id, hash(1)).await;
    let before = account(directory, &id).await;
    let stored = hash(1).expose_for_storage().to_owned();
    for other in [
        hash(2),
        PasswordHash::from_stored(""),
        PasswordHash::from_stored("%"),
        PasswordHash::from_stored(stored.to_uppercase()),
        PasswordHash::from_stored(format!("{stored} ")),
        PasswordHash::from_stored(&stored[..stored.len() - 1]),
    ] {
        assert!(!directory.replace_hash(&id, &other, &hash(3)).await.unwrap());
    }
    assert_unchanged(directory, &before).await;
}
