use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;

use crate::account::{Account, AccountId, CredentialChange, CredentialVersion};
use crate::contact::Contact;
use crate::error::BackendError;
use crate::hasher::PasswordHash;

/// Knows the people: the application's own table of users.
///
/// The library reads accounts and sets passwords. It never registers, suspends or renames anybody: that is the
/// application's business, and the credential version is how the library learns of it.
///
/// # Contract
///
/// Finding:
/// - A contact is found in whatever spelling it is asked for, by its canonical key
///   (`an_account_is_found_by_any_spelling_of_its_contacts`).
/// - An account is returned with every registered contact, in the registered spelling
///   (`an_account_is_returned_with_its_contacts_as_registered`).
/// - A contact that nobody has is `Nobody` (`an_unknown_contact_is_nobody`).
/// - A contact that several accounts have is `Several` (`a_contact_of_two_accounts_is_several`).
/// - Look-alike letters and metacharacters find nobody else (`strange_contacts_find_nobody_else`).
/// - An id that the directory never made is `None`, not an error (`an_id_the_directory_never_made_is_none`).
///
/// The credential version:
/// - It changes with the password, with the state (both ways) and with any contact, and none is used twice for one
///   account (`a_credential_version_is_never_used_twice`).
/// - A rehash leaves it as it is (`a_rehash_changes_the_hash_alone`).
///
/// Setting a password:
/// - It stores the hash and activates the account, and the version it returns is the account's new one
///   (`a_replaced_credential_is_the_accounts_credential`).
/// - It is refused unless the expected version is the account's version now
///   (`a_stale_version_replaces_nothing`).
/// - Of any number of concurrent calls with one expected version, one succeeds, and its hash is the one that stays
///   (`of_64_concurrent_replacements_one_succeeds`).
/// - A suspended account is left as it is (`a_suspended_account_gets_no_credential`).
/// - A rehash is refused unless the expected hash is the account's hash now
///   (`a_rehash_of_another_hash_changes_nothing`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a user directory",
    note = "implement `UserDirectory` for a type over the application's table of users, or take one of `vestibule::adapters`: `SqliteDirectory::new(pool)` and the like"
)]
#[async_trait]
pub trait UserDirectory: Debug + Send + Sync + 'static {
    /// Finds whose contact this is.
    ///
    /// # Errors
    ///
    /// When the directory cannot be asked. Not finding anybody is no error.
    async fn find(&self, contact: &Contact) -> Result<Found, BackendError>;

    /// Reads one account.
    ///
    /// # Errors
    ///
    /// When the directory cannot be asked.
    async fn get(&self, id: &AccountId) -> Result<Option<Account>, BackendError>;

    /// Sets a new password hash, activates the account, and gives it a new credential version, if the account is not
    /// suspended and its version is still the expected one. `None` means that nothing was changed.
    ///
    /// This, and not the code store alone, makes a code single-use for setting a password.
    ///
    /// # Errors
    ///
    /// When the directory cannot be asked. Whether the change took effect is then not known.
    async fn replace_credential(
        &self,
        id: &AccountId,
        expected: &CredentialVersion,
        change: &CredentialChange,
    ) -> Result<Option<CredentialVersion>, BackendError>;

    /// Swaps the hash of the same password for a new one, if the stored hash is still the expected one. Nothing else
    /// changes. `false` means that nothing was changed.
    ///
    /// # Errors
    ///
    /// When the directory cannot be asked.
    async fn replace_hash(
        &self,
        id: &AccountId,
        expected: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, BackendError>;
}

#[async_trait]
impl<T: UserDirectory + ?Sized> UserDirectory for Arc<T> {
    async fn find(&self, contact: &Contact) -> Result<Found, BackendError> {
        (**self).find(contact).await
    }

    async fn get(&self, id: &AccountId) -> Result<Option<Account>, BackendError> {
        (**self).get(id).await
    }

    async fn replace_credential(
        &self,
        id: &AccountId,
        expected: &CredentialVersion,
        change: &CredentialChange,
    ) -> Result<Option<CredentialVersion>, BackendError> {
        (**self).replace_credential(id, expected, change).await
    }

    async fn replace_hash(
        &self,
        id: &AccountId,
        expected: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, BackendError> {
        (**self).replace_hash(id, expected, new).await
    }
}

/// Whose a contact is. Collect accounts into it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth case")]
pub enum Found {
    /// Nobody's.
    Nobody,
    /// One account's.
    One(Account),
    /// Several accounts', such as a telephone that a family shares: nobody gets a code.
    Several,
}

impl FromIterator<Account> for Found {
    fn from_iter<I: IntoIterator<Item = Account>>(accounts: I) -> Self {
        let mut accounts = accounts.into_iter();
        match (accounts.next(), accounts.next()) {
            (None, _) => Self::Nobody,
            (Some(account), None) => Self::One(account),
            (Some(_), Some(_)) => Self::Several,
        }
    }
}
