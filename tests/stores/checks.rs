//! What holds of each store beyond the contract, tried on a fresh one.

use std::time::Duration;

use vestibule::code::CodeFormat;
use vestibule::ports::{ArmedCode, Attempt, CodeStore, CodeTarget, Reissue, ThrottleStore};
use vestibule::throttle::Verdict;
use vestibule::time::OffsetDateTime;
use vestibule::{AccountId, CredentialVersion, Locale};

use super::samples::{armed, email, handle, in_minutes, now, pending};

/// `strange` is text that would do harm where it was taken for a command.
pub(crate) async fn metacharacters_are_read_back_as_they_were_written(codes: &impl CodeStore, strange: &str) {
    let mut row = pending(1);
    row.contact = email("o'brien%_--@example.no");
    row.locale = Some(Locale::new(strange));
    row.format = CodeFormat::letters(15).unwrap();
    codes.insert(&row).await.unwrap();
    let target = CodeTarget {
        account: AccountId::new(strange),
        destination: email("o'brien%_--@example.no"),
        credential_version: CredentialVersion::from_stored(strange),
    };
    let code = ArmedCode { target, mac: armed().mac };
    assert!(codes.arm(&handle(1), 1, &code, now()).await.unwrap());
    let Attempt::Counted(stored) = codes.count_attempt(&handle(1), now()).await.unwrap() else { panic!() };
    assert_eq!(stored.pending.contact.canonical(), row.contact.canonical());
    assert_eq!(stored.pending.locale, row.locale);
    assert_eq!(stored.pending.format, row.format);
    let target = stored.armed.unwrap().target;
    assert_eq!(target.account.as_str(), strange);
    assert_eq!(target.credential_version.as_str(), strange);
}

pub(crate) async fn a_row_at_its_end_is_gone_rather_than_too_soon(codes: &impl CodeStore) {
    codes.insert(&pending(1)).await.unwrap();
    let Reissue::TooSoon { retry_after } = codes.reissue(&handle(1), now(), now()).await.unwrap() else {
        panic!()
    };
    assert_eq!(retry_after, Duration::from_secs(60));
    codes.take(&handle(1), 1, now()).await.unwrap();
    assert!(matches!(codes.reissue(&handle(1), now(), now()).await.unwrap(), Reissue::Gone));
}

/// Each store holds five thousand rows, the nth of which may go n milliseconds after the beginning of time.
pub(crate) async fn more_rows_than_a_batch_are_purged(codes: &impl CodeStore, throttle: &impl ThrottleStore) {
    let epoch = OffsetDateTime::UNIX_EPOCH;
    assert_eq!(codes.purge(epoch + Duration::from_millis(2_501)).await.unwrap(), 2_500);
    assert_eq!(throttle.purge(epoch + Duration::from_millis(2_500)).await.unwrap(), 2_500);
    assert_eq!(codes.purge(in_minutes(0)).await.unwrap(), 2_500);
    assert_eq!(throttle.purge(in_minutes(0)).await.unwrap(), 2_500);
}

pub(crate) async fn a_batch_without_charges_is_allowed(throttle: &impl ThrottleStore) {
    let Verdict::Allowed(ticket) = throttle.charge(&[], now()).await.unwrap() else { panic!() };
    assert!(ticket.entries().is_empty());
    throttle.refund(&ticket).await.unwrap();
    throttle.lift(&[]).await.unwrap();
}
