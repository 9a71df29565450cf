//! Rows, and what is read of them.

use std::time::Duration;

use time::OffsetDateTime;

use crate::account::{AccountId, CredentialVersion};
use crate::code::{CodeFormat, CodeMac, HandleDigest, Purpose};
use crate::contract::samples::{AWKWARD, email, seconds, start};
use crate::ports::{ArmedCode, Attempt, CodeStore, CodeTarget, PendingCode, Reissue, Reissued, StoredCode};

/// The seconds after the start at which a sample may be sent again, is not issued again, and expires.
pub(super) const RESEND_AT: u64 = 60;
pub(super) const REISSUE_UNTIL: u64 = 480;
pub(super) const EXPIRES_AT: u64 = 600;

pub(super) fn handle(number: u64) -> HandleDigest {
    let mut bytes = [0; 32];
    bytes[24..].copy_from_slice(&number.to_be_bytes());
    HandleDigest::from_bytes(bytes)
}

/// A request as the service makes it.
pub(super) fn request(number: u64) -> PendingCode {
    PendingCode {
        handle: handle(number),
        purpose: Purpose::Activation,
        contact: email("ola@example.no"),
        locale: None,
        format: CodeFormat::EIGHT_DIGITS,
        created_at: start(),
        resend_at: seconds(RESEND_AT),
        reissue_until: seconds(REISSUE_UNTIL),
        expires_at: seconds(EXPIRES_AT),
        max_attempts: 10,
        max_issues: 3,
    }
}

/// A code for an account, told apart by its MAC.
pub(super) fn armed(tag: u8) -> ArmedCode {
    ArmedCode {
        target: CodeTarget {
            account: AccountId::new(format!("{tag}{AWKWARD}")),
            destination: email("ola@example.no"),
            credential_version: CredentialVersion::from_stored(format!("{AWKWARD}{tag}")),
        },
        mac: mac(tag),
    }
}

/// A MAC in which every byte is another one.
fn mac(tag: u8) -> CodeMac {
    let mut bytes = [tag; CodeMac::LENGTH];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = byte.wrapping_mul(37).wrapping_add((place * 7) as u8);
    }
    CodeMac::from_bytes(&bytes)
}

/// Inserts a sample, and returns it.
pub(super) async fn inserted(store: &impl CodeStore, number: u64) -> PendingCode {
    let request = request(number);
    store.insert(&request).await.unwrap();
    request
}

/// Counts a try that must be counted.
pub(super) async fn counted(
    store: &impl CodeStore,
    handle: &HandleDigest,
    now: OffsetDateTime,
) -> StoredCode {
    match store.count_attempt(handle, now).await.unwrap() {
        Attempt::Counted(code) => code,
        other => panic!("a try that was to be counted is {other:?}"),
    }
}

/// Uses up the tries of a row that has `tries` left.
pub(super) async fn exhaust(store: &impl CodeStore, handle: &HandleDigest, tries: u32) {
    for _ in 0..tries {
        counted(store, handle, start()).await;
    }
}

/// Issues a row again, which must succeed; it may be issued again after another minute.
pub(super) async fn issued_again(
    store: &impl CodeStore,
    handle: &HandleDigest,
    now: OffsetDateTime,
) -> Reissued {
    match store.reissue(handle, now + Duration::from_secs(60), now).await.unwrap() {
        Reissue::Again(reissued) => reissued,
        other => panic!("a row that was to be issued again is {other:?}"),
    }
}

pub(super) async fn assert_gone(store: &impl CodeStore, handle: &HandleDigest, now: OffsetDateTime) {
    let answer = store.reissue(handle, now + Duration::from_secs(60), now).await.unwrap();
    assert!(matches!(answer, Reissue::Gone), "a row at its end is {answer:?}");
}

pub(super) fn assert_same_request(read: &PendingCode, written: &PendingCode) {
    assert_eq!(read.handle, written.handle);
    assert_eq!(read.purpose, written.purpose);
    assert_eq!(read.contact.canonical(), written.contact.canonical());
    assert_eq!(read.locale, written.locale);
    assert_eq!(read.format, written.format);
    assert_eq!(read.created_at, written.created_at);
    assert_eq!(read.resend_at, written.resend_at);
    assert_eq!(read.reissue_until, written.reissue_until);
    assert_eq!(read.expires_at, written.expires_at);
    assert_eq!(read.max_attempts, written.max_attempts);
    assert_eq!(read.max_issues, written.max_issues);
}

pub(super) fn assert_armed_with(read: &StoredCode, written: &ArmedCode) {
    let Some(armed) = &read.armed else { panic!("a row that was armed is not") };
    assert_eq!(armed.mac.to_bytes(), written.mac.to_bytes());
    assert_eq!(armed.target.account, written.target.account);
    assert_eq!(armed.target.destination.canonical(), written.target.destination.canonical());
    assert_eq!(armed.target.credential_version, written.target.credential_version);
}

pub(super) fn assert_unarmed(read: &StoredCode) {
    assert!(read.armed.is_none(), "a row that was not armed is: {read:?}");
}
