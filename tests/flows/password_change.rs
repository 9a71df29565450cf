use std::time::Duration;

use vestibule::account::{CredentialChange, CredentialVersion};
use vestibule::error::BackendErrorKind;
use vestibule::message::MessageKind;
use vestibule::ports::{Found, Sleep, Spawner, Task, UserDirectory};
use vestibule::{Account, AccountId, AccountService, BackendError, Contact, Error, PasswordHash};

use crate::world::script::Fault;
use crate::world::*;

#[tokio::test]
async fn a_password_is_changed_with_the_current_one_and_other_sessions_end() {
    let world = World::new();
    let id = world.active("ola@example.no").await;
    let other = world.log_in("ola@example.no", PASSWORD).await.unwrap();
    let changed = world.service.change_password(&id, secret(PASSWORD), new(ANOTHER), &here()).await.unwrap();
    assert!(world.service.is_current(&id, &changed.credential_version).await.unwrap());
    assert!(!world.service.is_current(&id, &other.credential_version).await.unwrap());
    assert!(changed.device.is_some());
    world.log_in("ola@example.no", ANOTHER).await.unwrap();
    world.settle().await;
    assert!(world.kinds_sent().contains(&MessageKind::PasswordChanged));
}

#[tokio::test]
async fn a_wrong_current_password_is_refused_and_counted_apart_from_log_ins() {
    let world = World::new();
    let id = world.active("ola@example.no").await;
    for _ in 0..5 {
        let refused = world.service.change_password(&id, secret("galt"), new(ANOTHER), &here()).await;
        assert!(matches!(refused, Err(Error::CurrentPasswordRejected)));
    }
    let waiting = world.service.change_password(&id, secret(PASSWORD), new(ANOTHER), &here()).await;
    assert!(
        matches!(waiting, Err(Error::Throttled { retry_after }) if retry_after == Duration::from_secs(30))
    );
    world.log_in("ola@example.no", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_refused_new_password_is_not_counted() {
    let world = World::new();
    let id = world.active("ola@example.no").await;
    world.script.clear();
    for _ in 0..20 {
        let refused = world.service.change_password(&id, secret("galt"), new("kort"), &here()).await;
        assert!(matches!(refused, Err(Error::PasswordRejected(_))));
    }
    assert!(world.script.calls().is_empty());
    for _ in 0..20 {
        let named = new("ola@example.no2026");
        let refused = world.service.change_password(&id, secret(PASSWORD), named, &here()).await;
        assert!(matches!(refused, Err(Error::PasswordRejected(_))), "{refused:?}");
    }
    world.service.change_password(&id, secret(PASSWORD), new(ANOTHER), &here()).await.unwrap();
}

#[tokio::test]
async fn a_suspended_an_unknown_and_a_pending_account_change_nothing() {
    let world = World::new();
    let suspended = world.active("ola@example.no").await;
    world.directory.suspend(&suspended).unwrap();
    let pending = world.register("kari@example.no");
    for id in [suspended, pending, AccountId::new("nobody"), AccountId::new("' or 1=1 --")] {
        let before = world.hashed();
        let refused = world.service.change_password(&id, secret(PASSWORD), new(ANOTHER), &here()).await;
        assert!(matches!(refused, Err(Error::CurrentPasswordRejected)));
        assert_eq!(world.hashed() - before, 1);
    }
}

#[tokio::test]
async fn a_caller_who_hangs_up_changes_the_password_all_the_same_and_the_owner_is_told() {
    let world = World::swift(|builder| builder);
    let id = world.active("ola@example.no").await;
    let origin = here();
    // It is counted, and what follows waits for the background; then the caller is gone.
    world.background.hold();
    world.begin(world.service.change_password(&id, secret(PASSWORD), new(ANOTHER), &origin)).await;
    world.background.release();
    world.settle().await;
    world.log_in("ola@example.no", ANOTHER).await.unwrap();
    assert!(world.kinds_sent().contains(&MessageKind::PasswordChanged));
}

/// The background on the runtime of the test, whose time passes as the test says.
#[derive(Debug)]
struct TestTime;

impl Spawner for TestTime {
    fn spawn(&self, task: Task) {
        tokio::spawn(task);
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A directory that answers a change with a failure, and makes it a little later all the same.
#[derive(Clone, Debug)]
struct Late(vestibule::adapters::memory::MemoryDirectory);

#[vestibule::async_trait]
impl UserDirectory for Late {
    async fn find(&self, contact: &Contact) -> Result<Found, BackendError> {
        self.0.find(contact).await
    }

    async fn get(&self, id: &AccountId) -> Result<Option<Account>, BackendError> {
        self.0.get(id).await
    }

    async fn replace_credential(
        &self,
        id: &AccountId,
        expected: &CredentialVersion,
        change: &CredentialChange,
    ) -> Result<Option<CredentialVersion>, BackendError> {
        let (directory, id, expected, change) =
            (self.0.clone(), id.clone(), expected.clone(), change.clone());
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(10)).await;
            directory.replace_credential(&id, &expected, &change).await.unwrap();
        });
        Err(BackendError::new(BackendErrorKind::Unavailable, "the connection was cut"))
    }

    async fn replace_hash(
        &self,
        id: &AccountId,
        expected: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, BackendError> {
        self.0.replace_hash(id, expected, new).await
    }
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_is_not_said_to_have_failed() {
    let world = World::swift(|builder| builder);
    let id = world.active_at_once("ola@example.no").await;
    world.script.fault_in("user_directory.replace_credential", Fault::AnswerLost);
    let changed = world.service.change_password(&id, secret(PASSWORD), new(ANOTHER), &here()).await.unwrap();
    assert!(world.service.is_current(&id, &changed.credential_version).await.unwrap());
    world.log_in("ola@example.no", ANOTHER).await.unwrap();
    world.settle().await;
    assert!(world.kinds_sent().contains(&MessageKind::PasswordChanged));
}

#[tokio::test(start_paused = true)]
async fn a_change_that_takes_effect_after_its_failure_was_reported_is_told_to_the_owner_all_the_same() {
    let world = World::new();
    let id = world.active("ola@example.no").await;
    let ports = (Late(world.directory.clone()), world.codes.clone(), world.throttle.clone());
    let late = AccountService::builder(ports.0, ports.1, ports.2, world.outbox.clone(), keys(), profile())
        .clock(world.clock.clone())
        .spawner(TestTime)
        .dangerous()
        .cheapest_hashing()
        .build()
        .unwrap();
    let failed = late.change_password(&id, secret(PASSWORD), new(ANOTHER), &here()).await;
    assert!(matches!(failed, Err(Error::Backend(_))), "{failed:?}");
    assert!(!world.kinds_sent().contains(&MessageKind::PasswordChanged));
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(late.drain(Duration::from_secs(10)).await, 0);
    assert!(world.kinds_sent().contains(&MessageKind::PasswordChanged));
    world.log_in("ola@example.no", ANOTHER).await.unwrap();
}
