use super::samples::{EXPIRES_AT, armed, assert_armed_with, counted, exhaust, handle, request};
use crate::contract::samples::{TICK, seconds, start};
use crate::ports::{Attempt, CodeStore, PendingCode};

/// How many rows expire at once: more than one batch of most stores.
const EXPIRING: u64 = 1_100;

/// Rows that expired before the given time go, and no others: not even those that are taken or exhausted.
pub async fn purging_removes_expired_rows_only(store: &impl CodeStore) {
    let before = seconds(EXPIRES_AT);
    for number in 0..EXPIRING {
        store.insert(&PendingCode { expires_at: before - TICK, ..request(number) }).await.unwrap();
    }
    let [live, taken, exhausted] = [EXPIRING, EXPIRING + 1, EXPIRING + 2].map(handle);
    for number in EXPIRING..EXPIRING + 3 {
        store.insert(&request(number)).await.unwrap();
    }
    assert!(store.arm(&live, 1, &armed(1), start()).await.unwrap());
    assert!(store.take(&taken, 1, start()).await.unwrap());
    exhaust(store, &exhausted, 10).await;

    assert_eq!(store.purge(start()).await.unwrap(), 0);
    assert_eq!(store.purge(before).await.unwrap(), EXPIRING);
    assert_eq!(store.purge(before).await.unwrap(), 0);
    for number in [0, EXPIRING / 2, EXPIRING - 1] {
        let answer = store.count_attempt(&handle(number), start()).await.unwrap();
        assert!(matches!(answer, Attempt::Unknown), "{answer:?}");
    }
    let read = counted(store, &live, start()).await;
    assert_eq!(read.attempts, 1);
    assert_armed_with(&read, &armed(1));
    assert!(matches!(store.count_attempt(&taken, start()).await.unwrap(), Attempt::Taken));
    assert!(matches!(store.count_attempt(&exhausted, start()).await.unwrap(), Attempt::Exhausted));

    assert_eq!(store.purge(before + TICK).await.unwrap(), 3);
    assert!(matches!(store.count_attempt(&taken, start()).await.unwrap(), Attempt::Unknown));
}
