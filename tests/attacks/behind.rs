//! What a request leaves to be done behind its answer, for whoever asks again at once and meets a store that is busy.

use std::time::Duration;

use vestibule::throttle::Schedule;
use vestibule::{Contact, Settings};

use crate::world::*;

const PHONE: &str = "41234567";

/// A world where nobody is, or somebody who waits to activate, is active, is suspended, or shares the telephone.
async fn worlds() -> Vec<(&'static str, World)> {
    let a_world = |name| (name, World::new());
    let [nobody, pending, active, suspended, shared] =
        ["nobody", "pending", "active", "suspended", "shared"].map(a_world);
    pending.1.register_with_phone("ola@example.no", PHONE);
    let id = active.1.register_with_phone("ola@example.no", PHONE);
    active.1.set_hash(&id, real_hash().await).await;
    let id = suspended.1.register_with_phone("ola@example.no", PHONE);
    assert!(suspended.1.directory.suspend(&id).unwrap());
    for name in ["ola", "kari"] {
        shared.1.register_with_phone(&format!("{name}@example.no"), PHONE);
    }
    vec![nobody, pending, active, suspended, shared]
}

/// What the stores were asked behind the answer, whatever the order; and by how many keys they were charged.
async fn behind(world: &World, ask: impl Future<Output = ()>) -> (Vec<&'static str>, Vec<usize>) {
    world.script.clear();
    ask.await;
    world.settle().await;
    let mut calls = world.script.calls();
    calls.retain(|call| *call != "code_sender.send");
    calls.sort_unstable();
    (calls, world.script.charged().iter().map(Vec::len).collect())
}

#[tokio::test]
async fn a_request_keeps_the_stores_as_busy_for_nobody_as_for_somebody() {
    for contact in [email("ola@example.no"), phone(PHONE)] {
        let mut of_nobody = None;
        for (who, world) in worlds().await {
            let mut handle = None;
            let asked = behind(&world, async {
                handle = Some(world.service.request_activation(&contact, &here()).await.unwrap().handle);
            });
            let asked = asked.await;
            world.clock.turn(Duration::from_secs(60));
            let again = behind(&world, async {
                world.service.resend_code(&handle.unwrap(), &here()).await.unwrap();
            });
            let seen = (asked, again.await);
            if who == "active" {
                // The owner is told once a day, not once a request; by SMS, under a cap of the notices, as they are sent.
                let by_sms = matches!(contact, Contact::Phone(_));
                let expected = of_nobody.as_ref().map(|(asked, _)| asked);
                assert!(by_sms || expected == Some(&seen.0), "{who}: {:?}", seen.0);
                continue;
            }
            assert_eq!(of_nobody.get_or_insert_with(|| seen.clone()), &seen, "{who}, {contact:?}");
        }
    }
}

#[tokio::test]
async fn what_is_charged_for_nobody_uses_up_nothing_of_anybodys() {
    let once = Schedule::window(1, Duration::from_secs(3_600)).unwrap();
    let caps = |settings: &mut Settings| {
        (settings.sms_per_prefix, settings.sms_in_total, settings.codes_per_account) = (once, once, once);
    };
    let world = World::with_settings(caps);
    let ask = async |contact: &Contact| {
        let asked = world.service.request_activation(contact, &here()).await.unwrap();
        world.settle().await;
        asked
    };
    // Nobody has this number, and then somebody has.
    for _ in 0..2 {
        ask(&phone(PHONE)).await;
    }
    let handle = ask(&phone(PHONE)).await.handle;
    world.register_with_phone("ola@example.no", PHONE);
    world.clock.turn(Duration::from_secs(60));
    world.service.resend_code(&handle, &here()).await.unwrap();
    world.settle().await;
    assert_eq!(world.codes_to(&phone(PHONE)).len(), 1, "the caps are untouched");
    ask(&email("ola@example.no")).await;
    assert!(world.codes_to(&email("ola@example.no")).is_empty(), "and the account was charged for its code");
}

#[tokio::test]
async fn no_flood_of_other_numbers_makes_a_request_for_nobody_another() {
    let once = Schedule::window(1, Duration::from_secs(3_600)).unwrap();
    let world =
        World::with_settings(|settings| (settings.sms_per_prefix, settings.sms_in_total) = (once, once));
    let mut seen = Vec::new();
    for number in ["41234567", "41234568", "41234569", "91234567"] {
        let asked = behind(&world, async {
            world.service.request_activation(&phone(number), &here()).await.unwrap();
        });
        seen.push(asked.await);
    }
    assert!(seen.iter().all(|asked| *asked == seen[0]), "{seen:#?}");
}
