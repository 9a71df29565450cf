//! Who sends what, and when: leases, places, and what has had its time.

use std::time::Duration;

use vestibule::account::Registration;
use vestibule::event::LossReason;
use vestibule::throttle::Schedule;
use vestibule::{Code, CodeRequest, Settings};

use crate::machines::{Machine, Mood, OLA, Shared};
use crate::world::{PASSWORD, address, email, from, here, keys, new, number, secret};

#[tokio::test]
async fn a_message_is_stored_while_it_is_on_its_way_and_gone_when_it_was_sent() {
    let shared = Shared::default();
    let (id, machine) = (shared.register(), shared.machine());
    machine.background.hold();
    machine.service.invite(&id).await.unwrap();
    assert_eq!((shared.queue.len(), shared.sent().len()), (1, 0));
    machine.background.release();
    machine.settle().await;
    assert_eq!((shared.queue.len(), shared.sent()), (0, vec!["invitation"]));
    assert_eq!(machine.script.calls(), ["message_queue.put", "message_queue.begin", "message_queue.remove"]);
}

#[tokio::test]
async fn a_message_that_was_refused_for_good_is_gone_too() {
    let shared = Shared::default();
    let (id, machine) = (shared.register(), shared.machine());
    machine.sender.is_now(Mood::Refuses);
    machine.service.invite(&id).await.unwrap();
    machine.settle().await;
    assert!(shared.queue.is_empty());
    assert_eq!(machine.lost(), [LossReason::Refused]);
}

#[tokio::test]
async fn what_one_machine_accepted_another_sends_once_its_lease_has_ended() {
    let shared = Shared::default();
    let (id, first, second) = (shared.register(), shared.machine(), shared.machine());
    first.background.hold();
    first.service.invite(&id).await.unwrap();
    shared.turn(59);
    assert_eq!(second.resume().await, 0, "the first is not given up yet");
    shared.turn(1);
    assert_eq!(second.resume().await, 1);
    assert_eq!((shared.sent(), shared.queue.len()), (vec!["invitation"], 0));
    // The first wakes up, and finds that it has lost it.
    first.background.release();
    first.settle().await;
    assert_eq!(shared.sent().len(), 1);
    assert!(first.lost().is_empty() && first.failed().is_empty(), "whoever sent it has told so");
    assert_eq!(second.resume().await, 0);
}

#[tokio::test]
async fn of_two_machines_that_resume_at_once_one_sends_each_message() {
    let shared = Shared::default();
    let (id, first) = (shared.register(), shared.machine());
    first.background.hold();
    for _ in 0..300 {
        first.service.invite(&id).await.unwrap();
    }
    shared.turn(60);
    // Waits are a thousand times as short, and there is much to do.
    let patient = |settings: &mut Settings| settings.port_deadline = Duration::from_secs(10_000);
    let [second, third] = [(); 2].map(|()| shared.machine_with(keys(), patient));
    second.script.pause_at_every_call();
    third.script.pause_at_every_call();
    let (two, three) = tokio::join!(second.resume(), third.resume());
    assert_eq!(two + three, 300);
    assert!(two > 0 && three > 0, "{two} {three}");
    assert_eq!((shared.sent().len(), shared.queue.len()), (300, 0));
}

#[tokio::test]
async fn a_message_that_waits_here_for_longer_than_its_lease_is_not_sent_twice() {
    let shared = Shared::default();
    let (id, machine) = (shared.register(), shared.machine());
    machine.background.hold();
    machine.service.invite(&id).await.unwrap();
    for _ in 0..5 {
        shared.turn(60);
        assert_eq!(machine.service.resume_deliveries().await.unwrap(), 0, "it is here already");
    }
    machine.background.release();
    machine.settle().await;
    assert_eq!((shared.sent(), shared.queue.len()), (vec!["invitation"], 0));
}

#[tokio::test]
async fn a_message_without_a_place_stays_stored_until_there_is_one() {
    let shared = Shared::default();
    let id = shared.register();
    let machine = shared.machine_with(keys(), |settings| settings.notice_queue = 2);
    machine.background.hold();
    for _ in 0..5 {
        machine.service.invite(&id).await.unwrap();
    }
    assert!(machine.lost().is_empty(), "nothing is lost: {:?}", machine.lost());
    assert_eq!(machine.service.resume_deliveries().await.unwrap(), 0, "there is no place yet");
    machine.background.release();
    machine.settle().await;
    assert_eq!(shared.sent().len(), 2);
    shared.turn(1);
    machine.resume().await;
    shared.turn(1);
    machine.resume().await;
    assert_eq!((shared.sent().len(), shared.queue.len()), (5, 0));
}

#[tokio::test]
async fn a_code_whose_sending_was_interrupted_is_not_sent_again() {
    let shared = Shared::default();
    shared.register();
    let (first, second) = (shared.dying(), shared.machine());
    let asked = first.service.request_activation(&email(OLA), &here()).await.unwrap();
    first.until_tried(1).await;
    shared.turn(39);
    assert_eq!(second.resume().await, 0, "the first may be at it still");
    assert!(second.lost().is_empty());
    shared.turn(1);
    assert_eq!(second.resume().await, 0);
    assert_eq!((second.lost(), shared.queue.len()), (vec![LossReason::Interrupted], 0));
    assert!(shared.sent().is_empty());
    // The person asks again, and gets one.
    shared.turn(20);
    second.service.resend_code(&asked.handle, &here()).await.unwrap();
    second.settle().await;
    assert_eq!(shared.sent(), ["activation_code"]);
}

