//! The clauses of [`ThrottleStore`](crate::ports::ThrottleStore), each to be run on a fresh store.

mod charging;
mod purging;
mod samples;
mod undoing;
mod waiting;

pub use self::charging::{
    a_charge_counts_on_every_key, a_refused_batch_changes_nothing,
    batches_in_opposite_order_all_get_an_answer, of_64_concurrent_charges_as_many_as_allowed_pass,
};
pub use self::purging::purging_removes_what_may_be_forgotten;
pub use self::undoing::{a_refund_undoes_its_own_charge_alone, lifting_clears_the_given_keys_alone};
pub use self::waiting::{
    a_ceiling_stops_the_batch, a_wait_ends_when_its_time_has_passed, the_longest_wait_is_returned,
};

/// Expands to one test for each clause of [`ThrottleStore`](crate::ports::ThrottleStore).
///
/// The argument is a future that makes a fresh store; see the [module](crate::contract) for an example.
#[doc(hidden)]
#[macro_export]
macro_rules! __contract_throttle_store {
    ($fresh:expr $(,)?) => {
        $crate::__contract_throttle_store! { $fresh, $crate::__contract_tests }
    };
    ($fresh:expr, $($each:tt)+) => {
        $($each)+! {
            $fresh, throttle_store:
            a_charge_counts_on_every_key
            a_refused_batch_changes_nothing
            the_longest_wait_is_returned
            a_ceiling_stops_the_batch
            of_64_concurrent_charges_as_many_as_allowed_pass
            batches_in_opposite_order_all_get_an_answer
            a_wait_ends_when_its_time_has_passed
            a_refund_undoes_its_own_charge_alone
            lifting_clears_the_given_keys_alone
            purging_removes_what_may_be_forgotten
        }
    };
}
