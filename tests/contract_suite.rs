//! The contract suite, held to its word: a store with a defect fails the clause that is meant for it.
//!
//! Four stores, written to be broken, have each defect under a name. Without one, they pass every clause.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails panics")]

#[path = "contract_suite/codes.rs"]
mod codes;
#[path = "contract_suite/defect.rs"]
mod defect;
#[path = "contract_suite/directory.rs"]
mod directory;
#[path = "contract_suite/messages.rs"]
mod messages;
#[path = "contract_suite/throttle.rs"]
mod throttle;

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use vestibule::contract::{self, ContactCapacity};

use crate::codes::BreakableCodes;
use crate::defect::Defect;
use crate::directory::BreakableDirectory;
use crate::messages::BreakableMessages;
use crate::throttle::BreakableThrottle;

mod without_a_defect {
    use super::{BreakableCodes, BreakableDirectory, BreakableMessages, BreakableThrottle, ContactCapacity};

    mod codes {
        use super::BreakableCodes;

        vestibule::contract::code_store!(async { BreakableCodes::with("no defect") });
    }

    mod throttle {
        use super::BreakableThrottle;

        vestibule::contract::throttle_store!(async { BreakableThrottle::with("no defect") });
    }

    mod directory {
        use super::BreakableDirectory;

        vestibule::contract::user_directory!(async { BreakableDirectory::with("no defect") });
    }

    mod directory_of_an_address_and_a_number {
        use super::{BreakableDirectory, ContactCapacity};

        vestibule::contract::user_directory!(async {
            BreakableDirectory::of(ContactCapacity::EmailAndPhone, "no defect")
        });
    }

    mod directory_of_an_address {
        use super::{BreakableDirectory, ContactCapacity};

        vestibule::contract::user_directory!(
            async { BreakableDirectory::of(ContactCapacity::Email, "no defect") },
            without shared_contacts
        );
    }

    mod messages {
        use super::BreakableMessages;

        vestibule::contract::message_queue!(async { BreakableMessages::with("no defect") });
    }
}

/// Makes a test of each defect. A name that the store does not know is no defect, and so is not caught.
macro_rules! caught {
    ($broken:expr, $port:ident: $($defect:ident => $clause:ident)+) => {
        $(
            #[test]
            fn $defect() {
                let store = Arc::new(($broken)(stringify!($defect)));
                assert_caught(async { contract::$port::$clause(&store).await });
            }
        )+
    };
}

mod codes_that {
    use super::{Arc, BreakableCodes, assert_caught, contract};

    caught! {
        BreakableCodes::with, code_store:
        lose_the_locale => a_row_is_read_back_as_it_was_written
        keep_whole_seconds => a_row_is_read_back_as_it_was_written
        mistake_the_purpose => a_row_is_read_back_as_it_was_written
        overwrite_a_row => a_handle_is_inserted_once
        are_armed_once_only => the_current_issue_is_armed
        arm_any_issue => another_issue_than_the_current_one_is_not_armed
        arm_at_the_moment_of_expiry => an_expired_row_is_not_armed
        arm_what_is_taken => a_taken_row_is_not_armed
        claim_to_arm_what_is_not_there => an_unknown_row_is_not_armed
        keep_the_old_target => the_current_issue_is_armed
        forget_tries_on_a_new_issue => a_new_issue_keeps_tries_and_expiry_and_drops_the_mac
        live_longer_by_a_new_issue => a_new_issue_keeps_tries_and_expiry_and_drops_the_mac
        keep_the_mac_of_the_old_issue => a_new_issue_keeps_tries_and_expiry_and_drops_the_mac
        are_issued_again_too_soon => a_new_issue_before_its_time_is_too_soon
        keep_the_first_time_to_resend => a_new_issue_before_its_time_is_too_soon
        are_issued_once_too_often => after_the_last_issue_the_row_is_gone
        are_issued_again_until_they_expire => near_its_end_a_row_is_not_issued_again
        are_issued_again_when_exhausted => a_taken_exhausted_or_unknown_row_is_not_issued_again
        are_issued_again_when_taken => a_taken_exhausted_or_unknown_row_is_not_issued_again
        are_issued_again_without_a_lock => of_64_concurrent_reissues_one_succeeds
        count_after_the_answer => a_try_is_counted_before_the_answer
        count_without_a_lock => of_64_concurrent_tries_as_many_as_allowed_are_counted
        have_one_try_too_many => a_row_without_tries_left_is_exhausted
        have_new_tries_when_armed_again => a_row_without_tries_left_is_exhausted
        live_a_millisecond_too_long => a_row_is_expired_from_its_expiry_on
        are_expired_rather_than_taken => a_taken_row_is_taken
        make_rows_by_asking => an_unknown_handle_is_unknown
        are_taken_without_a_lock => of_64_concurrent_takes_one_succeeds
        are_not_taken_after_the_last_try => of_64_concurrent_takes_one_succeeds
        are_taken_by_any_issue => another_issue_than_the_current_one_is_not_taken
        purge_what_is_taken => purging_removes_expired_rows_only
        purge_at_the_moment_of_expiry => purging_removes_expired_rows_only
        purge_one_batch_only => purging_removes_expired_rows_only
    }
}

