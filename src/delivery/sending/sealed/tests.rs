use std::time::Duration;

use super::*;
use crate::key::ServiceKey;

fn keys() -> KeyRing {
    KeyRing::new(ServiceKey::from_bytes([1; 32]), ServiceKey::from_bytes([2; 32]))
}

fn id(number: u8) -> MessageId {
    MessageId::from_bytes([number; 16])
}

fn expiry() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(1_772_935_199_987_000_000).unwrap()
}

fn email(address: &str) -> Contact {
    EmailAddress::parse_internationalised(address).unwrap().into()
}

fn code(to: Contact) -> Sending {
    let target = CodeTarget {
        account: AccountId::new("medlem \"17\"\u{0}"),
        destination: to.clone(),
        credential_version: CredentialVersion::from_stored("versjon 3"),
    };
    let row = Row {
        handle: HandleDigest::from_bytes([7; 32]),
        issue: 2,
        armed: ArmedCode { target, mac: CodeMac::from_bytes(&[8; 36]) },
        armed_at: expiry() - Duration::from_secs(600),
        expires_at: expiry(),
    };
    let code = Code::parse("01234567").unwrap();
    Sending::new(What::Code { code, purpose: Purpose::Recovery, row }, to, Some(Locale::new("nn")))
}

fn notices() -> [Notice; 6] {
    let changes = [PasswordChange::Activated, PasswordChange::Recovered, PasswordChange::Changed];
    let [activated, recovered, changed] = changes.map(Notice::PasswordSet);
    [Notice::AlreadyActive, Notice::NotYetActive, Notice::Invitation, activated, recovered, changed]
}

#[test]
fn a_code_is_read_back_with_all_it_takes_to_see_whether_it_is_worth_sending() {
    for to in [email("Ærlig.Øl@eksempel.example"), PhoneNumber::from_e164("+4741234567").unwrap().into()] {
        let before = code(to.clone());
        let stored = before.seal(&keys(), id(1), expiry()).unwrap();
        let after = Sending::open(&keys(), &stored).unwrap();
        assert_eq!(after.id, Some(id(1)));
        assert_eq!(after.to.canonical(), to.canonical());
        assert_eq!(after.locale, Some(Locale::new("nn")));
        let What::Code { code, purpose, row } = after.what else { unreachable!() };
        assert_eq!((code.expose(), purpose, row.issue), ("01234567", Purpose::Recovery, 2));
        assert_eq!((row.handle.as_bytes(), row.expires_at), (&[7; 32], expiry()));
        assert_eq!(row.armed.mac.to_bytes(), [8; 36]);
        assert_eq!(row.armed.target.account.as_str(), "medlem \"17\"\u{0}");
        assert_eq!(row.armed.target.destination.canonical(), to.canonical());
        assert_eq!(row.armed.target.credential_version.as_str(), "versjon 3");
    }
}

#[test]
fn each_notice_is_read_back_in_the_spelling_of_the_directory() {
    for notice in notices() {
        let before = Sending::notice(notice.clone(), email("Ola.Nordmann@Example.no"), None);
        let stored = before.seal(&keys(), id(1), expiry()).unwrap();
        let after = Sending::open(&keys(), &stored).unwrap();
        let (Contact::Email(to), What::Notice(read)) = (&after.to, &after.what) else { unreachable!() };
        assert_eq!(to.as_str(), "Ola.Nordmann@Example.no");
        assert_eq!((read.kind(), after.locale), (notice.kind(), None));
    }
}

#[test]
fn what_is_stored_shows_neither_what_it_says_nor_how_long_that_is() {
    let stored: Vec<_> = notices()
        .map(|notice| Sending::notice(notice, email("a@b.no"), None))
        .into_iter()
        .chain([code(email("en.lang.adresse.med.mange.ord@en-lang-tjener.example.no"))])
        .map(|sending| sending.seal(&keys(), id(1), expiry()).unwrap().sealed)
        .collect();
    let lengths: std::collections::BTreeSet<_> = stored.iter().map(Vec::len).collect();
    assert_eq!(lengths.len(), 1, "{lengths:?}");
    for sealed in stored {
        for secret in ["01234567", "a@b.no", "adresse", "code", "email", "medlem"] {
            assert!(!sealed.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()), "{secret}");
        }
    }
}

#[test]
fn a_message_opens_in_its_own_row_and_until_its_own_expiry() {
    let stored = code(email("ola@example.no")).seal(&keys(), id(1), expiry()).unwrap();
    let later = expiry() + Duration::from_millis(1);
    let moved = QueuedMessage { id: id(2), ..stored.clone() };
    let prolonged = QueuedMessage { expires_at: later, ..stored.clone() };
    let shortened = QueuedMessage { sealed: stored.sealed[..40].to_vec(), ..stored.clone() };
    let emptied = QueuedMessage { sealed: Vec::new(), ..stored.clone() };
    for forged in [moved, prolonged, shortened, emptied] {
        assert_eq!(Sending::open(&keys(), &forged).unwrap_err(), Unreadable::Damaged);
    }
    let others = KeyRing::new(ServiceKey::from_bytes([3; 32]), ServiceKey::from_bytes([2; 32]));
    assert_eq!(Sending::open(&others, &stored).unwrap_err(), Unreadable::NotByUs);
    let rotated = others.with_retired(ServiceKey::from_bytes([1; 32]));
    assert!(Sending::open(&rotated, &stored).is_ok());
}

#[test]
fn what_another_release_has_sealed_is_left_to_it() {
    for plain in [
        &br#"{"channel":"pigeon","to":"ola@example.no","locale":null,"says":"invitation"}"#[..],
        br#"{"channel":"email","to":"ola@example.no","locale":null,"says":"merry_christmas"}"#,
        br#"{"channel":"email","to":"ola","locale":null,"says":"invitation"}"#,
        b"{",
        b"\xff",
        b"",
    ] {
        let sealed = keys().seal(&place(id(1), expiry()).each(), plain).unwrap();
        let stored = QueuedMessage { id: id(1), expires_at: expiry(), sealed };
        assert_eq!(Sending::open(&keys(), &stored).unwrap_err(), Unreadable::NotByUs);
    }
}

#[test]
fn bytes_with_a_digit_too_few_or_too_many_are_not_filled_up_or_cut_off() {
    let stored = code(email("ola@example.no")).seal(&keys(), id(1), expiry()).unwrap();
    let row = place(id(1), expiry());
    let plain = String::from_utf8(keys().open(&row.each(), &stored.sealed).unwrap().to_vec()).unwrap();
    let handle = "07".repeat(32);
    assert!(plain.contains(&handle));
    for other in ["07".repeat(31), "07".repeat(33), "07".repeat(31) + "0", "0g".repeat(32), String::new()] {
        let sealed = keys().seal(&row.each(), plain.replace(&handle, &other).as_bytes()).unwrap();
        let forged = QueuedMessage { sealed, ..stored.clone() };
        assert_eq!(Sending::open(&keys(), &forged).unwrap_err(), Unreadable::NotByUs, "{other}");
    }
}
