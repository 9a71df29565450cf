//! An application that moves from SQLite to PostgreSQL: accounts come along, what lives for minutes does not.

use std::sync::Arc;
use std::time::Duration;

use vestibule::account::{RestoreProblem, Restored};
use vestibule::adapters::memory::ManualClock;
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::adapters::sqlite::{self, SqliteCodes, SqliteDirectory, SqliteThrottle};
use vestibule::code::CodeProblem;
use vestibule::ports::UserDirectory;
use vestibule::{AccountService, Error, PhoneNumber};

use crate::database::{Database, email, now, ola};
use crate::servers::postgres::PostgresServer;
use crate::service::Portal;
use crate::world::{ANOTHER, PASSWORD, address, here, keys, new, profile, secret};

pub(crate) async fn accounts_and_sessions_go_on_and_codes_and_counts_begin_anew(server: Arc<PostgresServer>) {
    let folder = tempfile::tempdir().unwrap();
    let pool = sqlx::SqlitePool::connect_lazy_with(sqlite::connect_options(folder.path().join("members.db")));
    sqlite::migrate(&pool).await.unwrap();
    let directory = SqliteDirectory::new(pool.clone()).clock(ManualClock::at(now()));
    let (codes, throttle) = (SqliteCodes::new(pool.clone()), SqliteThrottle::new(pool.clone()));
    let outbox = MemoryOutbox::default();
    let before =
        AccountService::builder(directory.clone(), codes, throttle, outbox.clone(), keys(), profile())
            .clock(ManualClock::at(now()))
            .dangerous()
            .cheapest_hashing()
            .build()
            .unwrap();
    let (to, kari) = (email("ola@example.no"), email("kari@example.no"));
    let mobile = PhoneNumber::from_e164("+4741234567").unwrap();
    let id = directory.register(ola().contact(mobile)).await.unwrap();
    directory.register(vestibule::account::Registration::new(kari.clone())).await.unwrap();
    let request = before.request_activation(&to, &here()).await.unwrap();
    before.drain(Duration::from_secs(10)).await;
    let code = outbox.last_code_to(&to).unwrap();
    before.activate(&request.handle, &code, new(PASSWORD), &here()).await.unwrap();
    let session = before.log_in(&address("ola@example.no"), secret(PASSWORD), &here()).await.unwrap();
    for _ in 0..5 {
        before.log_in(&address("ola@example.no"), secret("feil"), &here()).await.unwrap_err();
    }
    let in_flight = before.request_activation(&kari, &here()).await.unwrap();
    before.drain(Duration::from_secs(10)).await;
    let code_in_flight = outbox.last_code_to(&kari).unwrap();

    let database = Database::new(&server).await;
    let after = Portal::new(&database.pool);
    let records = directory.records_after(None, 1_000).await.unwrap();
    for expected in [Restored::Entered, Restored::WasHere] {
        let restored = after.directory.restore_all(records.clone()).await.unwrap();
        assert!(restored.into_iter().all(|outcome| outcome.unwrap() == expected));
    }
    assert_eq!(after.directory.records_after(None, 1_000).await.unwrap().len(), 2);
    let moved = &after.directory.records_after(None, 1_000).await.unwrap();
    let of_ola = moved.iter().find(|record| record.account.id == id).unwrap();
    assert_eq!((of_ola.created_at, of_ola.activated_at), (now(), Some(now())));
    assert_eq!(of_ola.proven_at, [Some(now()), None]);

    // The session lives on, and the counts begin anew: she logs in at once.
    assert!(after.service.is_current(&id, &session.credential_version).await.unwrap());
    let device = session.device.unwrap();
    let known = here().with_device(device);
    let login = after.service.log_in(&address("ola@example.no"), secret(PASSWORD), &known).await.unwrap();
    assert_eq!((&login.account_id, &login.credential_version), (&id, &session.credential_version));
    // The code under way is one that nobody knows, and is refused in the words of one that has expired.
    let refused = after.activate(&in_flight, &code_in_flight).await.unwrap_err();
    assert!(matches!(refused, Error::CodeRejected(CodeProblem::Expired)), "{refused:?}");
    let request = after.request(&kari).await.unwrap();
    after.settle().await;
    after.activate(&request, &after.last_code(&kari).unwrap()).await.unwrap();

    // What has changed there since is not overwritten.
    let change = after.service.change_password(&id, secret(PASSWORD), new(ANOTHER), &here()).await;
    change.unwrap();
    let again = after.directory.restore_all(records).await.unwrap();
    assert!(again.iter().all(|outcome| matches!(outcome, Err(RestoreProblem::Differs))), "{again:?}");
    after.log_in("ola@example.no", ANOTHER, 1).await.unwrap();
    // And back.
    let back = after.directory.records_after(None, 1_000).await.unwrap();
    assert!(directory.restore_all(back.clone()).await.unwrap().iter().all(Result::is_err));
    sqlx::raw_sql("delete from vestibule_contacts; delete from vestibule_accounts")
        .execute(&pool)
        .await
        .unwrap();
    assert!(directory.restore_all(back.clone()).await.unwrap().iter().all(Result::is_ok));
    assert!(
        directory
            .restore_all(back)
            .await
            .unwrap()
            .into_iter()
            .all(|outcome| outcome.unwrap() == Restored::WasHere)
    );
    assert!(directory.get(&id).await.unwrap().unwrap().password.is_some());
}

pub(crate) async fn one_whose_address_is_taken_keeps_nobody_out(server: Arc<PostgresServer>) {
    let (one, other) = (Database::new(&server).await.directory(), Database::new(&server).await.directory());
    one.register(ola()).await.unwrap();
    one.register(vestibule::account::Registration::new(email("kari@example.no"))).await.unwrap();
    other.register(ola()).await.unwrap();
    let mut outcomes = other.restore_all(one.records_after(None, 10).await.unwrap()).await.unwrap();
    outcomes.sort_by_key(Result::is_ok);
    assert!(
        matches!(&outcomes[..], [Err(RestoreProblem::EmailTaken(_)), Ok(Restored::Entered)]),
        "{outcomes:?}"
    );
    assert_eq!(other.accounts_after(None, 10).await.unwrap().len(), 2);
}
