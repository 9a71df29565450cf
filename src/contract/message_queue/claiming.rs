use super::samples::{EXPIRES_AT, LEASE, claimed, message, number_of, numbers, put, put_due};
use crate::contract::crowd::{CROWD, all_at_once};
use crate::contract::samples::{TICK, seconds, start};
use crate::ports::{MessageQueue, QueuedMessage};

/// A message is not claimed before it is due, and is from that millisecond on.
pub async fn a_message_is_not_claimed_before_it_is_due(queue: &impl MessageQueue) {
    put_due(queue, 1, seconds(LEASE)).await;
    put(queue, 2).await;
    assert_eq!(numbers(queue, start()).await, [2]);
    assert!(numbers(queue, seconds(LEASE) - TICK).await.is_empty());
    let due = claimed(queue, seconds(LEASE)).await;
    // A claim that found nothing has changed nothing.
    assert!(due.iter().any(|claimed| number_of(claimed) == 1 && claimed.claim == 2), "{due:?}");
}

/// From its expiry on a message is not claimed, whatever state it is in.
pub async fn an_expired_message_is_not_claimed(queue: &impl MessageQueue) {
    put(queue, 1).await;
    put(queue, 2).await;
    assert!(queue.begin(&message(2).id, 1, start()).await.unwrap());
    let longer = QueuedMessage { expires_at: seconds(EXPIRES_AT) + TICK, ..message(3) };
    queue.put(&longer, start()).await.unwrap();
    assert_eq!(numbers(queue, seconds(EXPIRES_AT)).await, [3]);
    assert!(numbers(queue, seconds(EXPIRES_AT + LEASE)).await.is_empty());
    // They were not touched: before, they are what they were.
    let before = claimed(queue, seconds(EXPIRES_AT) - TICK).await;
    assert_eq!(before.iter().map(|claimed| claimed.claim).collect::<Vec<_>>(), [2, 2]);
}

/// A claim holds until its lease ends: then the message is claimed again, under the next number.
pub async fn a_claim_holds_until_its_lease_ends(queue: &impl MessageQueue) {
    put(queue, 1).await;
    for claim in 2..5 {
        let now = seconds((claim - 2) * LEASE);
        let there = claimed(queue, now).await;
        assert_eq!(there.iter().map(|claimed| u64::from(claimed.claim)).collect::<Vec<_>>(), [claim]);
        assert!(numbers(queue, now).await.is_empty());
        assert!(numbers(queue, seconds((claim - 1) * LEASE) - TICK).await.is_empty());
    }
}

/// No more are claimed than was asked for, and those first that have been due the longest.
pub async fn what_is_due_the_longest_is_claimed_first(queue: &impl MessageQueue) {
    // Neither in the order of their ids nor in that of their coming.
    for number in [7, 1, 4, 9, 0, 3, 8, 2, 6, 5] {
        put_due(queue, number, seconds(number * 7 % 10)).await;
    }
    put_due(queue, 10, seconds(LEASE)).await;
    let mut order = Vec::new();
    for limit in [1, 2, 4, 64] {
        let claimed = queue.claim(seconds(10), seconds(LEASE), limit).await.unwrap();
        let mut due: Vec<_> = claimed.iter().map(|claimed| number_of(claimed) * 7 % 10).collect();
        // Within one claim the order is not promised.
        due.sort_unstable();
        order.push(due);
    }
    assert_eq!(order, [vec![0], vec![1, 2], vec![3, 4, 5, 6], vec![7, 8, 9]]);
}

/// Of any number of concurrent claims, one gets a message, and none is left over.
pub async fn of_64_concurrent_claims_one_gets_each_message(queue: &(impl MessageQueue + Clone)) {
    let many = CROWD as u64 * 4;
    for number in 0..many {
        put(queue, number).await;
    }
    let claims = all_at_once(queue, |queue, _| async move {
        let mut numbers = Vec::new();
        loop {
            let claimed = queue.claim(start(), seconds(LEASE), 3).await.unwrap();
            numbers.extend(claimed.iter().map(number_of));
            if claimed.is_empty() {
                return numbers;
            }
        }
    })
    .await;
    let mut got: Vec<_> = claims.into_iter().flatten().collect();
    // A claim may find nothing while others hold what there is: a last one takes what they left.
    got.extend(numbers(queue, start()).await);
    got.sort_unstable();
    assert_eq!(got, (0..many).collect::<Vec<_>>());
}
