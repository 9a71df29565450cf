//! How long the background waits before it asks again.

use vestibule::Settings;
use vestibule::adapters::memory::ManualClock;

use crate::scene::OLA;
use crate::world::passing::Passing;
use crate::world::script::Fault;
use crate::world::*;

#[tokio::test]
async fn a_directory_that_fails_is_asked_again_after_waits_that_double_up_to_a_minute() {
    let mut settings = Settings::default();
    Passing::deadlines(&mut settings);
    let clock = ManualClock::default();
    let passing = Passing::new(&clock);
    let world = World::with(|builder| builder.clock(clock).spawner(passing.clone()).settings(settings));
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
