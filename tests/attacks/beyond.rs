//! What the list of known incidents lacks.

use std::num::NonZeroUsize;
use std::time::Duration;

use time::{Date, OffsetDateTime};
use vestibule::code::CodeProblem;
use vestibule::hasher::HashingSettings;
use vestibule::ports::CodeStore;
use vestibule::throttle::Schedule;
use vestibule::{CodeHandle, Contact, Error};

use crate::world::script::Fault;
use crate::world::*;

const OLA: &str = "ola@example.no";
const KARI: &str = "kari@example.no";

/// Puts every row back as it was when it was armed, as a restored backup of the code store would.
async fn restore_codes(world: &World) {
    world.codes.purge(OffsetDateTime::UNIX_EPOCH + time::Duration::days(100_000)).await.unwrap();
    let now = vestibule::ports::Clock::now(&world.clock);
    for (row, armed) in world.script.inserted().iter().zip(world.script.armed()) {
        world.codes.insert(row).await.unwrap();
        assert!(
            world.codes.arm(&row.handle, 1, &armed, now).await.unwrap(),
            "the backup is of rows that live"
        );
    }
}

#[tokio::test]
async fn a_restored_backup_of_the_codes_revives_none_that_was_used() {
    let world = World::new();
    world.register(OLA);
    let activation = world.service.request_activation(&email(OLA), &here()).await.unwrap();
    let first = world.code_to(&email(OLA)).await;
    world.service.activate(&activation.handle, &first, new(PASSWORD), &here()).await.unwrap();
    restore_codes(&world).await;
    let again = world.service.activate(&activation.handle, &first, new(ANOTHER), &here()).await;
    assert!(matches!(again, Err(Error::CodeRejected(CodeProblem::Wrong { tries_left: 9 }))), "{again:?}");

    let recovery = world.service.request_recovery(&email(OLA), &here()).await.unwrap();
    let second = world.code_to(&email(OLA)).await;
    world.service.recover(&recovery.handle, &second, new(SHORT), &here()).await.unwrap();
    restore_codes(&world).await;
    for handle in [&activation.handle, &recovery.handle] {
        let again = world.service.recover(handle, &second, new(ANOTHER), &here()).await;
        assert!(matches!(again, Err(Error::CodeRejected(CodeProblem::Wrong { .. }))), "{again:?}");
    }
    world.log_in(OLA, SHORT).await.unwrap();
}

#[tokio::test]
async fn an_address_that_changes_hands_in_flight_opens_neither_account() {
    for pending in [true, false] {
        let world = World::new();
        let ola = if pending { world.register(OLA) } else { world.active_at_once(OLA).await };
        let kari = world.register(KARI);
        let asked = if pending {
            world.service.request_activation(&email(OLA), &here()).await.unwrap()
        } else {
            world.service.request_recovery(&email(OLA), &here()).await.unwrap()
        };
        let code = world.code_to(&email(OLA)).await;
        assert!(world.directory.replace_contacts(&ola, vec![email("ola.ny@example.no")]).unwrap());
        assert!(world.directory.replace_contacts(&kari, vec![email(OLA)]).unwrap());
        for activates in [true, false] {
            let refused = if activates {
                world.service.activate(&asked.handle, &code, new(ANOTHER), &here()).await
            } else {
                world.service.recover(&asked.handle, &code, new(ANOTHER), &here()).await
            };
            assert!(matches!(refused, Err(Error::CodeRejected(CodeProblem::Wrong { .. }))), "{refused:?}");
        }
        assert!(
            world.log_in(OLA, ANOTHER).await.is_err()
                && world.log_in("ola.ny@example.no", ANOTHER).await.is_err()
        );
        // And back again: what it was for a while is not forgotten.
        assert!(world.directory.replace_contacts(&kari, vec![email(KARI)]).unwrap());
        assert!(world.directory.replace_contacts(&ola, vec![email(OLA)]).unwrap());
        let refused = world.service.activate(&asked.handle, &code, new(ANOTHER), &here()).await;
        assert!(matches!(refused, Err(Error::CodeRejected(CodeProblem::Wrong { .. }))), "{refused:?}");
    }
}

