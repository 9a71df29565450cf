//! A stored queue that fails: what would have been sent without one is sent, once, and the operator is told.

use std::time::Duration;

use vestibule::error::BackendErrorKind;
use vestibule::event::LossReason;
use vestibule::{Code, Settings};

use crate::machines::{Machine, Mood, OLA, Shared};
use crate::world::passing::Passing;
use crate::world::script::{FAULTS, Fault};
use crate::world::{PASSWORD, address, email, from, here, keys, new, secret};

const OPERATIONS: [&str; 4] =
    ["message_queue.put", "message_queue.begin", "message_queue.release", "message_queue.remove"];

async fn ask(machine: &Machine) {
    machine.service.request_activation(&email(OLA), &here()).await.unwrap();
}

#[tokio::test]
async fn a_code_is_sent_once_whatever_the_queue_does_once() {
    for operation in OPERATIONS {
        for fault in FAULTS {
            let shared = Shared::default();
            shared.register();
            let machine = shared.machine();
            // So that there is something to release.
            machine.sender.is_now(Mood::FailsOnce);
            let calls = ["message_queue.put", "message_queue.begin", "message_queue.release"];
            let nth = calls.iter().position(|call| *call == operation).unwrap_or(4);
            machine.script.fault_at(nth, fault);
            ask(&machine).await;
            machine.settle().await;
            assert_eq!(shared.sent(), ["activation_code"], "{operation} {fault:?}");
            assert_eq!(machine.failed()[0].0, operation, "{fault:?}");
            assert!(machine.lost().is_empty(), "{operation} {fault:?}: {:?}", machine.lost());
            // Whoever comes after finds nothing to send.
            let second = shared.machine();
            shared.turn(300);
            second.resume().await;
            assert_eq!(shared.sent().len(), 1, "{operation} {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_code_that_was_put_without_an_answer_is_not_sent_again_by_whoever_comes_after_a_death() {
    let shared = Shared::default();
    shared.register();
    let (first, second) = (shared.dying(), shared.machine());
    first.script.fault_at(0, Fault::AnswerLost);
    ask(&first).await;
    first.until_tried(1).await;
    shared.turn(300);
    second.resume().await;
    assert!(shared.sent().is_empty(), "the first may have sent it");
    assert_eq!((second.lost(), shared.queue.len()), (vec![LossReason::Interrupted], 0));
}

#[tokio::test]
async fn a_queue_that_cannot_be_written_to_keeps_no_message_from_being_sent() {
    for fault in FAULTS {
        let shared = Shared::default();
        let (id, machine) = (shared.register(), shared.machine());
        machine.script.fault_from(0, fault);
        ask(&machine).await;
        machine.service.invite(&id).await.unwrap();
        machine.settle().await;
        let mut sent = shared.sent();
        sent.sort_unstable();
        assert_eq!(sent, ["activation_code", "invitation"], "{fault:?}");
        let kind = match fault {
            Fault::Fails => BackendErrorKind::Unavailable,
            Fault::AnswerLost | Fault::Hangs => BackendErrorKind::TimedOut,
            Fault::Panics => BackendErrorKind::Panicked,
        };
        assert!(machine.failed().contains(&("message_queue.put", kind)), "{:?}", machine.failed());
    }
}

#[tokio::test]
async fn a_queue_that_fails_shows_in_no_answer() {
    for fault in FAULTS {
        let shared = Shared::default();
        shared.register();
        let machine = shared.machine();
        machine.background.hold();
        machine.script.fault_from(0, fault);
        let known = machine.service.request_activation(&email(OLA), &from(1)).await.unwrap();
        let unknown = machine.service.request_activation(&email("ingen@example.no"), &from(2)).await.unwrap();
        assert_eq!((known.expires_at, known.resend_at), (unknown.expires_at, unknown.resend_at));
        assert!(machine.script.calls().is_empty(), "the queue is not asked before the answer");
        machine.background.release();
        machine.settle().await;
    }
}

#[tokio::test]
async fn a_password_is_changed_and_told_of_though_the_queue_fails() {
    for fault in FAULTS {
        let shared = Shared::default();
        shared.register();
        let machine = shared.machine();
        let asked = machine.service.request_activation(&email(OLA), &here()).await.unwrap();
        machine.settle().await;
        let code = shared.sent.lock().unwrap()[0].expose_code().unwrap().to_owned();
        machine.script.fault_from(0, fault);
        let code = Code::parse(&code).unwrap();
        machine.service.activate(&asked.handle, &code, new(PASSWORD), &here()).await.unwrap();
        machine.service.log_in(&address(OLA), secret(PASSWORD), &here()).await.unwrap();
        machine.settle().await;
        assert_eq!(shared.sent(), ["activation_code", "activated"], "{fault:?}");
    }
}

#[tokio::test]
async fn resuming_from_a_queue_that_fails_is_an_error_and_works_once_it_answers() {
    let shared = Shared::default();
    let (id, first, second) = (shared.register(), shared.machine(), shared.machine());
    first.background.hold();
    first.service.invite(&id).await.unwrap();
    shared.turn(60);
    for fault in FAULTS {
        second.script.fault_at(0, fault);
        second.service.resume_deliveries().await.unwrap_err();
        // What was claimed with its answer lost is due again when that lease ends.
        shared.turn(60);
    }
    assert_eq!(second.resume().await, 1);
    assert_eq!(shared.sent(), ["invitation"]);
    second.script.fault_in("message_queue.purge", Fault::Fails);
    second.service.purge().await.unwrap_err();
}

#[tokio::test]
async fn what_cannot_be_removed_does_not_hold_up_whoever_resumes() {
    let shared = Shared::default();
    let (id, second) = (shared.register(), shared.machine());
    let first = shared.dying();
    ask(&first).await;
    first.until_tried(1).await;
    let third = shared.machine();
    third.background.hold();
    third.service.invite(&id).await.unwrap();
    shared.turn(60);
    second.script.fault_in("message_queue.remove", Fault::Fails);
    // The code that was interrupted cannot be removed; the invitation behind it goes out all the same.
    let resuming = tokio::time::timeout(Duration::from_secs(20), second.service.resume_deliveries());
    assert_eq!(resuming.await.expect("it ends").unwrap(), 1);
    while shared.sent() != ["invitation"] {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    second.script.clear();
    second.settle().await;
    assert!(shared.queue.is_empty());
    assert_eq!(second.lost(), [LossReason::Interrupted]);
}

#[tokio::test]
async fn a_queue_that_takes_down_no_beginning_holds_up_codes_and_no_notice() {
    let shared = Shared::default();
    let a_minute = |settings: &mut Settings| settings.sending_patience = Duration::from_secs(60);
    let (id, machine) = (shared.register(), shared.machine_with(keys(), a_minute));
    machine.script.fault_in("message_queue.begin", Fault::Fails);
    machine.service.invite(&id).await.unwrap();
    machine.settle().await;
    assert_eq!((shared.sent(), shared.queue.len()), (vec!["invitation"], 0));
    // A code that nobody knows to have been begun could be sent a second time.
    ask(&machine).await;
    machine.settle().await;
    assert_eq!((shared.sent().len(), shared.queue.len()), (1, 1));
    assert!(machine.lost().is_empty());
    machine.script.clear();
    shared.turn(60);
    assert_eq!(machine.resume().await, 1);
    assert_eq!((shared.sent(), shared.queue.len()), (vec!["invitation", "activation_code"], 0));
}

#[tokio::test]
async fn a_removal_that_fails_is_tried_after_waits_that_double_up_to_a_minute_until_the_expiry() {
    let shared = Shared::default();
    let passing = Passing::new(&shared.clock);
    let five_minutes = |settings: &mut Settings| settings.notice_lifetime = Duration::from_secs(300);
    let (id, machine) = (shared.register(), shared.passing(&passing, five_minutes));
    machine.script.fault_in("message_queue.remove", Fault::Fails);
    machine.service.invite(&id).await.unwrap();
    machine.settle().await;
    assert_eq!(shared.sent(), ["invitation"]);
    assert_eq!(passing.waits(), [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
}

#[tokio::test]
async fn a_full_queue_without_a_store_that_works_loses_the_message_with_an_event() {
    let shared = Shared::default();
    let id = shared.register();
    let machine = shared.machine_with(keys(), |settings| settings.notice_queue = 1);
    machine.background.hold();
    machine.service.invite(&id).await.unwrap();
    machine.script.fault_from(0, Fault::Fails);
    machine.service.invite(&id).await.unwrap();
    assert_eq!(machine.lost(), [LossReason::QueueFull]);
    machine.script.clear();
    machine.background.release();
    machine.settle().await;
}
