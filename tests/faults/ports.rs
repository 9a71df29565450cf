//! Every port that can be asked, failing at every call in turn, through every flow.

use std::time::Duration;

use async_trait::async_trait;
use vestibule::error::BackendErrorKind;
use vestibule::event::EventKind;
use vestibule::password::PasswordProblem;
use vestibule::ports::{BreachedPasswords, UserDirectory, WhenUnavailable};
use vestibule::secrecy::{ExposeSecret, SecretString};
use vestibule::service::Invitation;
use vestibule::{BackendError, Error};

use crate::scene::{OLA, PHONE, SCENES, Scene, at_rest, failures_until_a_wait, tight_world};
use crate::world::script::{FAULTS, Fault, expect_panics};
use crate::world::*;

/// Runs a scene under a fault until it is answered, heals the ports, and judges. Says which calls were made.
async fn run(scene: Scene, what: &str, may_stay: u32, break_it: impl FnOnce(&World)) -> Vec<&'static str> {
    let world = tight_world();
    let before = scene.begin(&world).await;
    break_it(&world);
    let answer = tokio::time::timeout(Duration::from_secs(5), scene.act(&world.service, &before)).await;
    let given = answer.unwrap_or_else(|_| panic!("{what}: no answer"));
    // The background makes do with the broken port for a while.
    let _ = world.service.drain(Duration::from_millis(300)).await;
    let calls = world.script.calls();
    world.script.clear();
    at_rest(&world, what).await;
    scene.judge(&world, &before, Some(&given), may_stay, what).await;
    calls
}

/// How many charges may be left behind where nothing can be done about it: of a charge whose receipt was lost, and
/// of one that could not be undone.
fn unavoidable(operation: &str, fault: Fault) -> u32 {
    match (operation, fault) {
        ("throttle_store.charge", Fault::AnswerLost) | ("throttle_store.refund", _) => 1,
        _ => 0,
    }
}

async fn calls_of(scene: Scene) -> Vec<&'static str> {
    run(scene, &format!("{scene:?}, nothing wrong"), 0, |_| {}).await
}

#[tokio::test]
async fn any_one_call_may_go_wrong_and_nothing_is_half_done() {
    for scene in SCENES {
        let calls = calls_of(scene).await;
        assert!(!calls.is_empty());
        for fault in FAULTS {
            for (nth, operation) in calls.iter().enumerate() {
                let what = format!("{scene:?}, {fault:?}, call {nth}: {operation}");
                run(scene, &what, unavoidable(operation, fault), |world| world.script.fault_at(nth, fault))
                    .await;
            }
        }
    }
}

#[tokio::test]
async fn an_operation_that_goes_wrong_every_time_leaves_nothing_half_done() {
    for scene in SCENES {
        let mut operations = calls_of(scene).await;
        operations.sort_unstable();
        operations.dedup();
        for fault in FAULTS {
            for operation in &operations {
                let what = format!("{scene:?}, {fault:?}, every {operation}");
                run(scene, &what, 2 * unavoidable(operation, fault), |world| {
                    world.script.fault_in(operation, fault);
                })
                .await;
            }
        }
    }
}

/// A store that goes down in the middle of a flow, at once or with its last answer lost, and comes back later.
#[tokio::test]
async fn an_outage_that_begins_at_any_call_leaves_nothing_half_done() {
    for scene in SCENES {
        let calls = calls_of(scene).await;
        for first in [Fault::Fails, Fault::AnswerLost, Fault::Hangs] {
            for (nth, operation) in calls.iter().enumerate() {
                let what = format!("{scene:?}, {first:?}, outage from call {nth}: {operation}");
                // Nothing can be refunded while the store is down.
                let may_stay = calls.len().try_into().unwrap();
                run(scene, &what, may_stay, |world| {
                    world.script.fault_at(nth, first);
                    world.script.fault_from(nth + 1, Fault::Fails);
                })
                .await;
            }
        }
    }
}

/// What a stranger is told, and what he must wait, when the same call goes wrong for somebody known.
#[tokio::test]
async fn the_same_fault_looks_the_same_for_everybody() {
    type Enter = fn(&World);
    expect_panics();
    let kinds: [(&str, Enter); 4] = [
        ("unknown", |_| {}),
        ("pending", |world| drop(world.register(OLA))),
        ("suspended", |world| {
            let id = world.register(OLA);
            assert!(world.directory.suspend(&id).unwrap());
        }),
        ("ambiguous", |world| {
            world.register_with_phone(OLA, PHONE);
            world.register_with_phone("kari@example.no", PHONE);
        }),
    ];
    for operation in
        ["throttle_store.charge", "code_store.insert", "code_store.reissue", "user_directory.find"]
    {
        for fault in FAULTS {
            let mut unknown: Option<Vec<String>> = None;
            for (kind, enter) in kinds {
                let world = World::swift(|builder| builder);
                enter(&world);
                let contact = if kind == "ambiguous" { phone(PHONE) } else { email(OLA) };
                let asked = world.service.request_activation(&contact, &from(9)).await.unwrap();
                world.settle().await;
                world.clock.turn(Duration::from_secs(60));
                let mut seen = Vec::new();
                for broken in [true, false] {
                    world.script.clear();
                    if broken {
                        world.script.fault_in(operation, fault);
                    }
                    let origin = here();
                    let request = world.service.request_activation(&contact, &origin).await;
                    let _ = world.service.drain(Duration::from_millis(50)).await;
                    let recovery = world.service.request_recovery(&contact, &origin).await;
                    let _ = world.service.drain(Duration::from_millis(50)).await;
                    let resend = world.service.resend_code(&asked.handle, &origin).await;
                    let _ = world.service.drain(Duration::from_millis(50)).await;
                    let log_in = world.service.log_in(&address(OLA), secret("galt"), &origin).await;
                    seen.extend([outcome(&request), outcome(&recovery), outcome(&resend), outcome(&log_in)]);
                }
                world.script.clear();
                at_rest(&world, kind).await;
                let left = failures_until_a_wait(&world).await;
                seen.push(format!("{left} failures left"));
                let unknown = unknown.get_or_insert_with(|| seen.clone());
                assert_eq!(*unknown, seen, "{operation}, {fault:?}, {kind}");
            }
        }
    }
}

