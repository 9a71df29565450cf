use std::time::Duration;

use vestibule::code::Purpose;
use vestibule::event::{DecoyReason, EventKind, SmsCap};
use vestibule::throttle::Schedule;
use vestibule::{CodeRequest, Contact, Settings};

use crate::world::script::Fault;
use crate::world::*;

const HOUR: Duration = Duration::from_secs(3_600);
const MINUTE: Duration = Duration::from_secs(60);
const OLA: &str = "41234567";
/// Begins as Ola's.
const KARI: &str = "41234999";
const PER: &str = "91234567";

fn at_most(limit: u32, period: Duration) -> Schedule {
    Schedule::window(limit, period).unwrap()
}

/// A world with three people, who have a telephone each and asked for nothing yet.
fn a_world(change: impl FnOnce(&mut Settings)) -> World {
    let mut settings = Settings::default();
    change(&mut settings);
    let world = World::swift(|builder| builder.settings(settings));
    for (person, number) in [("ola", OLA), ("kari", KARI), ("per", PER)] {
        world.register_with_phone(&format!("{person}@example.no"), number);
    }
    world
}

async fn ask(world: &World, contact: Contact) -> CodeRequest {
    let asked = world.service.request_activation(&contact, &here()).await.unwrap();
    world.settle().await;
    asked
}

fn decoys(world: &World) -> Vec<DecoyReason> {
    let decoy = |kind| match kind {
        EventKind::DecoyArmed { reason, .. } => Some(reason),
        _ => None,
    };
    world.event_kinds().into_iter().filter_map(decoy).collect()
}

fn caps(world: &World) -> Vec<SmsCap> {
    let cap = |kind| match kind {
        EventKind::SmsCapReached { cap } => Some(cap),
        _ => None,
    };
    world.event_kinds().into_iter().filter_map(cap).collect()
}

#[tokio::test]
async fn each_cap_on_sms_holds_is_named_in_the_event_and_ends_with_its_time() {
    type Set = fn(&mut Settings);
    let cases: [(Set, SmsCap, &str, Option<&str>); 3] = [
        (|settings| settings.sms_per_number = at_most(1, HOUR), SmsCap::Number, OLA, Some(KARI)),
        (|settings| settings.sms_per_prefix = at_most(1, HOUR), SmsCap::Prefix, KARI, Some(PER)),
        (|settings| settings.sms_in_total = at_most(1, HOUR), SmsCap::Total, PER, None),
    ];
    for (set, cap, refused, free) in cases {
        let world = a_world(set);
        ask(&world, phone(OLA)).await;
        let sent = |number: &str| world.codes_to(&phone(number)).len();
        let before = sent(refused);
        ask(&world, phone(refused)).await;
        assert_eq!(sent(refused), before, "{cap:?}");
        assert_eq!(caps(&world), [cap]);
        assert_eq!(decoys(&world), [DecoyReason::SmsCapReached]);
        if let Some(free) = free {
            ask(&world, phone(free)).await;
            assert_eq!(sent(free), 1, "{cap:?} is not {free}'s");
        }
        world.clock.turn(HOUR);
        ask(&world, phone(refused)).await;
        assert_eq!(sent(refused), before + 1, "{cap:?} ends");
    }
}

#[tokio::test]
async fn what_a_cap_on_sms_refuses_is_charged_nowhere() {
    let world = a_world(|settings| {
        settings.sms_in_total = at_most(1, HOUR);
        settings.codes_per_account = at_most(1, HOUR);
    });
    ask(&world, phone(KARI)).await;
    ask(&world, phone(OLA)).await;
    assert_eq!(decoys(&world), [DecoyReason::SmsCapReached]);
    // Her one code is still hers: by e-mail, which no cap is on.
    ask(&world, email("ola@example.no")).await;
    assert_eq!(world.codes_to(&email("ola@example.no")).len(), 1);
}

#[tokio::test]
async fn what_the_limit_of_an_account_refuses_is_not_said_of_a_cap_and_uses_up_none() {
    let world = a_world(|settings| {
        settings.sms_in_total = at_most(2, HOUR);
        settings.codes_per_account = at_most(1, HOUR);
    });
    ask(&world, phone(OLA)).await;
    ask(&world, phone(OLA)).await;
    assert_eq!((decoys(&world), caps(&world)), (vec![DecoyReason::TooManyCodes], vec![]));
    ask(&world, phone(KARI)).await;
    assert_eq!(world.codes_to(&phone(KARI)).len(), 1, "the second of two");
}

