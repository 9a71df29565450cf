//! Known and unknown people cannot be told apart: not by an answer, a wait, a row, a call to a store or a hash.
//!
//! Every flow is walked through with every kind of person, and what a stranger could see is compared, step by step,
//! with what it is for somebody unknown.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]
#![allow(unreachable_pub, reason = "a test binary has no outside")]

#[path = "alike/people.rs"]
mod people;
#[path = "alike/watch.rs"]
mod watch;
mod world;

use std::time::Duration;

use vestibule::code::Purpose;
use vestibule::hasher::{Argon2Cost, HashingSettings};
use vestibule::service::AccountServiceBuilder;
use vestibule::{Code, CodeRequest, Error, Origin};

use self::people::{DAY, EVERYBODY, Person, Who, meet, settings};
use self::watch::Watch;
use self::world::*;

/// What a stranger does.
#[derive(Clone, Copy, Debug)]
enum Flow {
    Request(Purpose),
    Resend(Purpose),
    WrongCodes(Purpose),
    WrongCodesBeforeTheRowIsArmed(Purpose),
    ExpiredCode(Purpose),
    RequestsOverTheLimit(Purpose),
    RequestsFromOneSource,
    LogIn,
    LogInOverTheLimit,
    PasswordStopped,
}

const FLOWS: [Flow; 16] = [
    Flow::Request(Purpose::Activation),
    Flow::Request(Purpose::Recovery),
    Flow::Resend(Purpose::Activation),
    Flow::Resend(Purpose::Recovery),
    Flow::WrongCodes(Purpose::Activation),
    Flow::WrongCodes(Purpose::Recovery),
    Flow::WrongCodesBeforeTheRowIsArmed(Purpose::Activation),
    Flow::WrongCodesBeforeTheRowIsArmed(Purpose::Recovery),
    Flow::ExpiredCode(Purpose::Activation),
    Flow::ExpiredCode(Purpose::Recovery),
    Flow::RequestsOverTheLimit(Purpose::Activation),
    Flow::RequestsOverTheLimit(Purpose::Recovery),
    Flow::RequestsFromOneSource,
    Flow::LogIn,
    Flow::LogInOverTheLimit,
    Flow::PasswordStopped,
];

type Steps = Vec<(String, String)>;

impl Flow {
    async fn walk(self, watch: &mut Watch<'_>, origin: &Origin) {
        match self {
            Self::Request(purpose) => {
                request(watch, purpose, origin).await.unwrap();
                watch.let_the_background_run().await;
            }
            Self::Resend(purpose) => resends(watch, purpose, origin).await,
            Self::WrongCodes(purpose) => {
                let asked = request(watch, purpose, origin).await.unwrap();
                watch.let_the_background_run().await;
                wrong_codes(watch, purpose, &asked, origin).await;
            }
            Self::WrongCodesBeforeTheRowIsArmed(purpose) => {
                let asked = request(watch, purpose, origin).await.unwrap();
                watch.world.background.hold_no_more();
                // The request itself is still held back, and counts as running: the background does not come to rest.
                for try_ in 1..=11 {
                    let code = any_code(&asked);
                    let step = format!("wrong code {try_}, before the row is armed");
                    let result = redeem(watch, purpose, &asked, &code, origin).await;
                    watch.steps.push((step, outcome(&result)));
                }
                watch.let_the_background_run().await;
            }
            Self::ExpiredCode(purpose) => {
                let asked = request(watch, purpose, origin).await.unwrap();
                watch.let_the_background_run().await;
                watch.world.clock.turn(Duration::from_secs(600));
                let service = watch.world.service.clone();
                for _ in 0..2 {
                    let code = wrong_code(watch, &asked);
                    let call = redeem(watch, purpose, &asked, &code, origin).await;
                    watch.steps.push(("an expired code".into(), outcome(&call)));
                }
                let _ = watch.call("resend at its expiry", service.resend_code(&asked.handle, origin)).await;
                watch.let_the_background_run().await;
            }
            Self::RequestsOverTheLimit(purpose) => {
                for (round, wait) in [(0, 900), (1, 900), (2, 900), (3, 900), (4, 3_600)] {
                    for source in 0..5 {
                        let origin = from(100 * round + source);
                        let _ = request(watch, purpose, &origin).await;
                        watch.let_the_background_run().await;
                    }
                    watch.world.clock.turn(Duration::from_secs(wait));
                }
            }
            Self::RequestsFromOneSource => {
                for round in 0..102 {
                    let contact = email(&format!("person{round}@example.no"));
                    let _ = watch.world.service.request_activation(&contact, origin).await;
                }
                let _ = request(watch, Purpose::Activation, origin).await;
                watch.let_the_background_run().await;
            }
            Self::LogIn => {
                for password in ["galt", "", "et annet galt passord"] {
                    log_in(watch, password, origin).await;
                }
            }
            Self::LogInOverTheLimit => {
                for wait in [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600] {
                    watch.world.clock.turn(Duration::from_secs(wait));
                    log_in(watch, "galt", origin).await;
                    log_in(watch, "galt", origin).await;
                }
            }
            Self::PasswordStopped => {
                for failure in 0..101 {
                    log_in(watch, "galt", &from(failure)).await;
                    watch.world.clock.turn(Duration::from_secs(3_600));
                }
                // Later too, and whatever was asked for meanwhile.
                watch.world.clock.turn(DAY);
                log_in(watch, "galt", origin).await;
            }
        }
    }
}

