use super::samples::{
    allowed, assert_stopped, assert_waits, back_off, ceiling, charge, events_with, key, window,
};
use crate::contract::samples::{seconds, start};
use crate::ports::ThrottleStore;

/// A refund undoes its own charge and nothing else: as if that event had never been, and the others had.
pub async fn a_refund_undoes_its_own_charge_alone(store: &impl ThrottleStore) {
    let [full, backing_off, stopped] = [charge(1, window(3)), charge(2, back_off()), charge(3, ceiling(3))];
    let [untouched] = [charge(4, window(1))];
    allowed(store, &[untouched], start()).await;
    let batch = [full, backing_off, stopped];
    let first = allowed(store, &batch, start()).await;
    let second = allowed(store, &batch, seconds(10)).await;
    let third = allowed(store, &batch, seconds(20)).await;

    // The one in the middle, after others were counted.
    store.refund(&second).await.unwrap();
    assert_eq!(events_with(store, full, seconds(20)).await, 3);
    assert_waits(store, &[full], seconds(20), 40).await;
    assert_eq!(events_with(store, backing_off, seconds(20)).await, 3);
    assert_waits(store, &[backing_off], seconds(20), 30).await;
    assert_eq!(events_with(store, stopped, seconds(20)).await, 3);
    assert_stopped(store, &[stopped], seconds(20)).await;
    assert_waits(store, &[untouched], seconds(20), 40).await;

    // A second time, it is not there to be undone.
    store.refund(&second).await.unwrap();
    assert_waits(store, &[full], seconds(20), 40).await;
    assert_stopped(store, &[stopped], seconds(20)).await;

    // Of two at the same time, one.
    store.refund(&third).await.unwrap();
    assert_eq!(events_with(store, full, seconds(30)).await, 3);
    assert_waits(store, &[full], seconds(30), 30).await;
    store.refund(&first).await.unwrap();
    assert_eq!(events_with(store, full, seconds(40)).await, 3);
    assert_waits(store, &[full], seconds(40), 40).await;

    a_key_whose_only_event_is_undone_is_as_new(store).await;
}

async fn a_key_whose_only_event_is_undone_is_as_new(store: &impl ThrottleStore) {
    let batch = [charge(11, window(1)), charge(12, ceiling(1))];
    let ticket = allowed(store, &batch, start()).await;
    store.refund(&ticket).await.unwrap();
    let ticket = allowed(store, &batch, start()).await;
    assert!(ticket.entries().iter().all(|entry| entry.events == 1));
    // What was lifted meanwhile is not undone from those who came after.
    store.lift(&[key(11)]).await.unwrap();
    allowed(store, &batch[..1], seconds(1)).await;
    store.refund(&ticket).await.unwrap();
    assert_waits(store, &batch[..1], seconds(1), 60).await;
    allowed(store, &batch[1..], seconds(1)).await;
}

/// Lifting clears the given keys, and no others.
pub async fn lifting_clears_the_given_keys_alone(store: &impl ThrottleStore) {
    let [waiting, stopped, other] = [charge(1, window(1)), charge(2, ceiling(1)), charge(3, window(1))];
    allowed(store, &[waiting, stopped, other], start()).await;
    store.lift(&[waiting.key]).await.unwrap();
    assert_eq!(events_with(store, waiting, start()).await, 1);
    assert_stopped(store, &[stopped], start()).await;
    assert_waits(store, &[other], start(), 60).await;
    store.lift(&[stopped.key]).await.unwrap();
    assert_eq!(events_with(store, stopped, start()).await, 1);
    assert_waits(store, &[other], start(), 60).await;
    // A key without events has nothing to lift, and several go at once.
    store.lift(&[key(4)]).await.unwrap();
    assert_waits(store, &[waiting], start(), 60).await;
    store.lift(&[waiting.key, key(4), stopped.key]).await.unwrap();
    assert_waits(store, &[other], start(), 60).await;
    allowed(store, &[waiting, stopped], start()).await;
    store.lift(&[]).await.unwrap();
    assert_waits(store, &[waiting], start(), 60).await;
}