#[tokio::test]
async fn a_notice_whose_sending_was_interrupted_is_sent_again_under_the_same_id() {
    let shared = Shared::default();
    let (id, first, second) = (shared.register(), shared.dying(), shared.machine());
    first.service.invite(&id).await.unwrap();
    first.until_tried(1).await;
    let handed_over = first.sender.seen();
    shared.turn(40);
    assert_eq!(second.resume().await, 1);
    assert_eq!((shared.sent(), shared.queue.len()), (vec!["invitation"], 0));
    assert_eq!(handed_over, second.sender.seen());
    assert!(handed_over[0].is_some());
}

#[tokio::test]
async fn every_attempt_has_the_same_id_and_every_message_another() {
    let shared = Shared::default();
    let (id, machine) = (shared.register(), shared.machine());
    machine.sender.is_now(Mood::FailsOnce);
    machine.service.invite(&id).await.unwrap();
    machine.settle().await;
    machine.service.invite(&id).await.unwrap();
    machine.settle().await;
    assert_eq!(machine.sender.tried(), 3);
    let ids: Vec<_> = shared.sent.lock().unwrap().iter().map(|message| message.id.unwrap()).collect();
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_sender_that_fails_for_days_loses_no_notice_before_it_expires() {
    let shared = Shared::default();
    let id = shared.register();
    let machine = shared.machine_with(keys(), |settings| settings.sending_patience = Duration::from_secs(60));
    machine.sender.is_now(Mood::Fails);
    machine.service.invite(&id).await.unwrap();
    machine.settle().await;
    for _ in 0..2 {
        shared.turn(24 * 60 * 60);
        assert_eq!(machine.resume().await, 1);
    }
    assert!(machine.lost().is_empty(), "{:?}", machine.lost());
    machine.sender.is_now(Mood::Sends);
    shared.turn(24 * 60 * 60 - 1);
    assert_eq!(machine.resume().await, 1);
    assert_eq!((shared.sent(), shared.queue.len()), (vec!["invitation"], 0));
}

#[tokio::test]
async fn a_notice_by_sms_counts_towards_its_cap_once_however_often_it_is_taken_up() {
    let shared = Shared::default();
    let id = shared.directory.register(Registration::new(number("41234567"))).unwrap();
    let machine = shared.machine_with(keys(), |settings| {
        settings.sending_patience = Duration::ZERO;
        settings.sms_per_number = Schedule::window(1, Duration::from_secs(24 * 60 * 60)).unwrap();
    });
    machine.sender.is_now(Mood::Fails);
    machine.service.invite(&id).await.unwrap();
    machine.settle().await;
    for _ in 0..5 {
        shared.turn(61);
        assert_eq!(machine.resume().await, 1);
    }
    assert!(machine.lost().is_empty(), "{:?}", machine.lost());
    machine.sender.is_now(Mood::Sends);
    shared.turn(61);
    assert_eq!(machine.resume().await, 1);
    assert_eq!(shared.sent(), ["invitation"]);
    machine.service.invite(&id).await.unwrap();
    machine.settle().await;
    assert_eq!(machine.lost(), [LossReason::SmsCapReached], "the one that was sent counts");
}

#[tokio::test]
async fn nothing_is_sent_after_it_expired() {
    let shared = Shared::default();
    let (id, first, second) = (shared.register(), shared.machine(), shared.machine());
    first.background.hold();
    first.service.invite(&id).await.unwrap();
    shared.turn(3 * 24 * 60 * 60);
    assert_eq!(second.resume().await, 0);
    // The one that has it in memory does not send it either, and says so.
    first.background.release();
    first.settle().await;
    assert!(shared.sent().is_empty());
    assert_eq!(first.lost(), [LossReason::Superseded]);
    assert!(shared.queue.is_empty());
}

#[tokio::test]
async fn a_stored_code_is_sent_with_two_minutes_of_life_and_not_with_less() {
    for (turned, expected) in [(479, 1), (480, 0), (600, 0)] {
        let shared = Shared::default();
        shared.register();
        let (_, second) = (stuck(&shared).await, shared.machine());
        shared.turn(turned);
        second.resume().await;
        assert_eq!(shared.sent().len(), expected, "after {turned} s");
    }
}

#[tokio::test]
async fn a_stored_code_that_was_replaced_by_another_is_not_sent() {
    let shared = Shared::default();
    shared.register();
    let ((_, asked), second) = (stuck(&shared).await, shared.machine());
    shared.turn(60);
    second.service.resend_code(&asked.handle, &from(7)).await.unwrap();
    second.settle().await;
    assert_eq!(shared.sent().len(), 1);
    shared.turn(60);
    second.resume().await;
    assert_eq!(shared.sent().len(), 1, "the first issue is worth nothing");
    assert!(second.lost().contains(&LossReason::Superseded));
}

#[tokio::test]
async fn a_stored_code_opens_the_account() {
    let shared = Shared::default();
    shared.register();
    let ((_, asked), second) = (stuck(&shared).await, shared.machine());
    shared.turn(60);
    assert_eq!(second.resume().await, 1);
    let message = shared.sent.lock().unwrap()[0].clone();
    assert!(message.text.expose_text().contains("9 minutes"), "{}", message.text.expose_text());
    let code = Code::parse(message.expose_code().unwrap()).unwrap();
    second.service.activate(&asked.handle, &code, new(PASSWORD), &from(7)).await.unwrap();
    second.settle().await;
    second.service.log_in(&address(OLA), secret(PASSWORD), &from(7)).await.unwrap();
}

/// A machine that dies with one code in its hands and another behind it, accepted and not begun.
async fn stuck(shared: &Shared) -> (Machine, CodeRequest) {
    let machine = shared.dying();
    machine.service.request_activation(&email(OLA), &here()).await.unwrap();
    machine.until_tried(1).await;
    let waiting = machine.service.request_activation(&email(OLA), &from(7)).await.unwrap();
    while shared.queue.len() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    (machine, waiting)
}
