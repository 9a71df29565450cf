//! Senders in every mood, full queues, and codes that are no longer worth sending.

use std::sync::Arc;
use std::time::Duration;

use vestibule::event::{EventKind, LossReason};
use vestibule::message::MessageKind;
use vestibule::{Error, Settings};

use crate::moody::{Mood, Moody};
use crate::scene::{OLA, PHONE, SECOND, at_rest};
use crate::world::script::expect_panics;
use crate::world::*;

fn world(moods: &[Mood], change: impl FnOnce(&mut Settings)) -> (World, Moody) {
    expect_panics();
    let moody = Moody::new(moods);
    let mut settings = Settings::default();
    // A sender that waits for the test is not to be given up.
    settings.sender_deadline = Duration::from_secs(if moods.contains(&Mood::Waits) { 10_000 } else { 30 });
    change(&mut settings);
    let world = World::swift_with_sender(Some(Arc::new(moody.clone())), |builder| builder.settings(settings));
    (world, moody)
}

fn lost(world: &World) -> Vec<LossReason> {
    let reason = |kind| match kind {
        EventKind::MessageLost { reason, .. } => Some(reason),
        _ => None,
    };
    world.event_kinds().into_iter().filter_map(reason).collect()
}

async fn ask(world: &World) -> vestibule::CodeRequest {
    world.service.request_activation(&email(OLA), &here()).await.unwrap()
}

#[tokio::test]
async fn a_code_is_tried_again_while_the_failure_may_pass() {
    for moods in [
        vec![Mood::Transient],
        vec![Mood::Transient, Mood::ComeBackIn(Duration::from_secs(20)), Mood::Transient],
        vec![Mood::Panics, Mood::Transient],
    ] {
        let (world, moody) = world(&moods, |_| {});
        world.register(OLA);
        let asked = ask(&world).await;
        world.settle().await;
        assert_eq!(moody.tried().len(), moods.len() + 1, "{moods:?}");
        let code = moody.last_code().unwrap();
        world.service.activate(&asked.handle, &code, new(SECOND), &here()).await.unwrap();
    }
}

