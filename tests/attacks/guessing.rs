use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Barrier;
use vestibule::code::CodeProblem;
use vestibule::throttle::Schedule;
use vestibule::{Code, CodeHandle, Error, Origin};

use crate::world::*;

const OLA: &str = "ola@example.no";

async fn asked(world: &World) -> (CodeHandle, Code) {
    world.register(OLA);
    let request = world.service.request_activation(&email(OLA), &here()).await.unwrap();
    (request.handle, world.code_to(&email(OLA)).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_wrong_codes_are_all_counted() {
    let world = World::new();
    let (handle, code) = asked(&world).await;
    let barrier = Arc::new(Barrier::new(9));
    let tasks: Vec<_> = (0..9)
        .map(|n| {
            let (service, handle, wrong) = (world.service.clone(), handle.clone(), other_than(&code));
            let barrier = Arc::clone(&barrier);
            tokio::spawn(async move {
                barrier.wait().await;
                service.activate(&handle, &wrong, new(SHORT), &from(n)).await
            })
        })
        .collect();
    let mut left = Vec::new();
    for task in tasks {
        match task.await.unwrap() {
            Err(Error::CodeRejected(CodeProblem::Wrong { tries_left })) => left.push(tries_left),
            other => panic!("{other:?}"),
        }
    }
    left.sort_unstable();
    assert_eq!(left, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    world.service.activate(&handle, &code, new(SHORT), &here()).await.unwrap();
}

#[tokio::test]
async fn no_entry_point_compares_more_codes_than_there_are_tries() {
    let world = World::new();
    let (handle, code) = asked(&world).await;
    let mut code = code;
    for round in 0..40 {
        if round % 13 == 12 {
            world.clock.turn(Duration::from_secs(60));
            if world.service.resend_code(&handle, &here()).await.is_ok() {
                code = world.code_to(&email(OLA)).await;
            }
        }
        let wrong = other_than(&code);
        let _ = world.service.activate(&handle, &wrong, new(SHORT), &here()).await;
        let _ = world.service.recover(&handle, &wrong, new(SHORT), &here()).await;
        let _ = world.service.recover(&handle, &code, new(SHORT), &here()).await;
    }
    assert_eq!(world.script.counted(), 10);
    let right = world.service.activate(&handle, &code, new(SHORT), &here()).await;
    assert!(right.is_err(), "{right:?}");
}

#[tokio::test]
async fn asking_again_and_again_gives_no_more_guesses() {
    let world = World::with_settings(|settings| {
        let often = Schedule::window(100_000, Duration::from_secs(60)).unwrap();
        settings.requests_per_contact_burst = often;
        settings.requests_per_contact = often;
        settings.requests_per_contact_and_source = often;
        settings.requests_per_source = often;
    });
    world.register(OLA);
    let mut guesses_at_a_real_code = 0;
    for _ in 0..100 {
        let sent_before = world.codes_to(&email(OLA)).len();
        let request = world.service.request_activation(&email(OLA), &here()).await.unwrap();
        world.settle().await;
        let mut real = world.codes_to(&email(OLA)).len() > sent_before;
        for guess in 0..9 {
            if guess == 5 {
                world.clock.turn(Duration::from_secs(60));
                let sent_before = world.codes_to(&email(OLA)).len();
                world.service.resend_code(&request.handle, &here()).await.unwrap();
                world.settle().await;
                real = world.codes_to(&email(OLA)).len() > sent_before;
            }
            let wrong = world.codes_to(&email(OLA)).last().map_or_else(|| any_code(&request), other_than);
            let refused = world.service.activate(&request.handle, &wrong, new(SHORT), &here()).await;
            assert!(matches!(refused, Err(Error::CodeRejected(_))));
            guesses_at_a_real_code += u32::from(real);
        }
    }
    assert!(guesses_at_a_real_code <= 100, "{guesses_at_a_real_code}");
    assert_eq!(world.codes_to(&email(OLA)).len(), 20, "ten requests got a code, and got it again");
}

#[tokio::test]
async fn a_thousand_sources_get_no_more_guesses_than_one() {
    let world = World::new();
    let (handle, code) = asked(&world).await;
    world.set_hash(&world.register("kari@example.no"), real_hash().await).await;
    let before = world.hashed();
    let mut requests = 0;
    for source in 0..1_000 {
        let origin = from(1_000 + source);
        let asked = world.service.request_activation(&email(OLA), &origin).await;
        requests += u32::from(asked.is_ok());
        let wrong = other_than(&code);
        let _ = world.service.activate(&handle, &wrong, new(SHORT), &origin).await;
        let _ = world.service.log_in(&address("kari@example.no"), secret("galt"), &origin).await;
    }
    assert_eq!(requests, 2, "three in a quarter of an hour, with the first one");
    assert_eq!(world.script.counted(), 10);
    assert_eq!(world.hashed() - before, 5);
}

#[tokio::test]
async fn every_guess_is_counted_before_it_is_judged() {
    let world = World::new();
    let (handle, code) = asked(&world).await;
    let kari = world.active_at_once("kari@example.no").await;
    let wrong = other_than(&code);
    world.script.clear();
    let _ = world.service.activate(&handle, &wrong, new(SHORT), &here()).await;
    assert_eq!(world.script.calls(), ["code_store.count_attempt"]);
    world.script.clear();
    let _ = world.service.recover(&handle, &wrong, new(SHORT), &here()).await;
    assert_eq!(world.script.calls(), ["code_store.count_attempt"]);
    world.script.clear();
    let _ = world.log_in("kari@example.no", "galt").await;
    assert_eq!(world.script.calls(), ["throttle_store.charge", "user_directory.find"]);
    world.script.clear();
    let _ = world.service.change_password(&kari, secret("galt"), new(ANOTHER), &here()).await;
    assert_eq!(world.script.calls(), ["throttle_store.charge", "user_directory.get"]);
}

#[tokio::test]
async fn requests_without_an_address_share_one_limit() {
    let world = World::new();
    let mut allowed = 0;
    for person in 0..120 {
        let contact = email(&format!("person{person}@example.no"));
        let asked = world.service.request_activation(&contact, &Origin::without_address()).await;
        allowed += u32::from(asked.is_ok());
    }
    assert_eq!(allowed, 100);
    let mut refused = 0;
    for person in 0..320 {
        let name = address(&format!("person{person}@example.no"));
        let log_in = world.service.log_in(&name, secret("galt"), &Origin::without_address()).await;
        refused += u32::from(matches!(log_in, Err(Error::CredentialsRejected)));
    }
    assert_eq!(refused, 300);
}

#[tokio::test]
async fn a_handle_whose_format_was_edited_opens_nothing() {
    let world = World::new();
    let (handle, code) = asked(&world).await;
    let text = handle.expose_for_cookie();
    let (_, bytes) = text.split_once('.').unwrap();
    for format in ["6d", "12d", "8l"] {
        let edited = CodeHandle::parse(&format!("{format}.{bytes}")).unwrap();
        let length = edited.code_format().length();
        let guess = format!("{:0>length$}", &code.expose()[..length.min(8)]);
        let refused =
            world.service.activate(&edited, &Code::parse(&guess).unwrap(), new(SHORT), &here()).await;
        if format != "8l" {
            assert!(matches!(refused, Err(Error::CodeRejected(_))), "{format} {refused:?}");
        }
    }
}
