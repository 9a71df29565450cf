//! The clauses of [`UserDirectory`](crate::ports::UserDirectory), each to be run on a fresh directory.

mod finding;
mod passwords;
mod rehashing;
mod samples;
mod versions;

pub use self::finding::{
    a_contact_of_two_accounts_is_several, an_account_is_found_by_any_spelling_of_its_contacts,
    an_account_is_returned_with_its_contacts_as_registered, an_id_the_directory_never_made_is_none,
    an_unknown_contact_is_nobody, strange_contacts_find_nobody_else,
};
pub use self::passwords::{
    a_replaced_credential_is_the_accounts_credential, a_stale_version_replaces_nothing,
    a_suspended_account_gets_no_credential, of_64_concurrent_replacements_one_succeeds,
};
pub use self::rehashing::{a_rehash_changes_the_hash_alone, a_rehash_of_another_hash_changes_nothing};
pub use self::versions::a_credential_version_is_never_used_twice;

/// Expands to one test for each clause of [`UserDirectory`](crate::ports::UserDirectory).
///
/// The argument is a future that makes a fresh directory, which is a
/// [`ManagedDirectory`](crate::contract::ManagedDirectory); see the [module](crate::contract) for an example. With
/// `without shared_contacts` after it, what can only be asked where two accounts have a contact in common shows as ignored.
#[doc(hidden)]
#[macro_export]
macro_rules! __contract_user_directory {
    (@ $fresh:expr, ($($each:tt)+) $($shared:tt)+) => {
        $($each)+! {
            $fresh, user_directory:
            an_account_is_found_by_any_spelling_of_its_contacts
            an_account_is_returned_with_its_contacts_as_registered
            an_unknown_contact_is_nobody
            strange_contacts_find_nobody_else
            an_id_the_directory_never_made_is_none
            a_credential_version_is_never_used_twice
            a_rehash_changes_the_hash_alone
            a_replaced_credential_is_the_accounts_credential
            a_stale_version_replaces_nothing
            of_64_concurrent_replacements_one_succeeds
            a_suspended_account_gets_no_credential
            a_rehash_of_another_hash_changes_nothing
            $($shared)+
        }
    };
    ($fresh:expr $(,)?) => {
        $crate::__contract_user_directory! { $fresh, $crate::__contract_tests }
    };
    ($fresh:expr, without shared_contacts $(,)?) => {
        $crate::__contract_user_directory! {
            @ $fresh, ($crate::__contract_tests)
            , ignored for "no two accounts of this directory have a contact in common":
            a_contact_of_two_accounts_is_several
        }
    };
    ($fresh:expr, $($each:tt)+) => {
        $crate::__contract_user_directory! {
            @ $fresh, ($($each)+)
            a_contact_of_two_accounts_is_several
        }
    };
}
