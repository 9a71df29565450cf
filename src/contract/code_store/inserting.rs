use time::{OffsetDateTime, PrimitiveDateTime};

use super::samples::{
    EXPIRES_AT, armed, assert_armed_with, assert_same_request, assert_unarmed, counted, inserted,
    issued_again, request,
};
use crate::account::{AccountId, CredentialVersion};
use crate::code::{CodeFormat, HandleDigest, Purpose};
use crate::contact::Contact;
use crate::contract::samples::{AWKWARD, email, phone, seconds, start};
use crate::locale::Locale;
use crate::ports::{CodeStore, CodeTarget, PendingCode};

/// A new row is read back as it was written: every field, for every purpose, format and kind of contact.
pub async fn a_row_is_read_back_as_it_was_written(store: &impl CodeStore) {
    let requests = all_kinds_of_request();
    for request in &requests {
        store.insert(request).await.unwrap();
    }
    // Read after all are written: none has become another.
    for (request, tag) in requests.iter().zip(0..) {
        let read = counted(store, &request.handle, request.created_at).await;
        assert_same_request(&read.pending, request);
        assert_eq!((read.issue, read.attempts), (1, 1));
        assert_unarmed(&read);

        let mut code = armed(tag);
        code.target = CodeTarget {
            account: AccountId::new(format!("{tag}{AWKWARD}")),
            destination: request.contact.clone(),
            credential_version: CredentialVersion::random().unwrap(),
        };
        assert!(store.arm(&request.handle, 1, &code, request.created_at).await.unwrap());
        let read = counted(store, &request.handle, request.created_at).await;
        assert_same_request(&read.pending, request);
        assert_eq!((read.issue, read.attempts), (1, 2));
        assert_armed_with(&read, &code);
    }
    for request in &requests {
        let mut written = request.clone();
        let now = request.resend_at;
        let reissued = issued_again(store, &request.handle, now).await;
        written.resend_at = now + time::Duration::seconds(60);
        assert_same_request(&reissued.pending, &written);
    }
}

fn all_kinds_of_request() -> Vec<PendingCode> {
    let contacts: [Contact; 5] = [
        email("ola@example.no"),
        email("Ola.O'Hara%_{x}|+@EXAMPLE.no"),
        email("Åse@blåbær.example"),
        phone("+4741234567"),
        phone("+358401234567"),
    ];
    let locales = [None, Some(Locale::NORWEGIAN), Some(Locale::new("en-GB")), Some(Locale::new(AWKWARD))];
    let formats = [
        CodeFormat::EIGHT_DIGITS,
        CodeFormat::TWELVE_DIGITS,
        CodeFormat::digits(6).unwrap(),
        CodeFormat::letters(6).unwrap(),
        CodeFormat::letters(32).unwrap(),
    ];
    let mut requests = Vec::new();
    for purpose in Purpose::ALL {
        for (place, contact) in contacts.iter().enumerate() {
            let number = requests.len() as u64;
            // Every time differs from the others of the row, and by milliseconds.
            let moved = start() + time::Duration::milliseconds(1_001 * number as i64);
            requests.push(PendingCode {
                purpose,
                contact: contact.clone(),
                locale: locales[place % locales.len()].clone(),
                format: formats[place % formats.len()],
                created_at: moved,
                resend_at: moved + time::Duration::milliseconds(60_001),
                reissue_until: moved + time::Duration::milliseconds(480_010),
                expires_at: moved + time::Duration::milliseconds(600_100),
                max_attempts: 3 + number as u32,
                max_issues: 2 + number as u32,
                ..request(number)
            });
        }
    }
    requests.extend(requests_at_the_edges());
    requests
}

/// Handles that a text would end or fold, limits that a signed number does not hold, and the ends of time.
fn requests_at_the_edges() -> [PendingCode; 3] {
    let end_of_time = PrimitiveDateTime::MAX.assume_utc();
    let end_of_time = end_of_time.replace_millisecond(end_of_time.millisecond()).unwrap();
    [
        PendingCode { handle: HandleDigest::from_bytes([0xff; 32]), expires_at: end_of_time, ..request(0) },
        PendingCode {
            handle: HandleDigest::from_bytes(*b"'Aa%_\"\\;--\0\0\0 '' OR 1=1 ;;\x80\xfe\r\n\t1"),
            max_attempts: u32::MAX,
            max_issues: u32::MAX,
            ..request(0)
        },
        PendingCode {
            handle: HandleDigest::from_bytes(*b"'aA%_\"\\;--\0\0\0 '' OR 1=1 ;;\x80\xfe\r\n\t1"),
            created_at: OffsetDateTime::UNIX_EPOCH - time::Duration::milliseconds(1),
            resend_at: OffsetDateTime::UNIX_EPOCH,
            reissue_until: OffsetDateTime::UNIX_EPOCH + time::Duration::milliseconds(1),
            ..request(0)
        },
    ]
}

/// A handle that is there already is refused with an error, and its row stays what it was.
pub async fn a_handle_is_inserted_once(store: &impl CodeStore) {
    let first = inserted(store, 1).await;
    assert!(store.arm(&first.handle, 1, &armed(1), start()).await.unwrap());
    counted(store, &first.handle, start()).await;

    let second = PendingCode {
        purpose: Purpose::Recovery,
        contact: phone("+4741234567"),
        max_attempts: 99,
        expires_at: seconds(2 * EXPIRES_AT),
        ..request(1)
    };
    assert!(store.insert(&second).await.is_err(), "a handle was inserted twice");
    let read = counted(store, &first.handle, start()).await;
    assert_same_request(&read.pending, &first);
    assert_eq!(read.attempts, 2);
    assert_armed_with(&read, &armed(1));

    // What was used is not made good again.
    assert!(store.take(&first.handle, 1, start()).await.unwrap());
    assert!(store.insert(&second).await.is_err(), "the handle of a taken row was inserted again");
}
