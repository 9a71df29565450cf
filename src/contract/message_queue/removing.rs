use super::samples::{EXPIRES_AT, LEASE, claimed, id, message, numbers, put};
use crate::contract::samples::{TICK, seconds, start};
use crate::ports::{MessageQueue, QueuedMessage};

/// How many messages expire at once: more than one batch of most queues.
const EXPIRING: u64 = 1_100;

/// A removed message is gone, whoever has it and in whatever state; no other is; and to remove it again is no error.
pub async fn a_removed_message_is_gone(queue: &impl MessageQueue) {
    for number in 1..5 {
        put(queue, number).await;
    }
    assert_eq!(claimed(queue, start()).await.len(), 4);
    assert!(queue.begin(&id(1), 2, seconds(LEASE)).await.unwrap());
    for number in [1, 2, 2, 9] {
        queue.remove(&id(number)).await.unwrap();
    }
    assert!(!queue.begin(&id(1), 2, seconds(LEASE)).await.unwrap());
    assert!(!queue.release(&id(2), 2, seconds(LEASE)).await.unwrap());
    assert_eq!(numbers(queue, seconds(LEASE)).await, [3, 4]);
    // Its id is free again.
    put(queue, 1).await;
    assert_eq!(claimed(queue, start()).await[0].claim, 2);
}

/// Messages that expired before the given time go, and no others, whatever state they are in.
pub async fn purging_removes_expired_messages_only(queue: &impl MessageQueue) {
    let before = seconds(EXPIRES_AT);
    for number in 0..EXPIRING {
        let expired = QueuedMessage { expires_at: before - TICK, ..message(number) };
        queue.put(&expired, start()).await.unwrap();
    }
    let [waiting, begun] = [EXPIRING, EXPIRING + 1];
    put(queue, waiting).await;
    put(queue, begun).await;
    assert!(queue.begin(&id(begun), 1, start()).await.unwrap());
    assert!(queue.begin(&id(0), 1, seconds(LEASE)).await.unwrap());

    assert_eq!(queue.purge(start()).await.unwrap(), 0);
    assert_eq!(queue.purge(before).await.unwrap(), EXPIRING);
    assert_eq!(queue.purge(before).await.unwrap(), 0);
    assert_eq!(numbers(queue, start()).await, [waiting, begun]);
    assert_eq!(queue.purge(before + TICK).await.unwrap(), 2);
    assert!(numbers(queue, seconds(LEASE)).await.is_empty());
}
