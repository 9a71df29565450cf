use std::time::Duration;

use vestibule::Error;
use vestibule::message::MessageKind;
use vestibule::service::Invitation;

use crate::world::*;

#[tokio::test]
async fn a_pending_person_is_invited_and_the_invitation_holds_no_secret() {
    let world = World::new();
    let id = world.register("ola@example.no");
    assert_eq!(world.service.invite(&id).await.unwrap(), Invitation::Queued);
    world.settle().await;
    let sent = world.outbox.messages();
    assert_eq!(world.kinds_sent(), [MessageKind::Invitation]);
    assert!(sent[0].expose_code().is_none());
    world.activate(&email("ola@example.no")).await.unwrap();
    assert_eq!(world.service.invite(&id).await.unwrap(), Invitation::NotPending);
    let nobody = vestibule::AccountId::new("nobody");
    assert_eq!(world.service.invite(&nobody).await.unwrap(), Invitation::Unknown);
}

#[tokio::test]
async fn an_operator_lifts_a_wait() {
    let world = World::new();
    world.active("ola@example.no").await;
    for _ in 0..5 {
        let _ = world.log_in("ola@example.no", "galt").await;
    }
    assert!(matches!(world.log_in("ola@example.no", PASSWORD).await, Err(Error::Throttled { .. })));
    world.service.lift_throttle(&email("ola@example.no")).await.unwrap();
    world.log_in("ola@example.no", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn purging_removes_what_has_had_its_time_and_nothing_else() {
    let world = World::new();
    world.register("ola@example.no");
    world.service.request_activation(&email("ola@example.no"), &here()).await.unwrap();
    world.settle().await;
    assert_eq!(world.service.purge().await.unwrap().codes, 0);
    world.clock.turn(Duration::from_secs(601));
    assert_eq!(world.service.purge().await.unwrap().codes, 1);
    world.clock.turn(Duration::from_secs(200 * 86_400));
    let purged = world.service.purge().await.unwrap();
    assert!(purged.throttles > 0);
    assert_eq!(world.service.purge().await.unwrap(), Default::default());
}