#[tokio::test]
async fn a_code_that_a_cap_held_back_is_sent_when_it_is_asked_for_again_and_paid_then() {
    let world = a_world(|settings| {
        settings.sms_in_total = at_most(1, MINUTE);
        settings.codes_per_account = at_most(1, HOUR);
    });
    ask(&world, phone(KARI)).await;
    let asked = ask(&world, phone(OLA)).await;
    world.clock.turn(MINUTE);
    world.service.resend_code(&asked.handle, &here()).await.unwrap();
    let code = world.code_to(&phone(OLA)).await;
    ask(&world, email("ola@example.no")).await;
    assert_eq!(decoys(&world), [DecoyReason::SmsCapReached, DecoyReason::TooManyCodes]);
    world.service.activate(&asked.handle, &code, new(PASSWORD), &here()).await.unwrap();
}

#[tokio::test]
async fn a_note_that_a_cap_held_back_is_sent_when_it_is_asked_for_again() {
    let world = a_world(|settings| settings.sms_in_total = at_most(1, MINUTE));
    ask(&world, phone(KARI)).await;
    let recover = async || {
        world.service.request_recovery(&phone(OLA), &here()).await.unwrap();
        world.settle().await;
        world.outbox.messages().iter().filter(|message| message.to.is_same_as(&phone(OLA))).count()
    };
    assert_eq!(recover().await, 0);
    assert_eq!(caps(&world), [SmsCap::Total]);
    world.clock.turn(MINUTE);
    assert_eq!(recover().await, 1);
    world.clock.turn(MINUTE);
    assert_eq!(recover().await, 1, "one a day");
}

#[tokio::test]
async fn a_store_that_fails_after_a_charge_makes_nobody_pay_twice() {
    for fault in [Fault::Fails, Fault::Hangs, Fault::Panics] {
        let world = a_world(|settings| {
            settings.sms_in_total = at_most(1, HOUR);
            settings.codes_per_account = at_most(1, HOUR);
        });
        world.background.hold();
        world.service.request_activation(&phone(OLA), &here()).await.unwrap();
        // Behind the answer: find, charge, arm.
        world.script.fault_at(2, fault);
        world.background.release();
        world.settle().await;
        assert_eq!(world.codes_to(&phone(OLA)).len(), 1, "{fault:?}");
        assert!(caps(&world).is_empty() && decoys(&world).is_empty(), "{fault:?}");
    }
}

#[tokio::test]
async fn a_charge_that_cannot_be_given_back_keeps_nobody_waiting() {
    for fault in [Fault::Fails, Fault::AnswerLost, Fault::Hangs, Fault::Panics] {
        let world = a_world(|settings| settings.sms_in_total = at_most(1, HOUR));
        ask(&world, phone(KARI)).await;
        world.script.fault_in("throttle_store.refund", fault);
        ask(&world, phone(OLA)).await;
        assert_eq!(decoys(&world), [DecoyReason::SmsCapReached], "{fault:?}");
        let failed = |kind: &EventKind| {
            matches!(kind, EventKind::PortFailed { operation: "throttle_store.refund", .. })
        };
        assert_eq!(world.event_kinds().iter().filter(|kind| failed(kind)).count(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_number_off_the_allow_list_is_an_event_of_its_own_and_uses_up_no_cap() {
    let world = a_world(|settings| {
        settings.sms_calling_codes = Some(vec![vestibule::CallingCode::NORWAY]);
        settings.sms_in_total = at_most(1, HOUR);
    });
    world.register_with_phone("astrid@example.no", "+46701234567");
    ask(&world, phone("+46701234567")).await;
    let purpose = Purpose::Activation;
    assert!(world.saw(&EventKind::DecoyArmed { purpose, reason: DecoyReason::SmsNotAllowed }));
    ask(&world, phone(OLA)).await;
    assert_eq!(world.codes_to(&phone(OLA)).len(), 1);
}

#[test]
fn a_cap_is_written_beside_its_event() {
    let written = serde_json::to_value(EventKind::SmsCapReached { cap: SmsCap::Prefix }).unwrap();
    assert_eq!(written, serde_json::json!({ "event": "sms_cap_reached", "cap": "prefix" }));
}
