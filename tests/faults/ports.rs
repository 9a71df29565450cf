//! Every port that can be asked, failing at every call in turn, through every flow.

use std::time::Duration;

use crate::scene::{SCENES, Scene, at_rest, tight_world};
use crate::world::script::{FAULTS, Fault};
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
