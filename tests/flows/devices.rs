//! Browsers that have logged in before.

use std::time::Duration;

use vestibule::Error;

use crate::world::*;

#[tokio::test]
async fn a_strangers_failures_do_not_keep_out_a_browser_that_has_logged_in_before() {
    let world = World::new();
    world.active("ola@example.no").await;
    let device = world.log_in("ola@example.no", PASSWORD).await.unwrap().device.unwrap();
    for _ in 0..5 {
        let _ = world.service.log_in(&address("ola@example.no"), secret("galt"), &from(66)).await;
    }
    assert!(matches!(world.log_in("ola@example.no", PASSWORD).await, Err(Error::Throttled { .. })));
    let origin = here().with_device(device.clone());
    world.service.log_in(&address("ola@example.no"), secret(PASSWORD), &origin).await.unwrap();
    // With another address the token is worth nothing.
    world.active("kari@example.no").await;
    for _ in 0..5 {
        let _ = world.service.log_in(&address("kari@example.no"), secret("galt"), &from(66)).await;
    }
    let stolen = world.service.log_in(&address("kari@example.no"), secret(PASSWORD), &origin).await;
    assert!(matches!(stolen, Err(Error::Throttled { .. })));
}

#[tokio::test]
async fn strangers_at_the_same_source_do_not_keep_out_a_browser_that_has_logged_in_before() {
    let world = World::with_settings(|settings| {
        settings.log_ins_per_source =
            vestibule::throttle::Schedule::window(10, Duration::from_secs(900)).unwrap();
    });
    world.active("ola@example.no").await;
    let device = world.log_in("ola@example.no", PASSWORD).await.unwrap().device.unwrap();
    for n in 0..10 {
        let _ =
            world.service.log_in(&address(&format!("ingen{n}@example.no")), secret("galt"), &here()).await;
    }
    assert!(matches!(world.log_in("ola@example.no", PASSWORD).await, Err(Error::Throttled { .. })));
    let origin = here().with_device(device);
    world.service.log_in(&address("ola@example.no"), secret(PASSWORD), &origin).await.unwrap();
}

#[tokio::test]
async fn ten_failures_void_a_device_token() {
    let world = World::new();
    world.active("ola@example.no").await;
    let device = world.log_in("ola@example.no", PASSWORD).await.unwrap().device.unwrap();
    let origin = here().with_device(device);
    for _ in 0..10 {
        let failed = world.service.log_in(&address("ola@example.no"), secret("galt"), &origin).await;
        assert!(matches!(failed, Err(Error::CredentialsRejected)), "{failed:?}");
        world.clock.turn(Duration::from_secs(3_600));
    }
    // From here on it counts like a stranger's: five more, and then a wait that all strangers share.
    for _ in 0..5 {
        let failed = world.service.log_in(&address("ola@example.no"), secret("galt"), &origin).await;
        assert!(matches!(failed, Err(Error::CredentialsRejected)), "{failed:?}");
    }
    let waiting = world.service.log_in(&address("ola@example.no"), secret(PASSWORD), &from(66)).await;
    assert!(matches!(waiting, Err(Error::Throttled { .. })));
}

#[tokio::test]
async fn a_device_token_dies_with_the_credential_it_was_earned_with() {
    let world = World::new();
    let id = world.active("ola@example.no").await;
    let old = world.log_in("ola@example.no", PASSWORD).await.unwrap().device.unwrap();
    world.service.change_password(&id, secret(PASSWORD), new(ANOTHER), &here()).await.unwrap();
    let origin = here().with_device(old);
    for _ in 0..5 {
        let _ = world.service.log_in(&address("ola@example.no"), secret("galt"), &origin).await;
    }
    let stranger = world.service.log_in(&address("ola@example.no"), secret(ANOTHER), &from(66)).await;
    assert!(matches!(stranger, Err(Error::Throttled { .. })), "its failures were counted for everybody");
}
