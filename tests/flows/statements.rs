//! How often each flow asks the stores: the numbers of `src/guide/architecture.md`.

use std::time::Duration;

use crate::world::*;

const FIND: &str = "user_directory.find";
const GET: &str = "user_directory.get";
const REPLACE: &str = "user_directory.replace_credential";
const CHARGE: &str = "throttle_store.charge";
const REFUND: &str = "throttle_store.refund";
const LIFT: &str = "throttle_store.lift";
const ARM: &str = "code_store.arm";

/// The calls to stores since the last look, those to the sender left out.
fn calls(world: &World) -> Vec<&'static str> {
    let calls = world.script.calls();
    world.script.clear();
    calls.into_iter().filter(|call| !call.starts_with("code_sender")).collect()
}

#[tokio::test]
async fn requesting_and_resending_take_two_calls_on_the_callers_path_and_three_behind_it() {
    let world = World::swift(|builder| builder);
    world.register("ola@example.no");
    world.register_with_phone("kari@example.no", "41234567");
    for contact in [email("ola@example.no"), email("ingen@example.no"), phone("41234567"), phone("41234568")]
    {
        world.background.hold();
        let request = world.service.request_activation(&contact, &here()).await.unwrap();
        assert_eq!(calls(&world), [CHARGE, "code_store.insert"]);
        world.background.release();
        world.settle().await;
        assert_eq!(calls(&world), [FIND, CHARGE, ARM]);
        world.clock.turn(Duration::from_secs(60));
        world.background.hold();
        world.service.resend_code(&request.handle, &here()).await.unwrap();
        assert_eq!(calls(&world), [CHARGE, "code_store.reissue"]);
        world.background.release();
        world.settle().await;
        assert_eq!(calls(&world), [FIND, CHARGE, ARM]);
    }
}

#[tokio::test]
async fn a_wrong_code_takes_one_call_and_a_redemption_five() {
    let world = World::swift(|builder| builder);
    world.register("ola@example.no");
    let request = world.service.request_activation(&email("ola@example.no"), &here()).await.unwrap();
    let code = world.code_to(&email("ola@example.no")).await;
    calls(&world);
    let wrong = world.service.activate(&request.handle, &other_than(&code), new(PASSWORD), &here()).await;
    assert!(wrong.is_err());
    assert_eq!(calls(&world), ["code_store.count_attempt"]);
    world.service.activate(&request.handle, &code, new(PASSWORD), &here()).await.unwrap();
    world.settle().await;
    assert_eq!(calls(&world), ["code_store.count_attempt", GET, REPLACE, LIFT, "code_store.take"]);
}

#[tokio::test]
async fn what_a_limit_refuses_takes_as_many_calls_as_it_takes_to_say_which() {
    let world = World::swift(|builder| {
        let mut settings = vestibule::Settings::default();
        let one = vestibule::throttle::Schedule::window(1, Duration::from_secs(3_600)).unwrap();
        (settings.codes_per_account, settings.sms_in_total) = (one, one);
        builder.settings(settings)
    });
    world.register_with_phone("ola@example.no", "41234567");
    world.register_with_phone("kari@example.no", "41234568");
    for (contact, behind) in [
        (phone("41234567"), &[FIND, CHARGE, ARM][..]),
        (email("ola@example.no"), &[FIND, CHARGE, ARM]),
        (phone("41234567"), &[FIND, CHARGE, CHARGE, ARM]),
        (phone("41234568"), &[FIND, CHARGE, CHARGE, CHARGE, CHARGE, CHARGE, REFUND, ARM]),
    ] {
        world.background.hold();
        world.service.request_activation(&contact, &here()).await.unwrap();
        calls(&world);
        world.background.release();
        world.settle().await;
        assert_eq!(calls(&world), behind, "{contact:?}");
    }
}

#[tokio::test]
async fn a_log_in_takes_three_calls_and_after_failures_a_fourth_behind_it() {
    let world = World::swift(|builder| builder);
    world.active("ola@example.no").await;
    calls(&world);
    world.log_in("ola@example.no", PASSWORD).await.unwrap();
    assert_eq!(calls(&world), [CHARGE, FIND, REFUND]);
    for name in ["ola@example.no", "ingen@example.no"] {
        assert!(world.log_in(name, "galt").await.is_err());
        assert_eq!(calls(&world), [CHARGE, FIND]);
    }
    world.background.hold();
    world.log_in("ola@example.no", PASSWORD).await.unwrap();
    assert_eq!(calls(&world), [CHARGE, FIND, REFUND]);
    world.background.release();
    world.settle().await;
    assert_eq!(calls(&world), [LIFT]);
}

#[tokio::test]
async fn a_change_takes_five_calls_and_a_session_one() {
    let world = World::swift(|builder| builder);
    let id = world.active("ola@example.no").await;
    calls(&world);
    let changed = world.service.change_password(&id, secret(PASSWORD), new(ANOTHER), &here()).await.unwrap();
    assert_eq!(calls(&world), [CHARGE, GET, REFUND, REPLACE, LIFT]);
    world.service.is_current(&id, &changed.credential_version).await.unwrap();
    assert_eq!(calls(&world), [GET]);
}

#[tokio::test]
async fn a_code_that_has_waited_for_two_seconds_is_asked_about_again_before_it_is_sent() {
    for (seconds, asked) in [(0, 1), (1, 1), (2, 2), (3, 2)] {
        let world = World::swift(|builder| builder);
        world.register("ola@example.no");
        let clock = world.clock.clone();
        // It is new from the moment before it is armed.
        world.script.before(ARM, move || clock.turn(Duration::from_secs(seconds)));
        world.service.request_activation(&email("ola@example.no"), &here()).await.unwrap();
        world.settle().await;
        assert_eq!(calls(&world).iter().filter(|call| **call == ARM).count(), asked, "{seconds} s");
        assert_eq!(world.codes_to(&email("ola@example.no")).len(), 1);
    }
}
