//! Known and unknown people cannot be told apart: not by an answer, a wait, a row, a call to a store or a hash.
//!
//! Every flow is walked through with every kind of person, and what a stranger could see is compared, step by step,
//! with what it is for somebody unknown.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]
#![allow(unreachable_pub, reason = "a test binary has no outside")]

#[path = "alike/flow.rs"]
mod flow;
#[path = "alike/people.rs"]
mod people;
#[path = "alike/watch.rs"]
mod watch;
mod world;

use std::time::Duration;

use vestibule::Origin;
use vestibule::code::Purpose;
use vestibule::hasher::{Argon2Cost, HashingSettings};
use vestibule::service::AccountServiceBuilder;

use self::flow::*;
use self::people::{EVERYBODY, Person, Who, meet, settings};
use self::watch::Watch;
use self::world::*;

fn a_world() -> World {
    World::swift(|builder| builder.settings(settings()))
}

async fn walked(world: &World, person: &Person, flow: Flow, origin: &Origin) -> Steps {
    let mut watch = Watch::new(world, person);
    flow.walk(&mut watch, origin).await;
    watch.steps
}

/// Fails at the first step that differs, and says which, for whom.
fn assert_alike(what: &str, expected: &Steps, steps: &Steps) {
    for (number, (one, other)) in expected.iter().zip(steps).enumerate() {
        assert!(
            one == other,
            "{what}, step {}:\n  for somebody unknown: {}: {}\n  here: {}: {}",
            number + 1,
            one.0,
            one.1,
            other.0,
            other.1
        );
    }
    assert_eq!(expected.len(), steps.len(), "{what}: the number of steps");
}

#[tokio::test]
async fn in_every_flow_everybody_looks_like_somebody_unknown() {
    for flow in FLOWS {
        let mut unknown = None;
        for who in EVERYBODY {
            let world = a_world();
            let person = meet(&world, who).await;
            let steps = walked(&world, &person, flow, &here()).await;
            assert!(steps.iter().all(|(_, seen)| !seen.contains("logged in") && seen != "ok"), "{flow:?}");
            let unknown = unknown.get_or_insert_with(|| steps.clone());
            assert_alike(&format!("{flow:?}, {who:?}"), unknown, &steps);
        }
    }
}

/// The flows of the table above reach what they are named after.
#[tokio::test]
async fn the_flows_that_are_compared_reach_their_refusals() {
    for (flow, expected) in [
        (Flow::Resend(Purpose::Recovery), "Throttled { retry_after: 60s }"),
        (Flow::Resend(Purpose::Recovery), "CodeRejected(NotSentAgain)"),
        (Flow::WrongCodes(Purpose::Activation), "Wrong { tries_left: 0 }"),
        (Flow::WrongCodes(Purpose::Activation), "TriesExhausted"),
        (Flow::WrongCodesBeforeTheRowIsArmed(Purpose::Activation), "TriesExhausted"),
        (Flow::ExpiredCode(Purpose::Activation), "CodeRejected(Expired)"),
        (Flow::RequestsOverTheLimit(Purpose::Activation), "Throttled { retry_after: 900s }"),
        (Flow::RequestsFromOneSource, "Throttled { retry_after"),
        (Flow::LogIn, "hash jobs: 1"),
        (Flow::LogInOverTheLimit, "Throttled { retry_after: 3600s }"),
        (Flow::PasswordStopped, "PasswordStopped"),
    ] {
        for who in [Who::Unknown, Who::Active] {
            let world = a_world();
            let person = meet(&world, who).await;
            let steps = walked(&world, &person, flow, &here()).await;
            assert!(
                steps.iter().any(|(_, seen)| seen.contains(expected)),
                "{flow:?}: {expected}\n{steps:#?}"
            );
        }
    }
}

#[tokio::test]
async fn a_cheaper_hash_is_refused_with_as_many_hash_jobs_as_nobodys() {
    let dearer = |builder: AccountServiceBuilder| {
        let hashing = HashingSettings::default().cost(Argon2Cost::dangerous_cheapest());
        builder.settings(settings()).hashing(hashing.refusal_cost(Argon2Cost::RECOMMENDED))
    };
    let mut unknown = None;
    for who in
        [Who::Unknown, Who::Active, Who::OlderHash, Who::MonstrousHash, Who::WithoutPassword, Who::Suspended]
    {
        let world = World::swift(dearer);
        let person = meet(&world, who).await;
        let mut steps = walked(&world, &person, Flow::LogIn, &here()).await;
        // Each refusal was one hash, and what brings it up to the cost of every refusal.
        steps.push(("hashes".into(), world.service.hash_pool().hashes.to_string()));
        let unknown = unknown.get_or_insert_with(|| steps.clone());
        assert_alike(&format!("{who:?}"), unknown, &steps);
    }
    assert_eq!(unknown.unwrap().last().unwrap().1, "6");
}

