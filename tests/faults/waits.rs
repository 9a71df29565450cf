//! How long the background waits before it asks again.

use std::time::Duration;

use vestibule::Settings;
use vestibule::adapters::memory::ManualClock;

use crate::scene::{OLA, SECOND};
use crate::world::passing::Passing;
use crate::world::script::Fault;
use crate::world::*;

const GET: &str = "user_directory.get";
const REPLACE: &str = "user_directory.replace_credential";

/// A world for which time passes as it waits.
fn a_world(change: impl FnOnce(&mut Settings)) -> (World, Passing) {
    let mut settings = Settings::default();
    Passing::deadlines(&mut settings);
    change(&mut settings);
    let clock = ManualClock::default();
    let passing = Passing::new(&clock);
    let world = World::with(|builder| builder.clock(clock).spawner(passing.clone()).settings(settings));
    (world, passing)
}

#[tokio::test]
async fn a_directory_that_fails_is_asked_again_after_waits_that_double_up_to_a_minute() {
    let (world, passing) = a_world(|_| {});
    world.register(OLA);
    world.script.fault_in("user_directory.find", Fault::Fails);
    world.service.request_activation(&email(OLA), &here()).await.unwrap();
    world.settle().await;
    // It goes on while a code would be worth sending, which is for eight minutes: the next wait would end after them.
    assert_eq!(passing.waits(), [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]);
    let asked = world.script.calls().into_iter().filter(|call| *call == "user_directory.find").count();
    assert_eq!(asked, 13);
    assert!(world.codes_to(&email(OLA)).is_empty());
}

#[tokio::test]
async fn whether_a_failed_change_took_effect_is_looked_for_until_a_minute_has_shown_nothing() {
    let (world, passing) = a_world(|_| {});
    let id = world.active(OLA).await;
    world.script.fault_in(REPLACE, Fault::Fails);
    world.service.change_password(&id, secret(PASSWORD), new(SECOND), &here()).await.unwrap_err();
    world.settle().await;
    assert_eq!(passing.waits(), [1, 2, 4, 8, 16, 32]);
}

#[tokio::test]
async fn whether_a_failed_change_took_effect_is_looked_for_no_longer_than_a_message_would_be_tried() {
    let (world, passing) = a_world(|settings| settings.sending_patience = Duration::from_secs(183));
    let id = world.active(OLA).await;
    let script = world.script.clone();
    world.script.fault_in(REPLACE, Fault::Fails);
    world.script.before(REPLACE, move || script.fault_in(GET, Fault::Fails));
    world.service.change_password(&id, secret(PASSWORD), new(SECOND), &here()).await.unwrap_err();
    world.settle().await;
    assert_eq!(passing.waits(), [1, 2, 4, 8, 16, 32, 60, 60]);
}
