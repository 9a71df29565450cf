//! Messages, and what is asked of a queue about them.

use time::OffsetDateTime;

use crate::contract::samples::seconds;
use crate::message::MessageId;
use crate::ports::{ClaimedMessage, MessageQueue, QueuedMessage};

/// When the messages expire, in seconds after the start.
pub(super) const EXPIRES_AT: u64 = 600;
/// How long a lease is, in seconds.
pub(super) const LEASE: u64 = 60;

pub(super) fn id(number: u64) -> MessageId {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    MessageId::from_bytes(bytes)
}

pub(super) fn message(number: u64) -> QueuedMessage {
    QueuedMessage { id: id(number), expires_at: seconds(EXPIRES_AT), sealed: number.to_be_bytes().to_vec() }
}

/// Puts a message that is due at once.
pub(super) async fn put(queue: &impl MessageQueue, number: u64) {
    put_due(queue, number, seconds(0)).await;
}

pub(super) async fn put_due(queue: &impl MessageQueue, number: u64, due_at: OffsetDateTime) {
    queue.put(&message(number), due_at).await.unwrap();
}

/// Claims what is due, for the usual time.
pub(super) async fn claimed(queue: &impl MessageQueue, now: OffsetDateTime) -> Vec<ClaimedMessage> {
    queue.claim(now, now + time::Duration::seconds(LEASE as i64), 1_000).await.unwrap()
}

/// The numbers of the messages that are due, in their order, claimed for the usual time.
pub(super) async fn numbers(queue: &impl MessageQueue, now: OffsetDateTime) -> Vec<u64> {
    let mut numbers: Vec<_> = claimed(queue, now).await.iter().map(number_of).collect();
    numbers.sort_unstable();
    numbers
}

pub(super) fn number_of(claimed: &ClaimedMessage) -> u64 {
    let [.., a, b, c, d, e, f, g, h] = *claimed.message.id.as_bytes();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
