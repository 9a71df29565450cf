//! How many codes and guesses there are, and whom they cost something.

use std::time::Duration;

use vestibule::event::{DecoyReason, EventKind};
use vestibule::{Contact, Error};

use crate::world::*;

use crate::redemption::*;

#[tokio::test]
async fn an_account_has_at_most_a_hundred_guesses_a_day_however_many_requests_there_are() {
    let world = World::with_settings(|settings| {
        let often =
            |limit| vestibule::throttle::Schedule::window(limit, Duration::from_secs(86_400)).unwrap();
        settings.requests_per_contact_burst = often(1_000);
        settings.requests_per_contact = often(1_000);
        settings.requests_per_contact_and_source = often(1_000);
        settings.requests_per_source = often(10_000);
    });
    world.register("ola@example.no");
    let mut handles = Vec::new();
    for source in 0..40 {
        let request =
            world.service.request_activation(&email("ola@example.no"), &from(source)).await.unwrap();
        handles.push(request.handle);
        world.settle().await;
    }
    assert_eq!(world.codes_to(&email("ola@example.no")).len(), 10);
    // Asking again with the handles that got decoys opens nothing either, and ten tries are shared by all issues.
    world.clock.turn(Duration::from_secs(60));
    for handle in &handles {
        world.service.resend_code(handle, &here()).await.unwrap();
        world.settle().await;
    }
    assert_eq!(world.codes_to(&email("ola@example.no")).len(), 20, "the ten that had codes got them again");
    assert!(world.saw(&EventKind::DecoyArmed {
        purpose: vestibule::code::Purpose::Activation,
        reason: DecoyReason::TooManyCodes
    }));
}

#[tokio::test]
async fn requests_for_one_contact_are_limited_and_one_source_gets_three_of_ten() {
    let world = World::new();
    let contact = email("kari@example.no");
    let ask = async |source| world.service.request_activation(&contact, &from(source)).await;
    for _ in 0..3 {
        ask(1).await.unwrap();
    }
    assert!(
        matches!(ask(2).await, Err(Error::Throttled { retry_after }) if retry_after == Duration::from_secs(900))
    );
    world.clock.turn(Duration::from_secs(900));
    assert!(matches!(ask(1).await, Err(Error::Throttled { .. })), "this source had its three");
    ask(2).await.unwrap();
}

#[tokio::test]
async fn codes_are_longer_while_the_service_is_sprayed_with_guesses() {
    let world = World::with_settings(|settings| settings.wrong_codes_that_mean_attack = 5);
    let (request, code) = asked(&world).await;
    for _ in 0..5 {
        let _ = world.service.activate(&request.handle, &other_than(&code), new(PASSWORD), &here()).await;
    }
    let longer = world.service.request_activation(&email("kari@example.no"), &here()).await.unwrap();
    assert_eq!(longer.code_format.length(), 12);
    assert!(world.saw(&EventKind::CodesLengthened));
    world.service.activate(&request.handle, &code, new(PASSWORD), &here()).await.unwrap();
    world.clock.turn(Duration::from_secs(31 * 60));
    let calm = world.service.request_activation(&email("kari@example.no"), &here()).await.unwrap();
    assert_eq!(calm.code_format.length(), 8);
}

#[tokio::test]
async fn a_strangers_request_does_not_void_the_owners_code() {
    let world = World::new();
    let (request, code) = asked(&world).await;
    let contact: Contact = email("ola@example.no");
    world.service.request_activation(&contact, &from(66)).await.unwrap();
    world.settle().await;
    world.service.activate(&request.handle, &code, new(PASSWORD), &here()).await.unwrap();
}

#[tokio::test]
async fn a_stranger_at_one_source_leaves_the_owner_most_of_her_codes() {
    let world = World::new();
    world.register_with_phone("ola@example.no", "41234567");
    for contact in [email("ola@example.no"), phone("41234567")] {
        for _ in 0..3 {
            let request = world.service.request_activation(&contact, &from(66)).await.unwrap();
            world.settle().await;
            for _ in 0..2 {
                world.clock.turn(Duration::from_secs(60));
                world.service.resend_code(&request.handle, &from(66)).await.unwrap();
                world.settle().await;
            }
        }
        world.clock.turn(Duration::from_secs(900));
    }
    let before = world.codes_to(&email("ola@example.no")).len();
    world.service.request_activation(&email("ola@example.no"), &here()).await.unwrap();
    world.settle().await;
    assert_eq!(world.codes_to(&email("ola@example.no")).len(), before + 1, "resending cost her nothing");
}

#[tokio::test]
async fn a_device_token_that_the_account_no_longer_honours_buys_no_codes() {
    let world = World::new();
    let id = world.active("ola@example.no").await;
    let old = world.log_in("ola@example.no", PASSWORD).await.unwrap().device.unwrap();
    world.service.change_password(&id, secret(PASSWORD), new(ANOTHER), &here()).await.unwrap();
    world.settle().await;
    let before = world.codes_to(&email("ola@example.no")).len();
    let origin = from(66).with_device(old);
    for _ in 0..8 {
        world.service.request_recovery(&email("ola@example.no"), &origin).await.unwrap();
        world.settle().await;
        world.clock.turn(Duration::from_secs(900));
    }
    assert_eq!(world.codes_to(&email("ola@example.no")).len(), before + 3, "as many as any stranger gets");
}
