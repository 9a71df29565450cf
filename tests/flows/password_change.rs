use std::time::Duration;

use vestibule::message::MessageKind;
use vestibule::{AccountId, Error};

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
        assert!(matches!(refused, Err(Error::CredentialsRejected)));
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
        assert!(matches!(refused, Err(Error::CredentialsRejected)));
        assert_eq!(world.hashed() - before, 1);
    }
}

#[tokio::test]
async fn a_caller_who_hangs_up_changes_the_password_all_the_same_and_the_owner_is_told() {
    let world = World::new();
    let id = world.active("ola@example.no").await;
    let origin = here();
    let mut change = Box::pin(world.service.change_password(&id, secret(PASSWORD), new(ANOTHER), &origin));
    assert!(futures_lite::future::poll_once(&mut change).await.is_none());
    drop(change);
    world.settle().await;
    world.log_in("ola@example.no", ANOTHER).await.unwrap();
    assert!(world.kinds_sent().contains(&MessageKind::PasswordChanged));
}