mod throttles_that {
    use super::{Arc, BreakableThrottle, assert_caught, contract};

    caught! {
        BreakableThrottle::with, throttle_store:
        count_on_the_first_key_alone => a_charge_counts_on_every_key
        charge_a_refused_batch_in_part => a_refused_batch_changes_nothing
        count_refusals => a_refused_batch_changes_nothing
        return_the_first_wait => the_longest_wait_is_returned
        wait_rather_than_stop => a_ceiling_stops_the_batch
        charge_without_a_lock => of_64_concurrent_charges_as_many_as_allowed_pass
        lock_keys_in_the_order_of_the_batch => batches_in_opposite_order_all_get_an_answer
        wait_for_whole_minutes => a_wait_ends_when_its_time_has_passed
        refund_all_of_a_key => a_refund_undoes_its_own_charge_alone
        refund_the_latest_charge => a_refund_undoes_its_own_charge_alone
        refund_the_first_key_alone => a_refund_undoes_its_own_charge_alone
        lift_everything => lifting_clears_the_given_keys_alone
        forget_from_the_first_event_on => purging_removes_what_may_be_forgotten
        purge_one_batch_only => purging_removes_what_may_be_forgotten
    }
}

mod directories_that {
    use super::{Arc, BreakableDirectory, assert_caught, contract};

    caught! {
        BreakableDirectory::with, user_directory:
        find_the_registered_spelling_only => an_account_is_found_by_any_spelling_of_its_contacts
        return_canonical_contacts => an_account_is_returned_with_its_contacts_as_registered
        return_the_contact_asked_for_first => an_account_is_returned_with_its_contacts_as_registered
        find_without_dots_and_tags => an_unknown_contact_is_nobody
        find_the_first_of_several => a_contact_of_two_accounts_is_several
        find_by_pattern => strange_contacts_find_nobody_else
        fold_letters_that_look_alike => strange_contacts_find_nobody_else
        read_ids_as_numbers => an_id_the_directory_never_made_is_none
        make_versions_of_what_they_stand_for => a_credential_version_is_never_used_twice
        keep_the_version_when_resumed => a_credential_version_is_never_used_twice
        keep_the_version_when_contacts_are_added => a_credential_version_is_never_used_twice
        change_the_version_with_a_rehash => a_rehash_changes_the_hash_alone
        rehash_everybody_with_that_hash => a_rehash_changes_the_hash_alone
        leave_an_account_pending => a_replaced_credential_is_the_accounts_credential
        shorten_a_hash => a_replaced_credential_is_the_accounts_credential
        take_any_version => a_stale_version_replaces_nothing
        replace_without_a_lock => of_64_concurrent_replacements_one_succeeds
        give_passwords_to_the_suspended => a_suspended_account_gets_no_credential
        rehash_whatever_was_there => a_rehash_of_another_hash_changes_nothing
    }
}

/// What can go wrong with one contact of a kind is seen with no more than that.
mod directories_of_an_address_and_a_number_that {
    use super::{Arc, BreakableDirectory, ContactCapacity, assert_caught, contract};

    caught! {
        |defect| BreakableDirectory::of(ContactCapacity::EmailAndPhone, defect), user_directory:
        find_the_registered_spelling_only => an_account_is_found_by_any_spelling_of_its_contacts
        return_canonical_contacts => an_account_is_returned_with_its_contacts_as_registered
        return_the_contact_asked_for_first => an_account_is_returned_with_its_contacts_as_registered
        find_without_dots_and_tags => an_unknown_contact_is_nobody
        find_the_first_of_several => a_contact_of_two_accounts_is_several
        find_by_pattern => strange_contacts_find_nobody_else
        make_versions_of_what_they_stand_for => a_credential_version_is_never_used_twice
        keep_the_version_when_contacts_are_added => a_credential_version_is_never_used_twice
        leave_an_account_pending => a_replaced_credential_is_the_accounts_credential
        take_any_version => a_stale_version_replaces_nothing
    }
}

