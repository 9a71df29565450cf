use vestibule::Error;
use vestibule::message::MessageKind;

use crate::world::*;

#[tokio::test]
async fn a_forgotten_password_is_recovered_and_the_old_one_is_dead() {
    let world = World::new();
    let id = world.active("ola@example.no").await;
    let before = world.log_in("ola@example.no", PASSWORD).await.unwrap();
    let request = world.service.request_recovery(&email("ola@example.no"), &here()).await.unwrap();
    let code = world.code_to(&email("ola@example.no")).await;
    world.service.recover(&request.handle, &code, new(ANOTHER), &here()).await.unwrap();
    assert!(matches!(world.log_in("ola@example.no", PASSWORD).await, Err(Error::CredentialsRejected)));
    world.log_in("ola@example.no", ANOTHER).await.unwrap();
    assert!(!world.service.is_current(&id, &before.credential_version).await.unwrap());
    world.settle().await;
    assert_eq!(world.kinds_sent().last(), Some(&MessageKind::PasswordRecovered));
}

#[tokio::test]
async fn recovery_of_an_account_never_activated_leads_to_activation() {
    let world = World::new();
    world.register("ola@example.no");
    world.service.request_recovery(&email("ola@example.no"), &here()).await.unwrap();
    world.settle().await;
    assert_eq!(world.kinds_sent(), [MessageKind::NotYetActive]);
}

#[tokio::test]
async fn a_request_to_recover_changes_nothing() {
    let world = World::new();
    let id = world.active("ola@example.no").await;
    let login = world.log_in("ola@example.no", PASSWORD).await.unwrap();
    world.service.request_recovery(&email("ola@example.no"), &here()).await.unwrap();
    world.settle().await;
    assert!(world.service.is_current(&id, &login.credential_version).await.unwrap());
    world.log_in("ola@example.no", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn recovery_ends_a_stop_of_the_password() {
    let world = World::new();
    world.active("ola@example.no").await;
    for source in 0..100 {
        let _ = world.service.log_in(&address("ola@example.no"), secret("galt"), &from(source)).await;
        world.clock.turn(std::time::Duration::from_secs(3_600));
    }
    assert!(matches!(world.log_in("ola@example.no", PASSWORD).await, Err(Error::PasswordStopped)));
    let request = world.service.request_recovery(&email("ola@example.no"), &here()).await.unwrap();
    let code = world.code_to(&email("ola@example.no")).await;
    let redeemed = world.service.recover(&request.handle, &code, new(ANOTHER), &here()).await.unwrap();
    let origin = here().with_device(redeemed.device.unwrap());
    world.service.log_in(&address("ola@example.no"), secret(ANOTHER), &origin).await.unwrap();
    world.clock.turn(std::time::Duration::from_secs(3_600));
    world.log_in("ola@example.no", ANOTHER).await.unwrap();
}