#[tokio::test]
async fn people_whose_addresses_look_alike_get_their_own_codes_alone() {
    let world = World::new();
    // The small letters i and l, a digit one, a doubled dot of a domain, a tag.
    let alike = [
        "kari.li@example.no",
        "kari.ll@example.no",
        "kari.1i@example.no",
        "karili@example.no",
        "kari.li+x@example.no",
    ];
    for person in alike {
        world.register(person);
    }
    for (person, typed) in alike.iter().enumerate() {
        let asked = world.service.request_activation(&email(typed), &from(person as u32)).await.unwrap();
        let code = world.code_to(&email(typed)).await;
        assert_eq!(world.outbox.messages().len(), person * 2 + 1, "one message, to {typed}");
        let redeemed = world.service.activate(&asked.handle, &code, new(PASSWORD), &here()).await.unwrap();
        assert_eq!(redeemed.account_id, world.directory.accounts()[person].id);
        world.settle().await;
    }
}

#[tokio::test]
async fn a_full_hasher_costs_neither_a_try_nor_a_charge() {
    let world = World::with(|builder| {
        let one = HashingSettings::default().threads(NonZeroUsize::MIN).queue_places(NonZeroUsize::MIN);
        builder.hashing(one).dangerous().cheapest_hashing()
    });
    let id = world.active_at_once(KARI).await;
    world.register(OLA);
    let asked = world.service.request_activation(&email(OLA), &here()).await.unwrap();
    let code = world.code_to(&email(OLA)).await;
    // Somebody holds the only place, and hangs.
    world.script.clear();
    world.script.fault_in("throttle_store.charge", Fault::Hangs);
    let (name, origin) = (address(KARI), from(9));
    let mut holder = Box::pin(world.service.log_in(&name, secret(PASSWORD), &origin));
    assert!(futures_lite::future::poll_once(&mut holder).await.is_none());
    world.script.clear();

    let redeemed = world.service.activate(&asked.handle, &code, new(PASSWORD), &here()).await;
    assert!(matches!(redeemed, Err(Error::Overloaded)), "{redeemed:?}");
    let logged_in = world.log_in(OLA, "galt").await;
    assert!(matches!(logged_in, Err(Error::Overloaded)), "{logged_in:?}");
    let changed = world.service.change_password(&id, secret("galt"), new(ANOTHER), &here()).await;
    assert!(matches!(changed, Err(Error::Overloaded)), "{changed:?}");
    assert!(world.script.calls().is_empty(), "no store was asked: {:?}", world.script.calls());
    drop(holder);
    world.settle().await;
    world.service.activate(&asked.handle, &code, new(PASSWORD), &here()).await.unwrap();
}

#[tokio::test]
async fn no_end_of_time_and_no_end_of_a_number_breaks_a_flow() {
    let ends = [
        OffsetDateTime::UNIX_EPOCH,
        Date::MIN.midnight().assume_utc(),
        Date::MAX.midnight().assume_utc(),
        Date::MAX.with_hms_nano(23, 59, 59, 999_999_999).unwrap().assume_utc(),
    ];
    let longest = Duration::from_secs(10 * 366 * 24 * 60 * 60);
    for (end, one) in ends.into_iter().flat_map(|end| [(end, true), (end, false)]) {
        let world = World::with_settings(|settings| {
            settings.tries_per_code = if one { 1 } else { 10 };
            settings.issues_per_handle = if one { 1 } else { u32::MAX };
            settings.requests_per_source = Schedule::window(1_000_000, longest).unwrap();
            settings.log_ins_per_address = Schedule::back_off(1_000_000, longest, longest, longest).unwrap();
            settings.sending_patience = Duration::MAX;
            settings.port_deadline = Duration::MAX / 4;
            settings.sender_deadline = Duration::MAX / 4;
            settings.wrong_codes_that_mean_attack = if one { 1 } else { u32::MAX };
        });
        let id = world.active_at_once(KARI).await;
        world.register(OLA);
        world.clock.set(end);
        for contact in [email(OLA), email("ingen@example.no")] {
            let asked = world.service.request_activation(&contact, &here()).await.unwrap();
            world.settle().await;
            let _ = world.service.resend_code(&asked.handle, &here()).await;
            for _ in 0..3 {
                let _ = world.service.activate(&asked.handle, &any_code(&asked), new(SHORT), &here()).await;
            }
        }
        let _ = world.log_in(KARI, "galt").await;
        let _ = world.service.change_password(&id, secret("galt"), new(SHORT), &here()).await;
        world.service.purge().await.unwrap();
        world.settle().await;
        // Back in our time, nobody is held back by what was recorded there.
        world.clock.set(OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454));
        world.log_in(KARI, PASSWORD).await.unwrap();
        world.activate(&email(OLA)).await.unwrap();
        world.settle().await;
    }
}