#[tokio::test]
async fn device_tokens_of_others_and_damaged_ones_change_nothing() {
    let device_of_another = {
        let world = a_world();
        world.active("kari@example.no").await;
        world.log_in("kari@example.no", PASSWORD).await.unwrap().device.unwrap()
    };
    let damaged = {
        let mut text = device_of_another.expose_for_cookie();
        text.replace_range(20..22, if &text[20..22] == "00" { "01" } else { "00" });
        vestibule::DeviceToken::parse(&text).unwrap()
    };
    let short = |flow: &Flow| !matches!(flow, Flow::PasswordStopped | Flow::RequestsFromOneSource);
    for flow in FLOWS.into_iter().filter(short) {
        let mut without = None;
        for device in [None, Some(&device_of_another), Some(&damaged)] {
            for who in [Who::Unknown, Who::Pending, Who::Active] {
                let world = a_world();
                let person = meet(&world, who).await;
                let origin = device.map_or_else(here, |device| here().with_device(device.clone()));
                let steps = walked(&world, &person, flow, &origin).await;
                let without = without.get_or_insert_with(|| steps.clone());
                assert_alike(&format!("{flow:?}, {who:?}, {device:?}"), without, &steps);
            }
        }
    }
}

/// What the owner does while a stranger is at work. To ask for a code is no success: it counts like anybody's request,
/// and is part of the comparison.
#[derive(Clone, Copy, Debug)]
enum Owner {
    LogsIn,
    Recovers,
    Activates,
}

/// The stranger's steps when the owner, from another address, does something in the middle of them. For somebody
/// unknown, codes are asked for as often, and there is no success.
async fn beside(owner: Owner, who: Who) -> Steps {
    let world = a_world();
    let person = meet(&world, who).await;
    let mut watch = Watch::new(&world, &person);
    let stranger = from(66);
    let purpose = if matches!(owner, Owner::Activates) { Purpose::Activation } else { Purpose::Recovery };
    let asked = request(&mut watch, purpose, &stranger).await.unwrap();
    watch.let_the_background_run().await;
    for _ in 0..3 {
        log_in(&mut watch, "galt", &stranger).await;
    }
    let succeeded = match owner {
        Owner::LogsIn if who == Who::Unknown => false,
        Owner::LogsIn => {
            world.service.log_in(&person.email, secret(PASSWORD), &from(7)).await.unwrap();
            true
        }
        Owner::Recovers | Owner::Activates => {
            let asked = match purpose {
                Purpose::Activation => world.service.request_activation(&person.contact, &from(7)).await,
                Purpose::Recovery => world.service.request_recovery(&person.contact, &from(7)).await,
            };
            let asked = asked.unwrap();
            world.settle().await;
            let sent = world.codes_to(&person.contact).pop();
            let code = sent.unwrap_or_else(|| any_code(&asked));
            redeem(&watch, purpose, &asked, &code, &from(7)).await.is_ok()
        }
    };
    world.settle().await;
    assert_eq!(succeeded, who != Who::Unknown, "{owner:?}");
    for _ in 0..4 {
        log_in(&mut watch, "galt", &stranger).await;
    }
    wrong_codes(&mut watch, purpose, &asked, &stranger).await;
    world.clock.turn(Duration::from_secs(60));
    for purpose in Purpose::ALL {
        for _ in 0..3 {
            let _ = request(&mut watch, purpose, &stranger).await;
            watch.let_the_background_run().await;
        }
    }
    watch.steps
}

#[tokio::test]
async fn a_success_of_the_owner_in_between_changes_nothing_a_stranger_sees() {
    for (owner, who) in
        [(Owner::LogsIn, Who::Active), (Owner::Recovers, Who::Active), (Owner::Activates, Who::Pending)]
    {
        let unknown = beside(owner, Who::Unknown).await;
        assert_alike(&format!("{owner:?}"), &unknown, &beside(owner, who).await);
    }
}
