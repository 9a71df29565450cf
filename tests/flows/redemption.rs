use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Barrier;
use vestibule::code::CodeProblem;
use vestibule::event::{CodeRefusal, EventKind};
use vestibule::password::PasswordProblem;
use vestibule::ports::{Spawner, Task};
use vestibule::{CodeHandle, CodeRequest, Error};

use crate::world::*;

pub(crate) async fn asked(world: &World) -> (CodeRequest, vestibule::Code) {
    world.register("ola@example.no");
    let request = world.service.request_activation(&email("ola@example.no"), &here()).await.unwrap();
    let code = world.code_to(&email("ola@example.no")).await;
    (request, code)
}

pub(crate) fn wrong(tries_left: u32) -> Error {
    CodeProblem::Wrong { tries_left }.into()
}

pub(crate) fn same<T>(result: &Result<T, Error>, error: &Error) -> bool {
    matches!(result, Err(refused) if format!("{refused:?}") == format!("{error:?}"))
}

#[tokio::test]
async fn a_request_is_answered_before_the_directory_is_asked() {
    /// Keeps every task until it is dropped.
    #[derive(Debug)]
    struct Held(std::sync::Mutex<Vec<u8>>);
    impl Spawner for Held {
        fn spawn(&self, task: Task) {
            self.0.lock().unwrap().push(0);
            drop(task);
        }
        fn sleep(&self, duration: Duration) -> vestibule::ports::Sleep {
            Box::pin(tokio::time::sleep(duration))
        }
    }
    let world = World::with(|builder| builder.spawner(Held(std::sync::Mutex::default())));
    world.register("ola@example.no");
    for contact in [email("ola@example.no"), email("kari@example.no")] {
        world.script.clear();
        let request = world.service.request_activation(&contact, &here()).await.unwrap();
        assert_eq!(world.script.calls(), ["throttle_store.charge", "code_store.insert"]);
        world.clock.turn(Duration::from_secs(60));
        world.script.clear();
        world.service.resend_code(&request.handle, &here()).await.unwrap();
        assert_eq!(world.script.calls(), ["throttle_store.charge", "code_store.reissue"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_parallel_right_codes_one_succeeds() {
    let world = World::new();
    let (request, code) = asked(&world).await;
    let barrier = Arc::new(Barrier::new(64));
    let tasks: Vec<_> = (0..64)
        .map(|n| {
            let (service, handle, code) = (world.service.clone(), request.handle.clone(), code.clone());
            let barrier = Arc::clone(&barrier);
            tokio::spawn(async move {
                barrier.wait().await;
                let password = format!("{PASSWORD} nummer {n}");
                (service.activate(&handle, &code, new(&password), &from(n)).await, password)
            })
        })
        .collect();
    let mut winners = Vec::new();
    for task in tasks {
        let (result, password) = task.await.unwrap();
        if result.is_ok() {
            winners.push(password);
        }
    }
    assert_eq!(winners.len(), 1);
    assert!(world.script.counted() <= 10);
    world.log_in("ola@example.no", &winners[0]).await.unwrap();
}

#[tokio::test]
async fn a_code_is_redeemed_at_most_once() {
    let world = World::new();
    let (request, code) = asked(&world).await;
    world.service.activate(&request.handle, &code, new(PASSWORD), &here()).await.unwrap();
    let again = world.service.activate(&request.handle, &code, new(ANOTHER), &here()).await;
    assert!(same(&again, &CodeProblem::Expired.into()));
    world.log_in("ola@example.no", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_code_has_ten_tries_and_then_the_right_one_is_refused_too() {
    let world = World::new();
    let (request, code) = asked(&world).await;
    for left in (0..10).rev() {
        let refused =
            world.service.activate(&request.handle, &other_than(&code), new(PASSWORD), &here()).await;
        assert!(same(&refused, &wrong(left)), "{refused:?}");
    }
    let refused = world.service.activate(&request.handle, &code, new(PASSWORD), &here()).await;
    assert!(same(&refused, &CodeProblem::TriesExhausted.into()));
    assert_eq!(world.script.counted(), 10);
}

#[tokio::test]
async fn a_code_is_valid_until_its_expiry_and_not_at_it() {
    for (turn, valid) in [(Duration::from_secs(599), true), (Duration::from_secs(600), false)] {
        let world = World::new();
        let (request, code) = asked(&world).await;
        world.clock.turn(turn);
        let result = world.service.activate(&request.handle, &code, new(PASSWORD), &here()).await;
        assert_eq!(result.is_ok(), valid, "{result:?}");
        assert!(valid || same(&result, &CodeProblem::Expired.into()));
    }
}

#[tokio::test]
async fn a_refused_password_spends_nothing_and_tells_nothing_about_the_code() {
    let world = World::new();
    let (request, code) = asked(&world).await;
    world.script.clear();
    for password in ["kort", "passord1234passord1234"] {
        let right = world.service.activate(&request.handle, &code, new(password), &here()).await;
        let wrong = world.service.activate(&request.handle, &other_than(&code), new(password), &here()).await;
        assert!(matches!(right, Err(Error::PasswordRejected(_))), "{right:?}");
        assert_eq!(outcome(&right), outcome(&wrong));
    }
    assert!(world.script.calls().is_empty(), "no store was asked");
    world.service.activate(&request.handle, &code, new(PASSWORD), &here()).await.unwrap();
}

#[tokio::test]
async fn a_password_that_names_the_person_is_refused_to_the_codes_holder_alone_and_the_code_still_works() {
    let world = World::new();
    let (request, code) = asked(&world).await;
    let named = "ola@example.no1234";
    let wrong_code = world.service.activate(&request.handle, &other_than(&code), new(named), &here()).await;
    assert!(same(&wrong_code, &wrong(9)));
    let refused = world.service.activate(&request.handle, &code, new(named), &here()).await;
    assert!(matches!(refused, Err(Error::PasswordRejected(PasswordProblem::NamesThePerson))), "{refused:?}");
    world.service.activate(&request.handle, &code, new(PASSWORD), &here()).await.unwrap();
}

#[tokio::test]
async fn an_account_that_changed_since_the_request_refuses_the_code_like_a_wrong_one() {
    type Change = fn(&World);
    let changes: [(&str, Change); 3] = [
        ("suspended", |world| {
            let id = world.directory.accounts()[0].id.clone();
            assert!(world.directory.suspend(&id).unwrap());
        }),
        ("address changed", |world| {
            let id = world.directory.accounts()[0].id.clone();
            assert!(world.directory.replace_contacts(&id, vec![email("ny@example.no")]).unwrap());
        }),
        ("suspended and resumed", |world| {
            let id = world.directory.accounts()[0].id.clone();
            assert!(world.directory.suspend(&id).unwrap() && world.directory.resume(&id).unwrap());
        }),
    ];
    for (what, change) in changes {
        let world = World::new();
        let (request, code) = asked(&world).await;
        change(&world);
        let before = format!("{:?}", world.directory.accounts());
        let refused = world.service.activate(&request.handle, &code, new(PASSWORD), &here()).await;
        assert!(same(&refused, &wrong(9)), "{what}: {refused:?}");
        assert_eq!(before, format!("{:?}", world.directory.accounts()), "{what}");
        world.settle().await;
        assert_eq!(world.kinds_sent().len(), 1, "{what}: nobody is told of a change that was not made");
    }
}

#[tokio::test]
async fn changing_the_credential_voids_every_pending_code() {
    let world = World::new();
    world.active("ola@example.no").await;
    let mut requests = Vec::new();
    for source in 1..=2 {
        let request = world.service.request_recovery(&email("ola@example.no"), &from(source)).await.unwrap();
        requests.push((request, world.code_to(&email("ola@example.no")).await));
    }
    let [(first, first_code), (second, second_code)] = &requests[..] else { panic!("two") };
    world.service.recover(&first.handle, first_code, new(ANOTHER), &here()).await.unwrap();
    let refused = world.service.recover(&second.handle, second_code, new(PASSWORD), &here()).await;
    assert!(same(&refused, &wrong(9)), "{refused:?}");
    assert!(world.saw(&EventKind::CodeRefused {
        purpose: vestibule::code::Purpose::Recovery,
        reason: CodeRefusal::AccountChanged
    }));
}

#[tokio::test]
async fn a_code_for_one_purpose_is_worth_nothing_for_another() {
    let world = World::new();
    let (request, code) = asked(&world).await;
    let refused = world.service.recover(&request.handle, &code, new(PASSWORD), &here()).await;
    assert!(same(&refused, &wrong(9)));
    world.service.activate(&request.handle, &code, new(PASSWORD), &here()).await.unwrap();
    let recovery = world.service.request_recovery(&email("ola@example.no"), &here()).await.unwrap();
    let code = world.code_to(&email("ola@example.no")).await;
    let refused = world.service.activate(&recovery.handle, &code, new(ANOTHER), &here()).await;
    assert!(same(&refused, &wrong(9)));
    world.service.recover(&recovery.handle, &code, new(ANOTHER), &here()).await.unwrap();
}

#[tokio::test]
async fn the_operator_hears_whether_a_code_was_wrong_or_for_another_purpose() {
    let world = World::new();
    let (request, code) = asked(&world).await;
    let other = other_than(&code);
    let reasons = [
        (world.service.activate(&request.handle, &other, new(PASSWORD), &here()).await, CodeRefusal::Wrong),
        (
            world.service.recover(&request.handle, &code, new(PASSWORD), &here()).await,
            CodeRefusal::OtherPurpose,
        ),
        (
            world.service.recover(&request.handle, &other, new(PASSWORD), &here()).await,
            CodeRefusal::OtherPurpose,
        ),
    ];
    let told = world.event_kinds().into_iter().filter_map(|kind| match kind {
        EventKind::CodeRefused { reason, .. } => Some(reason),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), reasons.map(|(_, reason)| reason));
}

#[tokio::test]
async fn a_code_is_worth_nothing_with_another_handle() {
    let world = World::new();
    let (request, code) = asked(&world).await;
    world.register("kari@example.no");
    let other = world.service.request_activation(&email("kari@example.no"), &here()).await.unwrap();
    world.settle().await;
    let refused = world.service.activate(&other.handle, &code, new(PASSWORD), &here()).await;
    assert!(same(&refused, &wrong(9)));
    let forged = CodeHandle::parse(&format!("8d.{}.2000000000000.", "ab".repeat(32))).unwrap();
    let refused = world.service.activate(&forged, &code, new(PASSWORD), &here()).await;
    assert!(same(&refused, &CodeProblem::Expired.into()));
    world.service.activate(&request.handle, &code, new(PASSWORD), &here()).await.unwrap();
}

#[tokio::test]
async fn a_caller_who_hangs_up_changes_nothing_of_what_follows() {
    for in_the_middle_of_the_count in [false, true] {
        let world = World::swift(|builder| builder);
        let (request, code) = asked(&world).await;
        let origin = here();
        if in_the_middle_of_the_count {
            world.script.pause_at_every_call();
        } else {
            world.settle().await;
            world.background.hold();
        }
        // The count has begun, or what it leads to waits for the background; then the caller is gone.
        world.begin(world.service.activate(&request.handle, &code, new(PASSWORD), &origin)).await;
        world.background.release();
        world.settle().await;
        world.log_in("ola@example.no", PASSWORD).await.unwrap();
        world.settle().await;
        assert!(world.kinds_sent().contains(&vestibule::message::MessageKind::Activated));
    }
}

#[tokio::test]
async fn a_wrong_code_is_refused_without_the_background_and_a_right_one_is_the_backgrounds() {
    let world = World::swift(|builder| builder);
    let (request, code) = asked(&world).await;
    world.settle().await;
    world.background.hold();
    let refused = world.service.activate(&request.handle, &other_than(&code), new(PASSWORD), &here()).await;
    assert!(same(&refused, &wrong(9)));
    // Once the right one is counted, it waits for nobody.
    let origin = here();
    world.begin(world.service.activate(&request.handle, &code, new(PASSWORD), &origin)).await;
    world.background.release();
    world.settle().await;
    world.log_in("ola@example.no", PASSWORD).await.unwrap();
}