#[tokio::test]
async fn guesses_and_resends_in_turn_get_no_more_tries_and_no_older_code() {
    // Every order of two guesses, a resend and the right code of the first issue.
    let orders = (0..24_usize).map(|mut n| {
        let mut left = vec!["guess", "guess", "resend", "redeem"];
        (0..4)
            .map(|_| {
                left.remove({
                    let len = left.len();
                    let at = n % len;
                    n /= len;
                    at
                })
            })
            .collect::<Vec<_>>()
    });
    for order in orders {
        let world = World::with_settings(|settings| settings.tries_per_code = 2);
        world.register(OLA);
        let asked = world.service.request_activation(&email(OLA), &here()).await.unwrap();
        let first = world.code_to(&email(OLA)).await;
        world.clock.turn(Duration::from_secs(60));
        let (mut guesses, mut resent) = (0, false);
        for step in &order {
            match *step {
                "guess" => {
                    let _ =
                        world.service.activate(&asked.handle, &other_than(&first), new(SHORT), &here()).await;
                    guesses += 1;
                }
                "resend" => resent = world.service.resend_code(&asked.handle, &here()).await.is_ok(),
                _ => {
                    world.settle().await;
                    let redeemed = world.service.activate(&asked.handle, &first, new(SHORT), &here()).await;
                    assert_eq!(redeemed.is_ok(), !resent && guesses < 2, "{order:?}: {redeemed:?}");
                }
            }
        }
        assert!(world.script.counted() <= 2, "{order:?}");
    }
}

#[tokio::test]
async fn a_handle_in_another_case_or_with_anything_added_is_none() {
    let world = World::new();
    world.register(OLA);
    let asked = world.service.request_activation(&email(OLA), &here()).await.unwrap();
    let text = asked.handle.expose_for_cookie();
    let with = |start: &str, end: &str| format!("{start}{text}{end}");
    let (start, times) = text.split_at(text.len() - 27);
    let respelled = format!("{start}{}", times.replacen('.', ".+", 1));
    for damaged in [
        with(" ", ""),
        with("", " "),
        with("", "\n"),
        with("+", ""),
        with("0", ""),
        respelled,
        text.to_uppercase(),
    ] {
        assert!(CodeHandle::parse(&damaged).is_err(), "{damaged:?}");
    }
    let contact: Contact = email(OLA);
    assert!(CodeHandle::parse(&contact.canonical()).is_err());
}

#[tokio::test]
async fn the_times_in_a_handle_are_shown_and_decide_nothing() {
    let world = World::new();
    world.register(OLA);
    let asked = world.service.request_activation(&email(OLA), &here()).await.unwrap();
    let code = world.code_to(&email(OLA)).await;
    let text = asked.handle.expose_for_cookie();
    let parts: Vec<_> = text.split('.').collect();
    let far = "253402300799999";
    let edited =
        |again: &str| CodeHandle::parse(&format!("{}.{}.{far}.{again}", parts[0], parts[1])).unwrap();
    let too_soon = world.service.resend_code(&edited("0"), &here()).await;
    assert!(matches!(too_soon, Err(Error::Throttled { .. })), "{too_soon:?}");
    world.clock.turn(Duration::from_secs(600));
    let late = world.service.activate(&edited(""), &code, new(PASSWORD), &here()).await;
    assert!(matches!(late, Err(Error::CodeRejected(CodeProblem::Expired))), "{late:?}");
}
