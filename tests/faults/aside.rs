//! Clock, texts, events and background, panicking at every call in turn, through every flow.

use std::time::Duration;

use vestibule::Error;

use crate::scene::{SCENES, Scene, at_rest, tight_world};
use crate::world::script::Fault;
use crate::world::*;

/// Whether the outcome may suffer: without a clock or a background nothing can be done, and without words nothing
/// can be said; without an event sink everything goes on.
fn must_work(operation: &str) -> bool {
    operation == "event_sink.record"
}

#[tokio::test]
async fn a_clock_texts_events_or_a_background_that_panic_once_leave_nothing_half_done() {
    for scene in SCENES {
        let calls = {
            let world = tight_world();
            let before = scene.begin(&world).await;
            let given = scene.act(&world.service, &before).await;
            at_rest(&world, "nothing wrong").await;
            let calls = world.aside.calls();
            scene.judge(&world, &before, Some(&given), 0, "nothing wrong").await;
            calls
        };
        for (nth, operation) in calls.iter().enumerate() {
            // Sleeps are how the tests wait, too.
            if *operation == "spawner.sleep" {
                continue;
            }
            let what = format!("{scene:?}, call {nth}: {operation}");
            let world = tight_world();
            let before = scene.begin(&world).await;
            world.aside.fault_at(nth, Fault::Panics);
            let answer =
                tokio::time::timeout(Duration::from_secs(5), scene.act(&world.service, &before)).await;
            let given = answer.unwrap_or_else(|_| panic!("{what}: no answer"));
            at_rest(&world, &what).await;
            world.aside.clear();
            if must_work(operation) {
                assert!(!matches!(given, Err(Error::Backend(_))), "{what}: {given:?}");
            }
            judge(scene, &world, &before, &given, operation, &what).await;
        }
    }
}

#[tokio::test]
async fn a_clock_texts_events_or_a_background_that_panic_every_time_leave_nothing_half_done() {
    for scene in SCENES {
        for operation in ["clock.now", "event_sink.record", "texts.compose", "spawner.spawn", "spawner.sleep"]
        {
            let what = format!("{scene:?}, every {operation}");
            let world = tight_world();
            let before = scene.begin(&world).await;
            world.aside.fault_in(operation, Fault::Panics);
            let answer =
                tokio::time::timeout(Duration::from_secs(5), scene.act(&world.service, &before)).await;
            let given = answer.unwrap_or_else(|_| panic!("{what}: no answer"));
            // The tests' own way to wait may be what is broken.
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
            if !world.aside.calls().contains(&operation) {
                continue;
            }
            world.aside.clear();
            at_rest(&world, &what).await;
            judge(scene, &world, &before, &given, operation, &what).await;
        }
    }
}

async fn judge(
    scene: Scene,
    world: &World,
    before: &crate::scene::Before,
    given: &Result<crate::scene::Given, Error>,
    operation: &str,
    what: &str,
) {
    // A request that no background took up is armed with nothing: the person asks again. The owner cannot be told
    // without words.
    let is_lost = match operation {
        "spawner.spawn" | "texts.compose" => given.is_ok(),
        _ => false,
    };
    if is_lost {
        assert!(
            world.event_kinds().iter().any(|kind| matches!(kind.name(), "port_failed" | "message_lost")),
            "{what}: the operator is told: {:?}",
            world.event_kinds()
        );
        at_rest(world, what).await;
        return;
    }
    // A refund needs a background where the attempt was left to one.
    let may_stay = u32::from(operation == "spawner.spawn");
    scene.judge(world, before, Some(given), may_stay, what).await;
}

#[tokio::test]
async fn texts_that_panic_explain_by_the_error_itself() {
    let world = tight_world();
    world.aside.fault_in("texts.explain", Fault::Panics);
    let error = Error::CredentialsRejected;
    assert_eq!(world.service.explain(&error, None), error.to_string());
}

#[tokio::test]
async fn draining_outlives_a_background_whose_sleep_panics() {
    let world = tight_world();
    world.background.hold();
    world.service.request_activation(&email("ola@example.no"), &here()).await.unwrap();
    world.aside.fault_in("spawner.sleep", Fault::Panics);
    assert_eq!(world.service.drain(Duration::from_secs(1)).await, 1);
}
