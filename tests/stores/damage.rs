//! A row of a queue on SQL that cannot be read.

use vestibule::error::BackendErrorKind;
use vestibule::message::MessageId;
use vestibule::ports::{MessageQueue, QueuedMessage};

use super::failures::assert_all;
use super::samples::{in_minutes, now};

/// Damages the second of three messages, by its identifier: the others are handed out.
pub(crate) async fn holds_up_no_other(queue: &impl MessageQueue, damage: impl AsyncFnOnce([u8; 16])) {
    for number in 0..3 {
        let id = MessageId::from_bytes([number; 16]);
        let message = QueuedMessage { id, expires_at: in_minutes(10), sealed: vec![number; 40] };
        queue.put(&message, now()).await.unwrap();
    }
    damage([1; 16]).await;
    let claimed = queue.claim(now(), in_minutes(1), 10).await.unwrap();
    assert_eq!(claimed.len(), 2);
    // The next time it comes alone.
    for message in claimed {
        queue.remove(&message.message.id).await.unwrap();
    }
    let corrupt = queue.claim(in_minutes(1), in_minutes(2), 10).await.unwrap_err();
    assert_all(&[corrupt], BackendErrorKind::Corrupt, "damaged");
}
