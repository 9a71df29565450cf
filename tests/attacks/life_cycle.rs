use std::time::Duration;

use vestibule::code::CodeProblem;
use vestibule::{AccountId, Error};

use crate::world::*;

const OLA: &str = "ola@example.no";

/// What an operator does to an account.
type Change = fn(&vestibule::adapters::memory::MemoryDirectory, &AccountId);

#[tokio::test]
async fn what_changes_in_the_middle_of_a_redemption_stops_it() {
    let changes: [(&str, Change); 3] = [
        ("suspended", |directory, id| assert!(directory.suspend(id).unwrap())),
        ("moved", |directory, id| {
            assert!(directory.replace_contacts(id, vec![email("ny@example.no")]).unwrap());
        }),
        ("suspended and resumed", |directory, id| {
            assert!(directory.suspend(id).unwrap() && directory.resume(id).unwrap());
        }),
    ];
    for (what, change) in changes {
        for operation in
            ["code_store.count_attempt", "user_directory.get", "user_directory.replace_credential"]
        {
            for recovers in [false, true] {
                let world = World::new();
                let id = if recovers { world.active_at_once(OLA).await } else { world.register(OLA) };
                let asked = if recovers {
                    world.service.request_recovery(&email(OLA), &here()).await.unwrap()
                } else {
                    world.service.request_activation(&email(OLA), &here()).await.unwrap()
                };
                let code = world.code_to(&email(OLA)).await;
                let directory = world.directory.clone();
                let changed = id.clone();
                world.script.before(operation, move || change(&directory, &changed));
                let refused = if recovers {
                    world.service.recover(&asked.handle, &code, new(ANOTHER), &here()).await
                } else {
                    world.service.activate(&asked.handle, &code, new(ANOTHER), &here()).await
                };
                assert!(
                    matches!(refused, Err(Error::CodeRejected(CodeProblem::Wrong { tries_left: 9 }))),
                    "{what}, before {operation}: {refused:?}"
                );
                world.settle().await;
                assert_eq!(world.kinds_sent().len(), 1, "{what}: nobody is told of what was not done");
                let name = if what == "moved" { "ny@example.no" } else { OLA };
                assert!(world.log_in(name, ANOTHER).await.is_err(), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn a_session_and_a_change_end_with_a_suspension_in_their_middle() {
    for operation in ["user_directory.get", "user_directory.replace_credential"] {
        let world = World::new();
        let id = world.active_at_once(OLA).await;
        let version = world.log_in(OLA, PASSWORD).await.unwrap().credential_version;
        let (directory, suspended) = (world.directory.clone(), id.clone());
        world.script.before(operation, move || assert!(directory.suspend(&suspended).unwrap()));
        let refused = world.service.change_password(&id, secret(PASSWORD), new(ANOTHER), &here()).await;
        assert!(matches!(refused, Err(Error::CurrentPasswordRejected)), "{operation}: {refused:?}");
        assert!(!world.service.is_current(&id, &version).await.unwrap());
        assert!(world.log_in(OLA, PASSWORD).await.is_err() && world.log_in(OLA, ANOTHER).await.is_err());
    }
}

#[tokio::test]
async fn a_log_in_that_a_suspension_overtakes_gives_a_session_that_is_dead() {
    let world = World::new();
    let id = world.active_at_once(OLA).await;
    let (directory, suspended) = (world.directory.clone(), id.clone());
    world.script.before("throttle_store.refund", move || assert!(directory.suspend(&suspended).unwrap()));
    if let Ok(login) = world.log_in(OLA, PASSWORD).await {
        assert!(!world.service.is_current(&id, &login.credential_version).await.unwrap());
    }
}

#[tokio::test]
async fn nothing_that_only_looks_spends_anything() {
    let world = World::new();
    let id = world.register(OLA);
    let asked = world.service.request_activation(&email(OLA), &here()).await.unwrap();
    let code = world.code_to(&email(OLA)).await;
    let version = world.directory.accounts()[0].credential_version.clone();
    world.script.clear();
    for _ in 0..50 {
        let handle = vestibule::CodeHandle::parse(&asked.handle.expose_for_cookie()).unwrap();
        assert_eq!(handle.code_format(), asked.code_format);
        assert!(!world.service.is_current(&id, &version).await.unwrap());
        let _ = world.service.explain(&Error::CredentialsRejected, None);
        let _ = world.service.contact_digest(&email(OLA));
        let _ = world.service.hash_pool();
        let _ = world.service.purge().await.unwrap();
    }
    assert_eq!(world.script.counted(), 0);
    world.service.activate(&asked.handle, &code, new(PASSWORD), &here()).await.unwrap();
}

#[tokio::test]
async fn nothing_a_stranger_does_before_the_owner_activates_works_afterwards() {
    let world = World::new();
    let id = world.register(OLA);
    let stranger = from(66);
    let handle = world.service.request_activation(&email(OLA), &stranger).await.unwrap().handle;
    let strangers_code = world.code_to(&email(OLA)).await;
    for password in [ANOTHER, ""] {
        assert!(world.service.log_in(&address(OLA), secret(password), &stranger).await.is_err());
        let change = world.service.change_password(&id, secret(password), new(ANOTHER), &stranger).await;
        assert!(matches!(change, Err(Error::CurrentPasswordRejected)));
    }
    let guess = world.service.activate(&handle, &other_than(&strangers_code), new(ANOTHER), &stranger).await;
    assert!(guess.is_err());

    world.activate(&email(OLA)).await.unwrap();
    world.settle().await;
    let late = world.service.activate(&handle, &strangers_code, new(ANOTHER), &stranger).await;
    assert!(matches!(late, Err(Error::CodeRejected(_))), "even with the code that was sent for it: {late:?}");
    world.clock.turn(Duration::from_secs(3_600));
    assert!(world.log_in(OLA, ANOTHER).await.is_err());
    world.log_in(OLA, PASSWORD).await.unwrap();
}
