use std::time::Duration;

use super::samples::{allowed, assert_stopped, assert_waits, back_off, ceiling, charge, events_with, window};
use crate::contract::samples::{TICK, seconds, start};
use crate::ports::ThrottleStore;
use crate::throttle::Verdict;

/// If several keys wait, the longest wait is returned, wherever in the batch it is.
pub async fn the_longest_wait_is_returned(store: &impl ThrottleStore) {
    let [long, short, free] = [charge(1, window(1)), charge(2, back_off()), charge(3, window(10))];
    for _ in 0..3 {
        allowed(store, &[short], start()).await;
    }
    allowed(store, &[long], seconds(10)).await;
    assert_waits(store, &[short], seconds(15), 15).await;
    assert_waits(store, &[long], seconds(15), 55).await;
    for batch in [
        [long, short, free],
        [long, free, short],
        [short, long, free],
        [short, free, long],
        [free, long, short],
        [free, short, long],
    ] {
        assert_waits(store, &batch, seconds(15), 55).await;
    }
}

/// A key that has reached its ceiling stops the batch, whoever else waits, until it is forgotten or lifted.
pub async fn a_ceiling_stops_the_batch(store: &impl ThrottleStore) {
    let [stopped, waiting, free] = [charge(1, ceiling(2)), charge(2, window(1)), charge(3, window(10))];
    allowed(store, &[stopped, waiting], start()).await;
    allowed(store, &[stopped], start()).await;
    assert_stopped(store, &[stopped], start()).await;
    for batch in [[stopped, waiting, free], [waiting, free, stopped], [free, stopped, waiting]] {
        assert_stopped(store, &batch, start()).await;
    }
    assert_waits(store, &[waiting, free], start(), 60).await;
    assert_stopped(store, &[stopped], seconds(86_400) - TICK).await;
    assert_eq!(events_with(store, stopped, seconds(86_400)).await, 1);
    allowed(store, &[stopped], seconds(86_400)).await;
    assert_stopped(store, &[stopped], seconds(86_400)).await;
    store.lift(&[stopped.key]).await.unwrap();
    allowed(store, &[stopped, free], seconds(86_400)).await;
}

/// A wait ends when the time that was named has passed: not a millisecond earlier, and never later.
pub async fn a_wait_ends_when_its_time_has_passed(store: &impl ThrottleStore) {
    let [full, backing_off] = [charge(1, window(2)), charge(2, back_off())];
    allowed(store, &[full, backing_off], start()).await;
    allowed(store, &[full, backing_off], seconds(20)).await;
    assert_waits(store, &[full], seconds(20), 40).await;
    assert_eq!(store.charge(&[full], seconds(60) - TICK).await.unwrap(), Verdict::Wait(TICK));
    allowed(store, &[full], seconds(60)).await;
    assert_waits(store, &[full], seconds(60), 20).await;

    let mut now = seconds(60);
    allowed(store, &[backing_off], now).await;
    for wait in [30, 60, 120, 120] {
        assert_waits(store, &[backing_off], now, wait).await;
        let end = now + Duration::from_secs(wait);
        assert_eq!(store.charge(&[backing_off], end - TICK).await.unwrap(), Verdict::Wait(TICK));
        now = end;
        allowed(store, &[backing_off], now).await;
    }
    // A clock that is set back makes nobody wait longer than the schedule does.
    assert_waits(store, &[backing_off], start(), 120).await;
    assert_waits(store, &[full], start(), 60).await;
    // After an hour without events, the back-off begins anew.
    assert_eq!(events_with(store, backing_off, now + Duration::from_secs(3_600)).await, 1);
}
