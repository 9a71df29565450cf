use super::samples::{LEASE, claimed, id, number_of, numbers, put, put_due};
use crate::contract::crowd::{CROWD, all_at_once};
use crate::contract::samples::{TICK, seconds, start};
use crate::ports::MessageQueue;

/// A message that was begun is claimed as begun, by whoever put it or claimed it, and again by whoever comes after.
pub async fn a_begun_message_is_claimed_as_begun(queue: &impl MessageQueue) {
    put_due(queue, 1, seconds(LEASE)).await;
    assert!(queue.begin(&id(1), 1, seconds(2 * LEASE)).await.unwrap());
    // The lease is the later one.
    assert!(numbers(queue, seconds(2 * LEASE) - TICK).await.is_empty());
    for claim in 2..4 {
        let there = claimed(queue, seconds(u64::from(claim) * LEASE)).await;
        assert_eq!(there.len(), 1);
        assert_eq!((there[0].claim, there[0].is_begun), (claim, true));
    }
    // The same claim may begin twice.
    assert!(queue.begin(&id(1), 3, seconds(5 * LEASE)).await.unwrap());
    assert!(queue.begin(&id(1), 3, seconds(5 * LEASE)).await.unwrap());
}

/// A released message is waiting again, and due when it was said.
pub async fn a_released_message_is_claimed_as_waiting(queue: &impl MessageQueue) {
    put(queue, 1).await;
    put(queue, 2).await;
    for claim in 1..3 {
        let now = seconds(u64::from(claim) * 2 * LEASE);
        assert!(queue.begin(&id(1), claim, now - TICK).await.unwrap());
        assert!(queue.release(&id(1), claim, now).await.unwrap());
        let early = claimed(queue, now - TICK).await;
        assert!(early.iter().all(|claimed| number_of(claimed) == 2), "{early:?}");
        let there = claimed(queue, now).await;
        let one = there.iter().find(|claimed| number_of(claimed) == 1).unwrap();
        assert_eq!((one.claim, one.is_begun), (claim + 1, false));
    }
}

/// With a claim that was lost, or of a message that is not there, nothing is begun or released.
pub async fn a_lost_claim_begins_and_releases_nothing(queue: &impl MessageQueue) {
    put(queue, 1).await;
    assert_eq!(claimed(queue, start()).await[0].claim, 2);
    for lost in [0, 1, 3, u32::MAX] {
        assert!(!queue.begin(&id(1), lost, start()).await.unwrap(), "claim {lost}");
        assert!(!queue.release(&id(1), lost, start()).await.unwrap(), "claim {lost}");
    }
    assert!(!queue.begin(&id(2), 1, start()).await.unwrap());
    assert!(!queue.release(&id(2), 1, start()).await.unwrap());
    // Neither the lease nor the state has changed, and nothing was made.
    assert!(numbers(queue, seconds(LEASE) - TICK).await.is_empty());
    let there = claimed(queue, seconds(LEASE)).await;
    assert_eq!(there.len(), 1);
    assert_eq!((there[0].claim, there[0].is_begun), (3, false));
    // What was begun is not released by whoever lost it.
    assert!(queue.begin(&id(1), 3, seconds(2 * LEASE)).await.unwrap());
    assert!(!queue.release(&id(1), 2, start()).await.unwrap());
    assert!(claimed(queue, seconds(2 * LEASE)).await[0].is_begun);
}

/// Where a lease ends just as its holder begins, the holder or somebody else gets the message, and not both.
pub async fn a_begin_and_a_claim_do_not_both_succeed(queue: &(impl MessageQueue + Clone)) {
    let many = CROWD as u64 / 2;
    for number in 0..many {
        put(queue, number).await;
    }
    let granted = all_at_once(queue, |queue, caller| async move {
        let number = (caller as u64) % many;
        if caller < many as usize {
            let begun = queue.begin(&id(number), 1, seconds(LEASE)).await.unwrap();
            if begun { vec![number] } else { Vec::new() }
        } else {
            let claimed = queue.claim(start(), seconds(LEASE), 1).await.unwrap();
            claimed.iter().map(number_of).collect()
        }
    })
    .await;
    let mut granted: Vec<_> = granted.into_iter().flatten().collect();
    // What nobody got is there still.
    granted.extend(numbers(queue, start()).await);
    granted.sort_unstable();
    assert_eq!(granted, (0..many).collect::<Vec<_>>());
}
