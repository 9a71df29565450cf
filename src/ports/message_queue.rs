use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;

use crate::error::BackendError;
use crate::message::MessageId;

/// Keeps messages from when they are accepted until they are sent, so that a process that is killed loses none.
///
/// What a message says and whom it is for is sealed under the service key: a queue sees an id, times and bytes.
///
/// A message is *claimed* by one process at a time, for as long as a lease: it is due again when the lease ends. Each
/// claim has a number, one more than that before, and whoever lost a claim can do nothing with it. A message is *begun*
/// when it is about to be handed to the sender; one that is claimed in that state may have been sent.
///
/// Times are compared as they are given. A message is due while `due_at <= now < expires_at`.
///
/// # Contract
///
/// Putting:
/// - It is claimed as it was put, by claim 2, since who put it has claim 1 (`a_message_is_claimed_as_it_was_put`).
/// - An id that is there already is refused with an error (`a_message_is_put_once`).
///
/// Claiming:
/// - A message that is not due is not claimed (`a_message_is_not_claimed_before_it_is_due`).
/// - From its expiry on it is not claimed (`an_expired_message_is_not_claimed`).
/// - A claim holds until its lease ends (`a_claim_holds_until_its_lease_ends`).
/// - At most `limit` are claimed, those first that have been due the longest
///   (`what_is_due_the_longest_is_claimed_first`).
/// - Of any number of concurrent claims, one gets a message (`of_64_concurrent_claims_one_gets_each_message`).
///
/// Beginning and releasing:
/// - A message that was begun is claimed as begun, by whomever and however often (`a_begun_message_is_claimed_as_begun`).
/// - A released message is waiting again, and due when it was said (`a_released_message_is_claimed_as_waiting`).
/// - With a claim that was lost, nothing is begun or released (`a_lost_claim_begins_and_releases_nothing`).
/// - Of a begin and a claim at the end of a lease, one succeeds (`a_begin_and_a_claim_do_not_both_succeed`).
///
/// Removing:
/// - A removed message is gone, and no other (`a_removed_message_is_gone`).
///
/// Purging:
/// - Messages that expired before the given time go, and no others (`purging_removes_expired_messages_only`).
#[async_trait]
pub trait MessageQueue: Debug + Send + Sync + 'static {
    /// Writes a message that must be new: waiting, with claim 1, due from `due_at` on.
    ///
    /// # Errors
    ///
    /// When the queue cannot be asked, or has that id already.
    async fn put(&self, message: &QueuedMessage, due_at: OffsetDateTime) -> Result<(), BackendError>;

    /// Claims at most `limit` messages that are due, until `due_at`.
    ///
    /// # Errors
    ///
    /// When the queue cannot be asked. What was claimed is then due again at `due_at`.
    async fn claim(
        &self,
        now: OffsetDateTime,
        due_at: OffsetDateTime,
        limit: u32,
    ) -> Result<Vec<ClaimedMessage>, BackendError>;

    /// Says that a message is about to be handed to the sender, and extends its lease to `due_at`. `false` means that
    /// nothing was changed: the claim was lost, or the message is gone.
    ///
    /// # Errors
    ///
    /// When the queue cannot be asked.
    async fn begin(&self, id: &MessageId, claim: u32, due_at: OffsetDateTime) -> Result<bool, BackendError>;

    /// Says that a message was not sent, and waits until `due_at`. `false` as for [`begin`](Self::begin).
    ///
    /// # Errors
    ///
    /// When the queue cannot be asked.
    async fn release(&self, id: &MessageId, claim: u32, due_at: OffsetDateTime)
    -> Result<bool, BackendError>;

    /// Forgets a message that was sent, or that never will be, whoever has claimed it. One that is not there is no error.
    ///
    /// # Errors
    ///
    /// When the queue cannot be asked.
    async fn remove(&self, id: &MessageId) -> Result<(), BackendError>;

    /// Removes messages that expired before the given time, in batches that hold no lock for long, and says how many.
    ///
    /// # Errors
    ///
    /// When the queue cannot be asked. What was removed until then stays removed.
    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError>;
}

#[async_trait]
impl<T: MessageQueue + ?Sized> MessageQueue for Arc<T> {
    async fn put(&self, message: &QueuedMessage, due_at: OffsetDateTime) -> Result<(), BackendError> {
        (**self).put(message, due_at).await
    }

    async fn claim(
        &self,
        now: OffsetDateTime,
        due_at: OffsetDateTime,
        limit: u32,
    ) -> Result<Vec<ClaimedMessage>, BackendError> {
        (**self).claim(now, due_at, limit).await
    }

    async fn begin(&self, id: &MessageId, claim: u32, due_at: OffsetDateTime) -> Result<bool, BackendError> {
        (**self).begin(id, claim, due_at).await
    }

    async fn release(
        &self,
        id: &MessageId,
        claim: u32,
        due_at: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        (**self).release(id, claim, due_at).await
    }

    async fn remove(&self, id: &MessageId) -> Result<(), BackendError> {
        (**self).remove(id).await
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        (**self).purge(before).await
    }
}

/// A message as a queue keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "queues rebuild it from their rows")]
pub struct QueuedMessage {
    /// The row's key.
    pub id: MessageId,
    /// From when on it is not sent any more.
    pub expires_at: OffsetDateTime,
    /// What it says and whom it is for, sealed for this id and this expiry: about a kilobyte.
    pub sealed: Vec<u8>,
}

/// A message that was claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "queues rebuild it from their rows")]
pub struct ClaimedMessage {
    /// The message as it was put.
    pub message: QueuedMessage,
    /// The number of this claim.
    pub claim: u32,
    /// Whether somebody began to send it, and said neither that it was sent nor that it was not.
    pub is_begun: bool,
}
