use std::time::Duration;

use time::OffsetDateTime;

use super::samples::{
    EXPIRES_AT, REISSUE_UNTIL, RESEND_AT, armed, assert_armed_with, assert_gone, assert_same_request,
    assert_unarmed, counted, exhaust, handle, inserted, issued_again, request,
};
use crate::code::HandleDigest;
use crate::contract::crowd::{CROWD, all_at_once};
use crate::contract::samples::{TICK, seconds, start};
use crate::ports::{Attempt, CodeStore, PendingCode, Reissue};

/// The issue number goes up by one and the old MAC is gone; tries and expiry stay.
pub async fn a_new_issue_keeps_tries_and_expiry_and_drops_the_mac(store: &impl CodeStore) {
    let mut written = inserted(store, 1).await;
    let other = inserted(store, 2).await;
    assert!(store.arm(&written.handle, 1, &armed(1), start()).await.unwrap());
    exhaust(store, &written.handle, 3).await;

    let now = seconds(RESEND_AT);
    let reissued = issued_again(store, &written.handle, now).await;
    written.resend_at = now + Duration::from_secs(60);
    assert_eq!(reissued.issue, 2);
    assert_same_request(&reissued.pending, &written);

    let read = counted(store, &written.handle, now).await;
    assert_same_request(&read.pending, &written);
    assert_eq!((read.issue, read.attempts), (2, 4));
    assert_unarmed(&read);
    let read = counted(store, &other.handle, now).await;
    assert_eq!((read.issue, read.attempts), (1, 1));

    let expired = store.count_attempt(&written.handle, seconds(EXPIRES_AT)).await.unwrap();
    assert!(matches!(expired, Attempt::Expired), "a new issue lives on after its expiry: {expired:?}");
}

/// Before `resend_at` it is too soon, and the store says for how long; from then on it is not.
pub async fn a_new_issue_before_its_time_is_too_soon(store: &impl CodeStore) {
    let row = inserted(store, 1).await.handle;
    assert!(store.arm(&row, 1, &armed(1), start()).await.unwrap());
    assert_too_soon(store, &row, start(), Duration::from_secs(RESEND_AT)).await;
    assert_too_soon(store, &row, seconds(RESEND_AT) - TICK, TICK).await;
    let read = counted(store, &row, start()).await;
    assert_same_request(&read.pending, &request(1));
    assert_eq!(read.issue, 1);
    assert_armed_with(&read, &armed(1));

    issued_again(store, &row, seconds(RESEND_AT)).await;
    assert_too_soon(store, &row, seconds(RESEND_AT), Duration::from_secs(60)).await;
    assert_too_soon(store, &row, seconds(RESEND_AT + 60) - TICK, TICK).await;
    assert_eq!(issued_again(store, &row, seconds(RESEND_AT + 60)).await.issue, 3);
}

async fn assert_too_soon(
    store: &impl CodeStore,
    handle: &HandleDigest,
    now: OffsetDateTime,
    expected: Duration,
) {
    match store.reissue(handle, now + Duration::from_secs(60), now).await.unwrap() {
        Reissue::TooSoon { retry_after } => assert_eq!(retry_after, expected),
        other => panic!("a row that is issued again too soon is {other:?}"),
    }
}

/// After `max_issues` issues the row is gone for reissuing, while its last code is still good.
pub async fn after_the_last_issue_the_row_is_gone(store: &impl CodeStore) {
    let row = inserted(store, 1).await.handle;
    assert_eq!(issued_again(store, &row, seconds(60)).await.issue, 2);
    assert_eq!(issued_again(store, &row, seconds(120)).await.issue, 3);
    assert!(store.arm(&row, 3, &armed(3), seconds(120)).await.unwrap());
    assert_gone(store, &row, seconds(180)).await;
    assert_gone(store, &row, seconds(240)).await;
    let read = counted(store, &row, seconds(240)).await;
    assert_eq!(read.issue, 3);
    assert_armed_with(&read, &armed(3));

    let only_once = PendingCode { max_issues: 1, ..request(2) };
    store.insert(&only_once).await.unwrap();
    assert_gone(store, &only_once.handle, seconds(RESEND_AT)).await;
    assert_eq!(counted(store, &only_once.handle, seconds(RESEND_AT)).await.issue, 1);
}

/// From `reissue_until` on, a row is not issued again, while its code is still good.
pub async fn near_its_end_a_row_is_not_issued_again(store: &impl CodeStore) {
    let in_time = inserted(store, 1).await.handle;
    assert_eq!(issued_again(store, &in_time, seconds(REISSUE_UNTIL) - TICK).await.issue, 2);

    let late = inserted(store, 2).await.handle;
    assert!(store.arm(&late, 1, &armed(2), start()).await.unwrap());
    for now in [
        seconds(REISSUE_UNTIL),
        seconds(REISSUE_UNTIL) + TICK,
        seconds(EXPIRES_AT) - TICK,
        seconds(EXPIRES_AT),
        seconds(10 * EXPIRES_AT),
    ] {
        assert_gone(store, &late, now).await;
    }
    let read = counted(store, &late, seconds(REISSUE_UNTIL)).await;
    assert_eq!(read.issue, 1);
    assert_armed_with(&read, &armed(2));
}

/// A taken, an exhausted and an unknown row is not issued again: a new issue gives no new tries.
pub async fn a_taken_exhausted_or_unknown_row_is_not_issued_again(store: &impl CodeStore) {
    let taken = inserted(store, 1).await.handle;
    assert!(store.take(&taken, 1, start()).await.unwrap());
    assert_gone(store, &taken, seconds(RESEND_AT)).await;
    let answer = store.count_attempt(&taken, seconds(RESEND_AT)).await.unwrap();
    assert!(matches!(answer, Attempt::Taken));

    let exhausted = inserted(store, 2).await;
    exhaust(store, &exhausted.handle, exhausted.max_attempts).await;
    assert_gone(store, &exhausted.handle, seconds(RESEND_AT)).await;
    let answer = store.count_attempt(&exhausted.handle, seconds(RESEND_AT)).await.unwrap();
    assert!(matches!(answer, Attempt::Exhausted));

    assert_gone(store, &handle(3), seconds(RESEND_AT)).await;
    let answer = store.count_attempt(&handle(3), seconds(RESEND_AT)).await.unwrap();
    assert!(matches!(answer, Attempt::Unknown));
}

/// Of 64 concurrent calls, one gets the next issue; to the others it is too soon.
pub async fn of_64_concurrent_reissues_one_succeeds(store: &(impl CodeStore + Clone)) {
    let row = inserted(store, 1).await.handle;
    let now = seconds(RESEND_AT);
    let answers = all_at_once(store, |store, _| async move {
        store.reissue(&row, now + Duration::from_secs(60), now).await.unwrap()
    })
    .await;
    let mut issues = Vec::new();
    let mut waits = Vec::new();
    for answer in answers {
        match answer {
            Reissue::Again(reissued) => issues.push(reissued.issue),
            Reissue::TooSoon { retry_after } => waits.push(retry_after),
            Reissue::Gone => panic!("a row that was issued again is gone"),
        }
    }
    assert_eq!(issues, [2]);
    assert_eq!(waits, [Duration::from_secs(60); CROWD - 1]);
    assert_eq!(counted(store, &row, now).await.issue, 2);
}