async fn request(watch: &mut Watch<'_>, purpose: Purpose, origin: &Origin) -> Result<CodeRequest, Error> {
    let (service, contact) = (watch.world.service.clone(), watch.person.contact.clone());
    match purpose {
        Purpose::Activation => {
            watch.call("request activation", service.request_activation(&contact, origin)).await
        }
        Purpose::Recovery => watch.call("request recovery", service.request_recovery(&contact, origin)).await,
    }
}

async fn redeem(
    watch: &Watch<'_>,
    purpose: Purpose,
    asked: &CodeRequest,
    code: &Code,
    origin: &Origin,
) -> Result<vestibule::Redeemed, Error> {
    let service = &watch.world.service;
    match purpose {
        Purpose::Activation => service.activate(&asked.handle, code, new(SHORT), origin).await,
        Purpose::Recovery => service.recover(&asked.handle, code, new(SHORT), origin).await,
    }
}

/// A code that is not the one that was sent, if one was.
fn wrong_code(watch: &Watch<'_>, asked: &CodeRequest) -> Code {
    let sent = watch.world.codes_to(&watch.person.contact);
    sent.last().map_or_else(|| any_code(asked), other_than)
}

async fn wrong_codes(watch: &mut Watch<'_>, purpose: Purpose, asked: &CodeRequest, origin: &Origin) {
    let service = watch.world.service.clone();
    for try_ in 1..=12 {
        let (step, code) = (format!("wrong code {try_}"), wrong_code(watch, asked));
        let password = if try_ % 2 == 0 { SHORT } else { "ola@example.no1234" };
        let _ = match purpose {
            Purpose::Activation => {
                let call = service.activate(&asked.handle, &code, new(password), origin);
                watch.call_to_the_end(step, call).await
            }
            Purpose::Recovery => {
                let call = service.recover(&asked.handle, &code, new(password), origin);
                watch.call_to_the_end(step, call).await
            }
        };
    }
    let _ = watch.call("resend after the last try", service.resend_code(&asked.handle, origin)).await;
    watch.let_the_background_run().await;
}

async fn resends(watch: &mut Watch<'_>, purpose: Purpose, origin: &Origin) {
    let service = watch.world.service.clone();
    let asked = request(watch, purpose, origin).await.unwrap();
    watch.let_the_background_run().await;
    for turn in [0, 59, 1, 0, 60, 60, 60] {
        watch.world.clock.turn(Duration::from_secs(turn));
        let step = format!("resend after {turn} s more");
        let _ = watch.call(step, service.resend_code(&asked.handle, origin)).await;
        watch.let_the_background_run().await;
        let code = wrong_code(watch, &asked);
        let tried = redeem(watch, purpose, &asked, &code, origin).await;
        watch.world.settle().await;
        watch.steps.push(("a wrong code after that".into(), outcome(&tried)));
    }
}

async fn log_in(watch: &mut Watch<'_>, password: &str, origin: &Origin) {
    let service = watch.world.service.clone();
    let address = watch.person.email.clone();
    let _ = watch.call("log in", service.log_in(&address, secret(password), origin)).await;
    watch.let_the_background_run().await;
}

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
