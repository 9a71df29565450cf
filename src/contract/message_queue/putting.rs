use super::samples::{EXPIRES_AT, LEASE, claimed, id, message, put};
use crate::contract::samples::{TICK, seconds, start};
use crate::message::MessageId;
use crate::ports::{ClaimedMessage, MessageQueue, QueuedMessage};

/// A message is claimed as it was put: every byte of it and the millisecond of its expiry; and it is claimed by claim 2.
pub async fn a_message_is_claimed_as_it_was_put(queue: &impl MessageQueue) {
    let every_byte: Vec<u8> = (0..=255).cycle().take(2_000).collect();
    for (id, sealed) in [([0; 16], every_byte), ([255; 16], b"'; \0".to_vec()), ([b'%'; 16], Vec::new())] {
        let expires_at = seconds(EXPIRES_AT) + TICK;
        let message = QueuedMessage { id: MessageId::from_bytes(id), expires_at, sealed };
        queue.put(&message, start()).await.unwrap();
        assert_eq!(claimed(queue, start()).await, [ClaimedMessage { message, claim: 2, is_begun: false }]);
    }
}

/// An id that is there already is refused with an error, and what is there stays as it is.
pub async fn a_message_is_put_once(queue: &impl MessageQueue) {
    put(queue, 1).await;
    let other = QueuedMessage { sealed: b"other".to_vec(), ..message(1) };
    assert!(queue.put(&other, seconds(LEASE)).await.is_err());
    let there = claimed(queue, start()).await;
    assert_eq!(there, [ClaimedMessage { message: message(1), claim: 2, is_begun: false }]);
    // Also one that somebody has.
    assert!(queue.put(&other, start()).await.is_err());
    assert!(queue.begin(&id(1), 2, seconds(LEASE)).await.unwrap());
}
