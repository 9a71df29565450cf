//! Ten thousand messages waiting for a gateway that says nothing.

use std::time::Duration;

use vestibule::event::{EventKind, LossReason};
use vestibule::texts::BuiltInTexts;
use vestibule::throttle::Schedule;
use vestibule::{Error, Origin};

use crate::accounts::{Accounts, phone, registration};
use crate::gateway::{Answer, Gateway};

const WAITING: u32 = 10_000;
const TOO_MANY: u32 = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_waiting_messages_take_bounded_memory_and_the_rest_is_lost_with_an_event() {
    let gateway = Gateway::answering([Answer::Silence]).await;
    let sender = gateway.template().step_deadline(Duration::from_secs(25)).build().unwrap();
    let accounts = Accounts::with(sender, BuiltInTexts::default(), |settings| {
        let plenty = Schedule::window(1_000_000, Duration::from_secs(3_600)).unwrap();
        settings.sms_in_total = plenty;
        settings.sms_per_prefix = plenty;
    });
    let contacts: Vec<_> = (0..WAITING + TOO_MANY).map(|n| phone(&(41_000_000 + n).to_string())).collect();
    for contact in &contacts {
        accounts.directory.register(registration(contact)).unwrap();
    }
    let before = resident();
    for (n, contact) in (0_u32..).zip(&contacts) {
        // An origin for each: the limit of one source is another matter.
        let origin = Origin::from_address(std::net::Ipv4Addr::from(0x0a00_0000 + n * 256).into());
        while let Err(refused) = accounts.service.request_activation(contact, &origin).await {
            assert!(matches!(refused, Error::Overloaded), "{refused:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    while accounts.service.drain(Duration::ZERO).await > WAITING as usize {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let grown = resident().saturating_sub(before);
    let events = accounts.events.events();
    let lost = |event: &&vestibule::event::Event| {
        matches!(event.kind, EventKind::MessageLost { reason: LossReason::QueueFull, .. })
    };
    assert_eq!(accounts.service.drain(Duration::ZERO).await, WAITING as usize);
    assert!(gateway.asked().len() <= 8, "{}", gateway.asked().len());
    println!("{WAITING} waiting messages, and what the memory ports keep of them: {} MB", grown / 1_000_000);
    assert!(grown < 120_000_000, "{grown} octets");
    assert_eq!(events.iter().filter(lost).count(), TOO_MANY as usize);
}

/// How much memory the process holds, in octets.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).map_or(0, |pages| pages * 4_096)
}
