//! Asking for a code again.

use std::time::Duration;

use vestibule::code::CodeProblem;
use vestibule::ports::Clock;
use vestibule::{CodeHandle, Error};

use crate::redemption::{asked, same, wrong};
use crate::world::*;

#[tokio::test]
async fn only_the_newest_code_works_and_a_resend_gives_no_more_tries() {
    let world = World::new();
    let (request, first) = asked(&world).await;
    for _ in 0..4 {
        let refused =
            world.service.activate(&request.handle, &other_than(&first), new(PASSWORD), &here()).await;
        assert!(refused.is_err());
    }
    world.clock.turn(Duration::from_secs(60));
    let again = world.service.resend_code(&request.handle, &here()).await.unwrap();
    assert_eq!(again.expires_at, request.expires_at);
    let second = world.code_to(&email("ola@example.no")).await;
    let refused = world.service.activate(&request.handle, &first, new(PASSWORD), &here()).await;
    assert!(same(&refused, &wrong(5)), "{refused:?}");
    world.service.activate(&request.handle, &second, new(PASSWORD), &here()).await.unwrap();
}

#[tokio::test]
async fn a_code_is_sent_again_after_a_minute_and_three_times_at_most() {
    let world = World::new();
    let (request, _) = asked(&world).await;
    world.clock.turn(Duration::from_secs(59));
    let early = world.service.resend_code(&request.handle, &here()).await;
    assert!(same(&early, &Error::Throttled { retry_after: Duration::from_secs(1) }), "{early:?}");
    for _ in 0..2 {
        world.clock.turn(Duration::from_secs(60));
        world.service.resend_code(&request.handle, &here()).await.unwrap();
        world.settle().await;
    }
    world.clock.turn(Duration::from_secs(60));
    let late = world.service.resend_code(&request.handle, &here()).await;
    assert!(same(&late, &CodeProblem::NotSentAgain.into()));
    assert_eq!(world.codes_to(&email("ola@example.no")).len(), 3);
}

#[tokio::test]
async fn a_code_that_cannot_be_sent_again_is_not_said_to_have_expired_and_works() {
    let world = World::new();
    let (request, code) = asked(&world).await;
    let again = async || world.service.resend_code(&request.handle, &here()).await;
    world.clock.turn(Duration::from_secs(8 * 60));
    // Too little of its life is left.
    assert!(same(&again().await, &CodeProblem::NotSentAgain.into()));
    world.service.activate(&request.handle, &code, new(PASSWORD), &here()).await.unwrap();
    assert!(same(&again().await, &CodeProblem::NotSentAgain.into()));
    world.clock.turn(Duration::from_secs(2 * 60));
    assert!(same(&again().await, &CodeProblem::Expired.into()));
}

#[tokio::test]
async fn a_handle_alone_says_how_long_its_code_is_valid_and_when_it_can_be_sent_again() {
    let world = World::new();
    world.register("ola@example.no");
    for contact in ["ola@example.no", "ingen@example.no"] {
        let mut request = world.service.request_activation(&email(contact), &here()).await.unwrap();
        for (expected, wait) in [(Some(60), 60), (Some(60), 200), (None, 0)] {
            let now = world.clock.now();
            // What an application keeps is text.
            let kept = CodeHandle::parse(&request.handle.expose_for_cookie()).unwrap();
            assert_eq!(kept.resend_in(now), expected.map(Duration::from_secs));
            assert_eq!((kept.expires_at(), kept.resend_at()), (request.expires_at, request.resend_at));
            assert_eq!(kept.code_format(), request.code_format);
            world.clock.turn(Duration::from_secs(wait));
            if expected.is_some() {
                request = world.service.resend_code(&kept, &here()).await.unwrap();
            }
        }
        assert_eq!(request.handle.valid_for(world.clock.now()), Duration::from_secs(600 - 260));
    }
    // Not in the last minutes either, in which no code is sent.
    let request = world.service.request_activation(&email("kari@example.no"), &here()).await.unwrap();
    world.clock.turn(Duration::from_secs(450));
    let late = world.service.resend_code(&request.handle, &here()).await.unwrap();
    assert_eq!(late.resend_at, None);
}

#[tokio::test]
async fn no_time_to_ask_again_is_named_at_which_it_would_be_too_late() {
    for (resend_after, is_named) in [(479, true), (480, false), (481, false)] {
        let world =
            World::with_settings(|settings| settings.resend_after = Duration::from_secs(resend_after));
        let request = world.service.request_activation(&email("ola@example.no"), &here()).await.unwrap();
        assert_eq!(request.resend_at.is_some(), is_named, "{resend_after} s");
        world.clock.turn(Duration::from_secs(resend_after));
        assert_eq!(world.service.resend_code(&request.handle, &here()).await.is_ok(), is_named);
    }
}
