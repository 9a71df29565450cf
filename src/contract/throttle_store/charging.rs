use super::samples::{
    allowed, assert_stopped, assert_waits, back_off, ceiling, charge, events, events_with, key, window,
};
use crate::contract::crowd::{CROWD, all_at_once};
use crate::contract::samples::{seconds, start};
use crate::ports::ThrottleStore;
use crate::throttle::{Charge, Verdict};

/// A batch that no key refuses counts one event on every key, and the ticket says so in the order of the charges.
pub async fn a_charge_counts_on_every_key(store: &impl ThrottleStore) {
    let batch = [charge(3, window(3)), charge(1, back_off()), charge(2, ceiling(3))];
    for round in 0..3 {
        let ticket = allowed(store, &batch, seconds(round)).await;
        let entries = ticket.entries().iter();
        let keys: Vec<_> = entries.clone().map(|entry| entry.key).collect();
        assert_eq!(keys, [key(3), key(1), key(2)]);
        assert!(entries.clone().all(|entry| entry.recorded == seconds(round)));
        assert_eq!(events(&ticket), [round + 1; 3]);
    }
    assert_waits(store, &[batch[0]], seconds(2), 58).await;
    assert_waits(store, &[batch[1]], seconds(2), 30).await;
    assert_stopped(store, &[batch[2]], seconds(2)).await;
    // A key that was in no batch has no events, however near it is to those that were.
    for number in [0, 4, 1 << 8, u64::MAX] {
        assert_eq!(events_with(store, charge(number, window(1)), seconds(2)).await, 1);
    }
}

/// If any key waits or is stopped, nothing changes: neither on the others nor on that key.
pub async fn a_refused_batch_changes_nothing(store: &impl ThrottleStore) {
    let [waiting, stopped, backing_off] =
        [charge(1, window(1)), charge(2, ceiling(1)), charge(3, back_off())];
    let [known, fresh] = [charge(4, window(10)), charge(5, window(10))];
    allowed(store, &[waiting, stopped, known], start()).await;
    for _ in 0..3 {
        allowed(store, &[backing_off], start()).await;
    }
    for refusing in [waiting, stopped, backing_off] {
        for batch in [[refusing, known, fresh], [known, refusing, fresh], [known, fresh, refusing]] {
            let verdict = store.charge(&batch, seconds(10)).await.unwrap();
            assert!(!matches!(verdict, Verdict::Allowed(_)), "a batch with {refusing:?} is allowed");
        }
    }
    assert_eq!(events_with(store, known, seconds(10)).await, 2);
    assert_eq!(events_with(store, fresh, seconds(10)).await, 1);
    // Who asks while waiting does not wait longer for it.
    assert_waits(store, &[waiting], seconds(10), 50).await;
    assert_waits(store, &[backing_off], seconds(10), 20).await;
    assert_eq!(events_with(store, backing_off, seconds(30)).await, 4);
    assert_eq!(events_with(store, waiting, seconds(60)).await, 2);
    store.lift(&[stopped.key]).await.unwrap();
    assert_eq!(events_with(store, stopped, seconds(60)).await, 1);
}

/// Of 64 concurrent charges of one key, as many as its limit pass, each as another event; the others count on no key.
pub async fn of_64_concurrent_charges_as_many_as_allowed_pass(store: &(impl ThrottleStore + Clone)) {
    let own = |number: usize| charge(100 + number as u64, window(1));
    let shared = charge(1, window(10));
    let verdicts = all_at_once(store, |store, number| async move {
        // Half of the batches ask for the shared key first, half last.
        let batch = if number % 2 == 0 { [shared, own(number)] } else { [own(number), shared] };
        store.charge(&batch, start()).await.unwrap()
    })
    .await;
    let mut numbers = Vec::new();
    for (number, verdict) in verdicts.into_iter().enumerate() {
        let refused = match verdict {
            Verdict::Allowed(ticket) => {
                let entry = ticket.entries().iter().find(|entry| entry.key == shared.key);
                numbers.push(entry.unwrap().events);
                false
            }
            Verdict::Wait(wait) => {
                assert_eq!(wait.as_secs(), 60);
                true
            }
            Verdict::Stopped => panic!("a window stopped a charge"),
        };
        let now_allowed = matches!(store.charge(&[own(number)], start()).await.unwrap(), Verdict::Allowed(_));
        assert_eq!(now_allowed, refused, "a key of batch {number} is not as the batch was answered");
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=10).collect::<Vec<u64>>());
    assert_waits(store, &[shared], start(), 60).await;
}

/// Batches that hold the same keys in another order do not block each other for ever, and all are counted.
pub async fn batches_in_opposite_order_all_get_an_answer(store: &(impl ThrottleStore + Clone)) {
    let forwards: Vec<Charge> = (0..8).map(|number| charge(number, window(CROWD as u32))).collect();
    let verdicts = all_at_once(store, |store, number| {
        let mut batch = forwards.clone();
        if number % 2 == 1 {
            batch.reverse();
        }
        async move { store.charge(&batch, start()).await.unwrap() }
    })
    .await;
    assert!(verdicts.iter().all(|verdict| matches!(verdict, Verdict::Allowed(_))), "{verdicts:?}");
    for one in forwards {
        assert_waits(store, &[one], start(), 60).await;
    }
}
