use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;

use crate::error::BackendError;
use crate::throttle::{Charge, ThrottleKey, Ticket, Verdict};

/// Keeps how often things happened, so that limits hold across processes and machines.
///
/// A store loads the states of the keys, calls [`settle`](crate::throttle::settle) and writes what it returns, all
/// in one transaction: the arithmetic of waiting is in one place, and it is not the store's.
///
/// # Contract
///
/// Charging:
/// - A batch that no key refuses counts one event on every key (`a_charge_counts_on_every_key`).
/// - If any key waits, nothing changes and the longest wait is returned (`a_refused_batch_changes_nothing`,
///   `the_longest_wait_is_returned`).
/// - A key that has reached its ceiling stops the batch (`a_ceiling_stops_the_batch`).
/// - Concurrent charges together never exceed the limit (`of_64_concurrent_charges_as_many_as_allowed_pass`).
/// - Batches that hold the same keys in another order do not block each other for ever
///   (`batches_in_opposite_order_all_get_an_answer`).
/// - A wait ends when the time that was named has passed (`a_wait_ends_when_its_time_has_passed`).
///
/// Undoing:
/// - A refund undoes its own charge and nothing else (`a_refund_undoes_its_own_charge_alone`).
/// - Lifting clears the given keys and no others (`lifting_clears_the_given_keys_alone`).
///
/// Purging:
/// - What may be forgotten by the given time goes, and nothing else (`purging_removes_what_may_be_forgotten`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a throttle store",
    note = "take one of `vestibule::adapters`, such as `SqliteThrottle::new(pool)` or `MemoryThrottle::new()`"
)]
#[async_trait]
pub trait ThrottleStore: Debug + Send + Sync + 'static {
    /// Counts one event on every key of the batch, or on none. The keys of a batch are distinct.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked. Whether the events were counted is then not known.
    async fn charge(&self, charges: &[Charge], now: OffsetDateTime) -> Result<Verdict, BackendError>;

    /// Undoes a charge that led to no verdict, or to a success.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn refund(&self, ticket: &Ticket) -> Result<(), BackendError>;

    /// Forgets everything about some keys.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn lift(&self, keys: &[ThrottleKey]) -> Result<(), BackendError>;

    /// Removes rows that may be forgotten at the given time, in batches that hold no lock for long, and says how
    /// many.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked. What was removed until then stays removed.
    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError>;
}

#[async_trait]
impl<T: ThrottleStore + ?Sized> ThrottleStore for Arc<T> {
    async fn charge(&self, charges: &[Charge], now: OffsetDateTime) -> Result<Verdict, BackendError> {
        (**self).charge(charges, now).await
    }

    async fn refund(&self, ticket: &Ticket) -> Result<(), BackendError> {
        (**self).refund(ticket).await
    }

    async fn lift(&self, keys: &[ThrottleKey]) -> Result<(), BackendError> {
        (**self).lift(keys).await
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        (**self).purge(before).await
    }
}
