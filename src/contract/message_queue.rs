//! The clauses of [`MessageQueue`](crate::ports::MessageQueue), each to be run on a fresh queue.

mod beginning;
mod claiming;
mod putting;
mod removing;
mod samples;

pub use self::beginning::{
    a_begin_and_a_claim_do_not_both_succeed, a_begun_message_is_claimed_as_begun,
    a_lost_claim_begins_and_releases_nothing, a_released_message_is_claimed_as_waiting,
};
pub use self::claiming::{
    a_claim_holds_until_its_lease_ends, a_message_is_not_claimed_before_it_is_due,
    an_expired_message_is_not_claimed, of_64_concurrent_claims_one_gets_each_message,
    what_is_due_the_longest_is_claimed_first,
};
pub use self::putting::{a_message_is_claimed_as_it_was_put, a_message_is_put_once};
pub use self::removing::{a_removed_message_is_gone, purging_removes_expired_messages_only};

/// Expands to one test for each clause of [`MessageQueue`](crate::ports::MessageQueue).
///
/// The argument is a future that makes a fresh queue; see the [module](crate::contract) for an example.
#[doc(hidden)]
#[macro_export]
macro_rules! __contract_message_queue {
    ($fresh:expr $(,)?) => {
        $crate::__contract_message_queue! { $fresh, $crate::__contract_tests }
    };
    ($fresh:expr, $($each:tt)+) => {
        $($each)+! {
            $fresh, message_queue:
            a_message_is_claimed_as_it_was_put
            a_message_is_put_once
            a_message_is_not_claimed_before_it_is_due
            an_expired_message_is_not_claimed
            a_claim_holds_until_its_lease_ends
            what_is_due_the_longest_is_claimed_first
            of_64_concurrent_claims_one_gets_each_message
            a_begun_message_is_claimed_as_begun
            a_released_message_is_claimed_as_waiting
            a_lost_claim_begins_and_releases_nothing
            a_begin_and_a_claim_do_not_both_succeed
            a_removed_message_is_gone
            purging_removes_expired_messages_only
        }
    };
}
