//! The clauses of [`CodeStore`](crate::ports::CodeStore), each to be run on a fresh store.

mod arming;
mod counting;
mod inserting;
mod issuing_again;
mod purging;
mod samples;
mod taking;

pub use self::arming::{
    a_taken_row_is_not_armed, an_expired_row_is_not_armed, an_unknown_row_is_not_armed,
    another_issue_than_the_current_one_is_not_armed, the_current_issue_is_armed,
};
pub use self::counting::{
    a_row_is_expired_from_its_expiry_on, a_row_without_tries_left_is_exhausted, a_taken_row_is_taken,
    a_try_is_counted_before_the_answer, an_unknown_handle_is_unknown,
    of_64_concurrent_tries_as_many_as_allowed_are_counted,
};
pub use self::inserting::{a_handle_is_inserted_once, a_row_is_read_back_as_it_was_written};
pub use self::issuing_again::{
    a_new_issue_before_its_time_is_too_soon, a_new_issue_keeps_tries_and_expiry_and_drops_the_mac,
    a_taken_exhausted_or_unknown_row_is_not_issued_again, after_the_last_issue_the_row_is_gone,
    near_its_end_a_row_is_not_issued_again, of_64_concurrent_reissues_one_succeeds,
};
pub use self::purging::purging_removes_expired_rows_only;
pub use self::taking::{
    another_issue_than_the_current_one_is_not_taken, of_64_concurrent_takes_one_succeeds,
};

/// Expands to one test for each clause of [`CodeStore`](crate::ports::CodeStore).
///
/// The argument is a future that makes a fresh store; see the [module](crate::contract) for an example.
#[doc(hidden)]
#[macro_export]
macro_rules! __contract_code_store {
    ($fresh:expr $(,)?) => {
        $crate::__contract_code_store! { $fresh, $crate::__contract_tests }
    };
    ($fresh:expr, $($each:tt)+) => {
        $($each)+! {
            $fresh, code_store:
            a_row_is_read_back_as_it_was_written
            a_handle_is_inserted_once
            the_current_issue_is_armed
            another_issue_than_the_current_one_is_not_armed
            an_expired_row_is_not_armed
            a_taken_row_is_not_armed
            an_unknown_row_is_not_armed
            a_new_issue_keeps_tries_and_expiry_and_drops_the_mac
            a_new_issue_before_its_time_is_too_soon
            after_the_last_issue_the_row_is_gone
            near_its_end_a_row_is_not_issued_again
            a_taken_exhausted_or_unknown_row_is_not_issued_again
            of_64_concurrent_reissues_one_succeeds
            a_try_is_counted_before_the_answer
            of_64_concurrent_tries_as_many_as_allowed_are_counted
            a_row_without_tries_left_is_exhausted
            a_row_is_expired_from_its_expiry_on
            a_taken_row_is_taken
            an_unknown_handle_is_unknown
            of_64_concurrent_takes_one_succeeds
            another_issue_than_the_current_one_is_not_taken
            purging_removes_expired_rows_only
        }
    };
}