mod directories_of_an_address_that {
    use super::{Arc, BreakableDirectory, ContactCapacity, assert_caught, contract};

    caught! {
        |defect| BreakableDirectory::of(ContactCapacity::Email, defect), user_directory:
        find_the_registered_spelling_only => an_account_is_found_by_any_spelling_of_its_contacts
        return_canonical_contacts => an_account_is_returned_with_its_contacts_as_registered
        find_without_dots_and_tags => an_unknown_contact_is_nobody
        find_by_pattern => strange_contacts_find_nobody_else
        make_versions_of_what_they_stand_for => a_credential_version_is_never_used_twice
        keep_the_version_when_resumed => a_credential_version_is_never_used_twice
        leave_an_account_pending => a_replaced_credential_is_the_accounts_credential
        take_any_version => a_stale_version_replaces_nothing
    }
}

mod messages_that {
    use super::{Arc, BreakableMessages, assert_caught, contract};

    caught! {
        BreakableMessages::with, message_queue:
        keep_text_alone => a_message_is_claimed_as_it_was_put
        expire_in_whole_seconds => a_message_is_claimed_as_it_was_put
        keep_the_number_of_the_claim => a_message_is_claimed_as_it_was_put
        overwrite_a_message => a_message_is_put_once
        are_always_due => a_message_is_not_claimed_before_it_is_due
        live_for_ever => an_expired_message_is_not_claimed
        live_a_moment_too_long => an_expired_message_is_not_claimed
        are_claimed_for_no_time => a_claim_holds_until_its_lease_ends
        are_claimed_in_the_order_of_their_ids => what_is_due_the_longest_is_claimed_first
        are_all_claimed_at_once => what_is_due_the_longest_is_claimed_first
        are_claimed_without_a_lock => of_64_concurrent_claims_one_gets_each_message
        forget_that_they_were_begun_when_claimed => a_begun_message_is_claimed_as_begun
        keep_the_first_lease => a_begun_message_is_claimed_as_begun
        stay_begun_when_released => a_released_message_is_claimed_as_waiting
        are_begun_by_whoever_lost_them => a_lost_claim_begins_and_releases_nothing
        are_begun_without_a_lock => a_begin_and_a_claim_do_not_both_succeed
        keep_what_was_begun => a_removed_message_is_gone
        purge_at_the_moment_of_expiry => purging_removes_expired_messages_only
        never_purge_what_was_begun => purging_removes_expired_messages_only
        purge_one_batch_only => purging_removes_expired_messages_only
    }
}

fn assert_caught(clause: impl Future<Output = ()>) {
    let outcome = catch_unwind(AssertUnwindSafe(|| contract::run(clause)));
    assert!(outcome.is_err(), "the clause did not see the defect");
}

#[test]
fn the_clauses_are_those_that_the_ports_name_and_each_has_seen_a_defect() {
    for port in ["code_store", "throttle_store", "user_directory", "message_queue"] {
        let named = names_in_docs(&read(&format!("src/ports/{port}.rs")));
        assert!(named.len() >= 10, "{port}: {named:?}");

        let mut written = BTreeSet::new();
        for file in fs::read_dir(root().join("src/contract").join(port)).unwrap() {
            written.extend(names_after("pub async fn ", &fs::read_to_string(file.unwrap().path()).unwrap()));
        }
        assert_eq!(written, named, "the functions of {port}");

        let source = read(&format!("src/contract/{port}.rs"));
        let (_, macro_source) = source.split_once("macro_rules!").expect("a macro");
        let run: BTreeSet<_> = macro_source.lines().map(str::trim).filter(|line| is_clause(line)).collect();
        assert_eq!(run, named.iter().map(String::as_str).collect(), "the tests of {port}");

        let tried = names_after("=> ", &read("tests/contract_suite.rs"));
        assert_eq!(named.difference(&tried).next(), None, "a clause of {port} without a defect");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The names in backticks, in doc comments. A clause has four words or more, and so is told from a field.
fn names_in_docs(source: &str) -> BTreeSet<String> {
    let docs = source.lines().filter(|line| line.trim_start().starts_with("///"));
    docs.flat_map(|line| line.split('`')).filter(|name| is_clause(name)).map(String::from).collect()
}

fn names_after(before: &str, source: &str) -> BTreeSet<String> {
    let rest = source.split(before).skip(1);
    let name = |rest: &str| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().map(String::from);
    rest.filter_map(name).filter(|name| is_clause(name)).collect()
}

fn is_clause(name: &str) -> bool {
    let is_name = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    is_name && name.split('_').count() >= 4
}