#[tokio::test]
async fn a_code_that_is_refused_for_good_or_may_have_arrived_is_not_sent_twice() {
    for (mood, reason) in [
        (Mood::Permanent, LossReason::Refused),
        (Mood::Ambiguous, LossReason::TimedOut),
        (Mood::Hangs, LossReason::TimedOut),
    ] {
        let (world, moody) = world(&[mood], |_| {});
        world.register(OLA);
        let asked = ask(&world).await;
        world.settle().await;
        assert_eq!(moody.tried().len(), 1, "{mood:?}");
        assert_eq!(lost(&world), [reason], "{mood:?}");
        if mood == Mood::Ambiguous {
            // It did arrive, and it works.
            let code = moody.last_code().unwrap();
            world.service.activate(&asked.handle, &code, new(SECOND), &here()).await.unwrap();
        } else {
            world.clock.turn(Duration::from_secs(60));
            world.service.resend_code(&asked.handle, &here()).await.unwrap();
            world.settle().await;
            let code = moody.last_code().unwrap();
            world.service.activate(&asked.handle, &code, new(SECOND), &here()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_notice_that_may_not_have_arrived_is_sent_again() {
    for mood in [Mood::Ambiguous, Mood::Hangs, Mood::Panics, Mood::Transient] {
        let (world, moody) = world(&[mood], |_| {});
        let id = world.active_at_once(OLA).await;
        world.service.change_password(&id, secret(PASSWORD), new(SECOND), &here()).await.unwrap();
        world.settle().await;
        assert_eq!(moody.tried().len(), 2, "{mood:?}");
        assert_eq!(moody.taken().last(), Some(&MessageKind::PasswordChanged), "{mood:?}");
        assert!(lost(&world).is_empty(), "{mood:?}");
    }
}

#[tokio::test]
async fn a_sender_that_goes_on_failing_is_given_up_and_the_operator_is_told() {
    let (world, moody) =
        world(&[Mood::Transient; 100], |settings| settings.sending_patience = Duration::from_secs(100));
    let id = world.active_at_once(OLA).await;
    world.service.change_password(&id, secret(PASSWORD), new(SECOND), &here()).await.unwrap();
    world.settle().await;
    assert_eq!(lost(&world), [LossReason::GaveUp]);
    // 1, 2, 4, 8, 16 and 32 s, and once more after the 37 s that were left.
    assert_eq!(moody.tried().len(), 8);
    // A wish to come back later than that is granted as far as patience reaches.
    moody.moods.lock().unwrap().clear();
    moody.moods.lock().unwrap().push(Mood::ComeBackIn(Duration::MAX));
    world.service.change_password(&id, secret(SECOND), new(PASSWORD), &here()).await.unwrap();
    world.settle().await;
    assert_eq!(lost(&world), [LossReason::GaveUp], "the other side's wish alone loses no notice");
    assert_eq!(moody.tried().len(), 10);
}

#[tokio::test]
async fn a_slow_sender_delays_no_answer() {
    let (world, moody) = world(&[Mood::Waits; 4], |_| {});
    world.register(OLA);
    let active = world.register_with_phone("kari@example.no", PHONE);
    world.set_hash(&active, real_hash().await).await;
    // The gate is shut: whatever is answered here is answered without the sender.
    ask(&world).await;
    moody.until_tried(1).await;
    world.service.request_recovery(&phone(PHONE), &here()).await.unwrap();
    world.service.change_password(&active, secret(PASSWORD), new(SECOND), &here()).await.unwrap();
    moody.until_tried(4).await;
    assert!(moody.taken().is_empty());
    moody.gate.add_permits(4);
    world.settle().await;
    assert_eq!(moody.taken().len(), 4, "a code each, and a notice to either contact: {:?}", moody.taken());
}

#[tokio::test]
async fn a_code_that_a_resend_has_superseded_is_not_sent() {
    // The first issue fails once, and is asked for again before it is tried the second time.
    let (world, moody) = world(&[Mood::ComeBackIn(Duration::from_secs(1_000))], |_| {});
    world.register(OLA);
    let asked = ask(&world).await;
    moody.until_tried(1).await;
    world.clock.turn(Duration::from_secs(60));
    world.service.resend_code(&asked.handle, &here()).await.unwrap();
    world.settle().await;
    assert_eq!(moody.tried().len(), 2, "the first issue, once, and the second");
    assert_eq!(lost(&world), [LossReason::Superseded]);
    let code = moody.last_code().unwrap();
    world.service.activate(&asked.handle, &code, new(SECOND), &here()).await.unwrap();
}

#[tokio::test]
async fn nothing_is_sent_with_less_than_two_minutes_of_life() {
    for (turn, sent) in [(479, true), (480, false), (601, false)] {
        let (world, moody) = world(&[Mood::ComeBackIn(Duration::from_secs(300))], |_| {});
        world.register(OLA);
        ask(&world).await;
        moody.until_tried(1).await;
        world.clock.turn(Duration::from_secs(turn));
        world.settle().await;
        assert_eq!(moody.taken().len(), usize::from(sent), "after {turn} s");
        assert_eq!(lost(&world).is_empty(), sent, "after {turn} s");
    }
    // A code that waited too long to be armed is not sent either.
    let (world, moody) = world(&[], |_| {});
    world.register(OLA);
    world.background.hold();
    ask(&world).await;
    world.clock.turn(Duration::from_secs(481));
    world.background.release();
    world.settle().await;
    assert!(moody.tried().is_empty());
    assert_eq!(lost(&world), [LossReason::Superseded]);
}

#[tokio::test]
async fn a_full_arming_queue_answers_overloaded_to_everybody_alike_and_counts_nothing() {
    let (world, _) = world(&[], |settings| settings.arming_queue = 2);
    world.register(OLA);
    let other = ask(&world).await;
    world.settle().await;
    world.clock.turn(Duration::from_secs(60));
    world.background.hold();
    for source in 20..22 {
        let contact = email(&format!("person{source}@example.no"));
        world.service.request_activation(&contact, &from(source)).await.unwrap();
    }
    world.script.clear();
    for contact in [email(OLA), email("kari@example.no"), phone(PHONE)] {
        for _ in 0..5 {
            let activation = world.service.request_activation(&contact, &here()).await;
            let recovery = world.service.request_recovery(&contact, &here()).await;
            let resend = world.service.resend_code(&other.handle, &here()).await;
            for refused in [activation, recovery, resend] {
                assert!(matches!(refused, Err(Error::Overloaded)), "{refused:?}");
            }
        }
    }
    assert!(world.script.calls().is_empty(), "nothing was asked, and nothing counted");
    world.background.release();
    world.settle().await;
    world.service.resend_code(&other.handle, &here()).await.unwrap();
    world.settle().await;
    // One request was made before: the two that are left of three are still there.
    for _ in 0..2 {
        ask(&world).await;
        world.settle().await;
    }
    let fourth = world.service.request_activation(&email(OLA), &here()).await;
    assert!(matches!(fourth, Err(Error::Throttled { .. })));
}

#[tokio::test]
async fn a_full_sending_queue_loses_codes_with_an_event_and_still_delivers_notices() {
    let (world, moody) = world(&[Mood::Waits], |settings| {
        settings.sending_queue = 1;
        settings.notice_queue = 1;
        settings.sending_at_once = 1;
    });
    let id = world.active_at_once(OLA).await;
    world.service.request_recovery(&email(OLA), &here()).await.unwrap();
    moody.until_tried(1).await;
    // The one place is taken by a code that waits for its sender.
    let second = world.service.request_recovery(&email(OLA), &here()).await.unwrap();
    while lost(&world).is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(lost(&world), [LossReason::QueueFull]);
    world.service.change_password(&id, secret(PASSWORD), new(SECOND), &here()).await.unwrap();
    moody.until_tried(2).await;
    while moody.taken() != [MessageKind::PasswordChanged] {
        tokio::task::yield_now().await;
    }
    moody.gate.add_permits(1);
    at_rest(&world, "the gate is open").await;
    // What was lost can be asked for again.
    world.clock.turn(Duration::from_secs(60));
    world.service.resend_code(&second.handle, &here()).await.unwrap();
    world.settle().await;
    let code = moody.last_code().unwrap();
    world.service.recover(&second.handle, &code, new(PASSWORD), &here()).await.unwrap();
}

#[tokio::test]
async fn a_sender_that_hangs_for_every_code_holds_up_no_notice() {
    let (world, moody) = world(&[Mood::Hangs; 8], |settings| settings.sending_at_once = 8);
    let id = world.active_at_once(OLA).await;
    for source in 0..3 {
        world.service.request_recovery(&email(OLA), &from(source)).await.unwrap();
    }
    moody.until_tried(3).await;
    world.service.change_password(&id, secret(PASSWORD), new(SECOND), &here()).await.unwrap();
    world.settle().await;
    assert!(moody.taken().contains(&MessageKind::PasswordChanged), "{:?}", moody.taken());
}
