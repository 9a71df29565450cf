use std::sync::Arc;
use std::time::Duration;

use vestibule::code::CodeFormat;
use vestibule::ports::{ArmedCode, Attempt, CodeStore, CodeTarget, Reissue, ThrottleStore};
use vestibule::throttle::Verdict;
use vestibule::time::OffsetDateTime;
use vestibule::{AccountId, CredentialVersion, Locale};

use crate::database::{Database, armed, email, handle, in_minutes, now, pending};
use crate::servers::postgres::PostgresServer;

pub(crate) async fn metacharacters_are_read_back_as_they_were_written(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let codes = database.codes();
    let strange = "'; drop table vestibule.codes; -- %_\"\u{0}\u{1F600}";
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
    assert_eq!(stored.pending.locale.unwrap().as_str(), strange.replace('_', "-"));
    assert_eq!(stored.pending.format, row.format);
    let target = stored.armed.unwrap().target;
    assert_eq!(target.account.as_str(), strange);
    assert_eq!(target.credential_version.as_str(), strange);
}

pub(crate) async fn a_row_at_its_end_is_gone_rather_than_too_soon(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let codes = database.codes();
    codes.insert(&pending(1)).await.unwrap();
    let Reissue::TooSoon { retry_after } = codes.reissue(&handle(1), now(), now()).await.unwrap() else {
        panic!()
    };
    assert_eq!(retry_after, Duration::from_secs(60));
    codes.take(&handle(1), 1, now()).await.unwrap();
    assert!(matches!(codes.reissue(&handle(1), now(), now()).await.unwrap(), Reissue::Gone));
}

pub(crate) async fn more_rows_than_a_batch_are_purged(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let (codes, throttle) = (database.codes(), database.throttle());
    // Ten thousand rows of either kind, of which the second half is to stay.
    database
        .run(
            "insert into vestibule.codes (handle, purpose, contact, format, created_at, resend_at, reissue_until, \
             expires_at, max_attempts, max_issues) \
             select sha256(n::text::bytea), 'recovery', 'phone:+4741234567', '8d', 0, 0, 0, n, 10, 3 \
             from generate_series(1, 5000) n; \
             insert into vestibule.throttles (key, later, forget_at) \
             select sha256(n::text::bytea), '{}', n from generate_series(1, 5000) n;",
        )
        .await;
    let epoch = OffsetDateTime::UNIX_EPOCH;
    assert_eq!(codes.purge(epoch + Duration::from_millis(2_501)).await.unwrap(), 2_500);
    assert_eq!(throttle.purge(epoch + Duration::from_millis(2_500)).await.unwrap(), 2_500);
    assert_eq!(codes.purge(in_minutes(0)).await.unwrap(), 2_500);
    assert_eq!(throttle.purge(in_minutes(0)).await.unwrap(), 2_500);
}

pub(crate) async fn a_batch_without_charges_is_allowed(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let Verdict::Allowed(ticket) = database.throttle().charge(&[], now()).await.unwrap() else { panic!() };
    assert!(ticket.entries().is_empty());
}