/// The pages of sessions and of operators: what cannot be asked is not known to be good.
#[tokio::test]
async fn a_session_is_not_current_where_the_directory_cannot_be_asked_and_operators_hear_of_failures() {
    for fault in FAULTS {
        for nth in 0..2 {
            let world = tight_world();
            let id = world.active(OLA).await;
            let version = world.log_in(OLA, PASSWORD).await.unwrap().credential_version;
            let pending = world.register("kari@example.no");
            world.settle().await;
            let break_nth = || {
                world.script.clear();
                world.script.fault_at(nth, fault);
            };
            break_nth();
            let current = world.service.is_current(&id, &version).await;
            assert_eq!(matches!(current, Ok(true)), nth > 0, "{fault:?} {nth}: {current:?}");
            break_nth();
            let lifted = world.service.lift_throttle(&email(OLA), &here()).await;
            assert_eq!(lifted.is_ok(), nth > 1, "{fault:?} {nth}: {lifted:?}");
            break_nth();
            let purged = world.service.purge().await;
            assert_eq!(purged.is_ok(), nth > 1, "{fault:?} {nth}: {purged:?}");
            break_nth();
            let invited = world.service.invite(&pending).await;
            assert_eq!(invited.is_ok(), nth > 0, "{fault:?} {nth}: {invited:?}");
            world.settle().await;
            world.script.clear();
            assert!(world.service.is_current(&id, &version).await.unwrap());
            assert_eq!(world.service.invite(&pending).await.unwrap(), Invitation::Queued);
            world.settle().await;
            let failed = |kind: &EventKind| matches!(kind, EventKind::PortFailed { .. });
            assert!(world.event_kinds().iter().any(failed), "{fault:?} {nth}");
        }
    }
}

#[tokio::test]
async fn a_list_of_breached_passwords_that_cannot_be_asked_does_as_was_declared() {
    for fault in [None, Some(Fault::Fails), Some(Fault::Hangs), Some(Fault::Panics)] {
        for when in [WhenUnavailable::Accept, WhenUnavailable::Refuse] {
            expect_panics();
            let list = List { fault, breached: "fem gule katter i treet".into() };
            let world = World::swift(|builder| builder.breached_passwords(list, when));
            world.register(OLA);
            let asked = world.service.request_activation(&email(OLA), &here()).await.unwrap();
            let code = world.code_to(&email(OLA)).await;
            world.script.clear();
            let refused =
                world.service.activate(&asked.handle, &code, new("fem gule katter i treet"), &here()).await;
            match (fault, when) {
                (None, _) => {
                    let breached = Error::from(PasswordProblem::Breached);
                    assert_eq!(outcome(&refused), outcome::<()>(&Err(breached)));
                }
                (Some(_), WhenUnavailable::Refuse) => {
                    assert!(matches!(refused, Err(Error::Backend(_))), "{fault:?} {refused:?}");
                }
                (Some(_), WhenUnavailable::Accept) => assert!(refused.is_ok(), "{fault:?} {refused:?}"),
            }
            if refused.is_err() {
                assert!(world.script.calls().is_empty(), "{fault:?}: the code was not counted");
            }
            assert_eq!(world.service.hash_pool().places_taken, 0);
        }
    }
}

/// A list that holds one password, and goes wrong.
#[derive(Debug)]
struct List {
    fault: Option<Fault>,
    breached: String,
}

#[async_trait]
impl BreachedPasswords for List {
    async fn contains(&self, password: &SecretString) -> Result<bool, BackendError> {
        match self.fault {
            None => Ok(password.expose_secret() == self.breached),
            Some(Fault::Hangs) => std::future::pending().await,
            Some(Fault::Panics) => panic!("as the script says"),
            Some(_) => Err(BackendError::new(BackendErrorKind::Unavailable, "the list is gone")),
        }
    }
}

/// A directory that carries out a change after its time, when the caller was told of a failure.
#[tokio::test]
async fn the_owner_is_told_of_a_password_that_was_set_after_the_deadline() {
    for scene in [Scene::Activate, Scene::Recover, Scene::ChangePassword] {
        let world = tight_world();
        let before = scene.begin(&world).await;
        world.script.fault_in("user_directory.replace_credential", Fault::Hangs);
        let given = scene.act(&world.service, &before).await;
        assert!(matches!(given, Err(Error::Backend(_))), "{scene:?} {given:?}");
        let (id, version, change) = world.script.changes().pop().unwrap();
        assert!(world.directory.replace_credential(&id, &version, &change).await.unwrap().is_some());
        world.script.clear();
        scene.judge(&world, &before, Some(&given), 0, &format!("{scene:?}")).await;
    }
}
