use super::samples::{allowed, assert_waits, back_off, charge, events_with, window};
use crate::contract::samples::{TICK, seconds, start};
use crate::ports::ThrottleStore;
use crate::throttle::Charge;

/// How many keys may be forgotten at once: more than one batch of most stores.
const FORGOTTEN: u64 = 1_100;

/// What may be forgotten by the given time goes, and nothing else: a row goes when its latest event says nothing more.
pub async fn purging_removes_what_may_be_forgotten(store: &impl ThrottleStore) {
    let forgotten: Vec<Charge> = (0..FORGOTTEN).map(|number| charge(number, window(1))).collect();
    for batch in forgotten.chunks(100) {
        allowed(store, batch, start()).await;
    }
    let [renewed, backing_off] = [charge(FORGOTTEN, window(2)), charge(FORGOTTEN + 1, back_off())];
    allowed(store, &[renewed, backing_off], start()).await;
    allowed(store, &[renewed], seconds(10)).await;

    assert_eq!(store.purge(start()).await.unwrap(), 0);
    assert_eq!(store.purge(seconds(60) - TICK).await.unwrap(), 0);
    assert_waits(store, &forgotten[..1], start(), 60).await;
    assert_eq!(store.purge(seconds(60)).await.unwrap(), FORGOTTEN);
    assert_eq!(store.purge(seconds(60)).await.unwrap(), 0);
    assert_waits(store, &[renewed], seconds(59), 1).await;
    assert_eq!(store.purge(seconds(70)).await.unwrap(), 1);
    assert_eq!(events_with(store, backing_off, seconds(70)).await, 2);
    // Its latest event is a later one now.
    assert_eq!(store.purge(seconds(3_600)).await.unwrap(), 0);
    assert_eq!(store.purge(seconds(3_670)).await.unwrap(), 1);
    assert_eq!(events_with(store, backing_off, seconds(3_600)).await, 1);
}
