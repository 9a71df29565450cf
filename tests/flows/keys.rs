//! Codes over a change of the service key.

use std::time::Duration;

use vestibule::{KeyRing, ServiceKey};

use crate::redemption::*;
use crate::world::*;

/// Another instance on the same stores, with service keys of its own.
fn instance(world: &World, current: u8, retired: Option<u8>) -> vestibule::AccountService {
    let keys = KeyRing::new(ServiceKey::from_bytes([current; 32]), ServiceKey::from_bytes([2; 32]));
    let keys = match retired {
        Some(key) => keys.with_retired(ServiceKey::from_bytes([key; 32])),
        None => keys,
    };
    let ports = (world.directory.clone(), world.codes.clone(), world.throttle.clone());
    vestibule::AccountService::builder(ports.0, ports.1, ports.2, world.outbox.clone(), keys, profile())
        .clock(world.clock.clone())
        .dangerous()
        .cheapest_hashing()
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_code_made_under_a_retired_key_works_until_it_expires() {
    let world = World::new();
    let (request, code) = asked(&world).await;
    let without = instance(&world, 9, None).activate(&request.handle, &code, new(PASSWORD), &here()).await;
    assert!(same(&without, &wrong(9)));
    let with = instance(&world, 9, Some(1));
    with.activate(&request.handle, &code, new(PASSWORD), &here()).await.unwrap();
}

#[tokio::test]
async fn a_key_that_verifies_everywhere_before_it_is_current_anywhere_is_replaced_without_a_refusal() {
    for (asked_at, redeemed_at) in [((1, Some(9)), (9, Some(1))), ((9, Some(1)), (1, Some(9)))] {
        let world = World::new();
        world.register("ola@example.no");
        let asked_at = instance(&world, asked_at.0, asked_at.1);
        let request = asked_at.request_activation(&email("ola@example.no"), &here()).await.unwrap();
        assert_eq!(asked_at.drain(Duration::from_secs(5)).await, 0);
        let code = world.outbox.last_code_to(&email("ola@example.no")).unwrap();
        let redeemed_at = instance(&world, redeemed_at.0, redeemed_at.1);
        redeemed_at.activate(&request.handle, &code, new(PASSWORD), &here()).await.unwrap();
    }
}
