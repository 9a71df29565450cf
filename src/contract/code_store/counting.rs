use super::samples::{
    EXPIRES_AT, RESEND_AT, armed, counted, exhaust, handle, inserted, issued_again, request,
};
use crate::contract::crowd::{CROWD, all_at_once};
use crate::contract::samples::{TICK, seconds, start};
use crate::ports::{Attempt, CodeStore, PendingCode};

/// A try is counted before the record is handed out, and stays counted, whatever happens to the row.
pub async fn a_try_is_counted_before_the_answer(store: &impl CodeStore) {
    let row = inserted(store, 1).await.handle;
    // Also while the row is not armed.
    assert_eq!(counted(store, &row, start()).await.attempts, 1);
    assert!(store.arm(&row, 1, &armed(1), start()).await.unwrap());
    assert_eq!(counted(store, &row, start()).await.attempts, 2);
    assert!(store.arm(&row, 1, &armed(2), start()).await.unwrap());
    assert_eq!(counted(store, &row, start()).await.attempts, 3);
    issued_again(store, &row, seconds(RESEND_AT)).await;
    assert_eq!(counted(store, &row, seconds(RESEND_AT)).await.attempts, 4);
    // Also if a clock runs backwards.
    assert_eq!(counted(store, &row, start()).await.attempts, 5);
}

/// Of 64 concurrent tries, as many as the row has get the record, each counted as another.
pub async fn of_64_concurrent_tries_as_many_as_allowed_are_counted(store: &(impl CodeStore + Clone)) {
    let row = inserted(store, 1).await;
    let handle = row.handle;
    assert!(store.arm(&handle, 1, &armed(1), start()).await.unwrap());
    let answers =
        all_at_once(store, |store, _| async move { store.count_attempt(&handle, start()).await.unwrap() })
            .await;
    let mut numbers = Vec::new();
    let mut exhausted = 0;
    for answer in answers {
        match answer {
            Attempt::Counted(code) => numbers.push(code.attempts),
            Attempt::Exhausted => exhausted += 1,
            other => panic!("a concurrent try is {other:?}"),
        }
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=row.max_attempts).collect::<Vec<_>>());
    assert_eq!(exhausted, CROWD - row.max_attempts as usize);
    assert!(matches!(store.count_attempt(&handle, start()).await.unwrap(), Attempt::Exhausted));
}

/// A row without tries left is exhausted, until it expires.
pub async fn a_row_without_tries_left_is_exhausted(store: &impl CodeStore) {
    for max_attempts in [1, 3] {
        let row = PendingCode { max_attempts, ..request(max_attempts.into()) };
        store.insert(&row).await.unwrap();
        exhaust(store, &row.handle, max_attempts).await;
        for now in [start(), start(), seconds(EXPIRES_AT) - TICK] {
            let answer = store.count_attempt(&row.handle, now).await.unwrap();
            assert!(matches!(answer, Attempt::Exhausted), "{answer:?}");
        }
        // Arming it anew gives no new tries.
        let _ = store.arm(&row.handle, 1, &armed(1), start()).await.unwrap();
        let answer = store.count_attempt(&row.handle, start()).await.unwrap();
        assert!(matches!(answer, Attempt::Exhausted), "{answer:?}");
        let answer = store.count_attempt(&row.handle, seconds(EXPIRES_AT)).await.unwrap();
        assert!(matches!(answer, Attempt::Expired), "{answer:?}");
    }
}

/// A row is expired from `expires_at` on, and until then it is not.
pub async fn a_row_is_expired_from_its_expiry_on(store: &impl CodeStore) {
    let row = inserted(store, 1).await.handle;
    assert!(store.arm(&row, 1, &armed(1), start()).await.unwrap());
    assert_eq!(counted(store, &row, seconds(EXPIRES_AT) - TICK).await.attempts, 1);
    for now in [seconds(EXPIRES_AT), seconds(EXPIRES_AT) + TICK, seconds(10 * EXPIRES_AT)] {
        let answer = store.count_attempt(&row, now).await.unwrap();
        assert!(matches!(answer, Attempt::Expired), "at {now}: {answer:?}");
    }
    // Those tries were not counted.
    assert_eq!(counted(store, &row, seconds(EXPIRES_AT) - TICK).await.attempts, 2);
}

/// A taken row is taken, also when it has expired or has no tries left.
pub async fn a_taken_row_is_taken(store: &impl CodeStore) {
    let row = inserted(store, 1).await.handle;
    let exhausted = inserted(store, 2).await;
    exhaust(store, &exhausted.handle, exhausted.max_attempts).await;
    for handle in [row, exhausted.handle] {
        assert!(store.take(&handle, 1, start()).await.unwrap());
        for now in [start(), seconds(EXPIRES_AT) - TICK, seconds(EXPIRES_AT), seconds(10 * EXPIRES_AT)] {
            let answer = store.count_attempt(&handle, now).await.unwrap();
            assert!(matches!(answer, Attempt::Taken), "at {now}: {answer:?}");
        }
    }
}

/// A handle that was never inserted is unknown, and is not made by asking.
pub async fn an_unknown_handle_is_unknown(store: &impl CodeStore) {
    inserted(store, 1).await;
    for number in [0, 2, 1 << 8, u64::MAX] {
        let answer = store.count_attempt(&handle(number), start()).await.unwrap();
        assert!(matches!(answer, Attempt::Unknown), "handle {number}: {answer:?}");
    }
    inserted(store, 2).await;
    assert_eq!(counted(store, &handle(2), start()).await.attempts, 1);
    assert_eq!(counted(store, &handle(1), start()).await.attempts, 1);
}
