use super::samples::{
    EXPIRES_AT, RESEND_AT, armed, assert_armed_with, assert_unarmed, counted, handle, inserted, issued_again,
};
use crate::contract::samples::{TICK, seconds, start};
use crate::ports::{Attempt, CodeStore};

/// The current issue of a live row is armed, and may be armed again.
pub async fn the_current_issue_is_armed(store: &impl CodeStore) {
    let row = inserted(store, 1).await.handle;
    let other = inserted(store, 2).await.handle;
    assert!(store.arm(&row, 1, &armed(1), start()).await.unwrap());
    assert_armed_with(&counted(store, &row, start()).await, &armed(1));
    assert!(store.arm(&row, 1, &armed(2), start()).await.unwrap());
    assert_armed_with(&counted(store, &row, start()).await, &armed(2));
    assert_unarmed(&counted(store, &other, start()).await);

    issued_again(store, &row, seconds(RESEND_AT)).await;
    let last_moment = seconds(EXPIRES_AT) - TICK;
    assert!(store.arm(&row, 2, &armed(3), last_moment).await.unwrap());
    let read = counted(store, &row, last_moment).await;
    assert_eq!((read.issue, read.attempts), (2, 3));
    assert_armed_with(&read, &armed(3));
}

/// Another issue than the current one is not armed, be it past or yet to come.
pub async fn another_issue_than_the_current_one_is_not_armed(store: &impl CodeStore) {
    let row = inserted(store, 1).await.handle;
    for issue in [0, 2, u32::MAX] {
        assert!(!store.arm(&row, issue, &armed(9), start()).await.unwrap(), "issue {issue}");
    }
    assert_unarmed(&counted(store, &row, start()).await);

    issued_again(store, &row, seconds(RESEND_AT)).await;
    for issue in [1, 3] {
        assert!(!store.arm(&row, issue, &armed(9), seconds(RESEND_AT)).await.unwrap(), "issue {issue}");
    }
    assert_unarmed(&counted(store, &row, seconds(RESEND_AT)).await);

    assert!(store.arm(&row, 2, &armed(2), seconds(RESEND_AT)).await.unwrap());
    assert!(!store.arm(&row, 1, &armed(9), seconds(RESEND_AT)).await.unwrap());
    let read = counted(store, &row, seconds(RESEND_AT)).await;
    assert_eq!(read.issue, 2);
    assert_armed_with(&read, &armed(2));
}

/// A row is not armed from its expiry on.
pub async fn an_expired_row_is_not_armed(store: &impl CodeStore) {
    let unarmed = inserted(store, 1).await.handle;
    let armed_once = inserted(store, 2).await.handle;
    assert!(store.arm(&armed_once, 1, &armed(1), start()).await.unwrap());
    for now in [seconds(EXPIRES_AT), seconds(EXPIRES_AT) + TICK, seconds(10 * EXPIRES_AT)] {
        assert!(!store.arm(&unarmed, 1, &armed(9), now).await.unwrap(), "{now}");
        assert!(!store.arm(&armed_once, 1, &armed(9), now).await.unwrap(), "{now}");
    }
    // To a machine whose clock is behind, the rows are as they were.
    assert_unarmed(&counted(store, &unarmed, start()).await);
    assert_armed_with(&counted(store, &armed_once, start()).await, &armed(1));
}

/// A taken row is not armed, and stays taken.
pub async fn a_taken_row_is_not_armed(store: &impl CodeStore) {
    let row = inserted(store, 1).await.handle;
    assert!(store.arm(&row, 1, &armed(1), start()).await.unwrap());
    assert!(store.take(&row, 1, start()).await.unwrap());
    assert!(!store.arm(&row, 1, &armed(2), start()).await.unwrap());
    assert!(matches!(store.count_attempt(&row, start()).await.unwrap(), Attempt::Taken));
}

/// A row that was never inserted is not armed, and not made by it.
pub async fn an_unknown_row_is_not_armed(store: &impl CodeStore) {
    inserted(store, 1).await;
    assert!(!store.arm(&handle(2), 1, &armed(1), start()).await.unwrap());
    assert!(matches!(store.count_attempt(&handle(2), start()).await.unwrap(), Attempt::Unknown));
    assert_unarmed(&counted(store, &handle(1), start()).await);
}
