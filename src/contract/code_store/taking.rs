use super::samples::{RESEND_AT, armed, counted, exhaust, handle, inserted, issued_again};
use crate::contract::crowd::all_at_once;
use crate::contract::samples::{seconds, start};
use crate::ports::{Attempt, CodeStore};

/// Of 64 concurrent calls, one gets `true`, also after the last try: that one may have been right.
pub async fn of_64_concurrent_takes_one_succeeds(store: &(impl CodeStore + Clone)) {
    let row = inserted(store, 1).await;
    let other = inserted(store, 2).await.handle;
    let handle = row.handle;
    assert!(store.arm(&handle, 1, &armed(1), start()).await.unwrap());
    exhaust(store, &handle, row.max_attempts).await;
    let answers =
        all_at_once(store, |store, _| async move { store.take(&handle, 1, start()).await.unwrap() }).await;
    assert_eq!(answers.into_iter().filter(|taken| *taken).count(), 1);
    assert!(!store.take(&handle, 1, start()).await.unwrap());
    assert!(matches!(store.count_attempt(&handle, start()).await.unwrap(), Attempt::Taken));
    // Nobody else's code is spent.
    counted(store, &other, start()).await;
    assert!(store.take(&other, 1, start()).await.unwrap());
}

/// Only the issue that was compared is taken: one that was superseded meanwhile is not.
pub async fn another_issue_than_the_current_one_is_not_taken(store: &impl CodeStore) {
    let row = inserted(store, 1).await.handle;
    for issue in [0, 2, u32::MAX] {
        assert!(!store.take(&row, issue, start()).await.unwrap(), "issue {issue}");
    }
    assert_eq!(counted(store, &row, start()).await.attempts, 1);
    issued_again(store, &row, seconds(RESEND_AT)).await;
    for issue in [1, 3] {
        assert!(!store.take(&row, issue, seconds(RESEND_AT)).await.unwrap(), "issue {issue}");
    }
    assert_eq!(counted(store, &row, seconds(RESEND_AT)).await.attempts, 2);
    assert!(store.take(&row, 2, seconds(RESEND_AT)).await.unwrap());
    assert!(!store.take(&handle(2), 1, start()).await.unwrap());
}
