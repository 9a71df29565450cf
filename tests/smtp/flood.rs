//! Ten thousand messages waiting for a mail server that takes connections and never greets.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use vestibule::event::{Event, EventKind, LossReason};
use vestibule::texts::BuiltInTexts;
use vestibule::{Error, Origin};

use crate::accounts::{Accounts, email, registration};
use crate::at;
use crate::servers::smtp::SmtpServer;

const WAITING: u32 = 10_000;
const TOO_MANY: u32 = 50;

pub async fn ten_thousand_waiting_messages_take_bounded_memory_and_the_rest_is_lost_with_an_event(
    server: Arc<SmtpServer>,
) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://127.0.0.1:{}?tls=none", listener.local_addr().unwrap().port());
    let sender = at(&server, &url).step_deadline(Duration::from_secs(25)).build().unwrap();
    let accounts = Accounts::with(sender, BuiltInTexts::default(), |_| {});
    let contacts: Vec<_> = (0..WAITING + TOO_MANY).map(|n| email(&format!("p{n}@example.no"))).collect();
    for contact in &contacts {
        accounts.directory.register(registration(contact)).unwrap();
    }
    let before = resident();
    for (n, contact) in (0_u32..).zip(&contacts) {
        // An origin for each: the limit of one source is another matter.
        let origin = Origin::from_address(Ipv4Addr::from(0x0a00_0000 + n * 256).into());
        while let Err(refused) = accounts.service.request_activation(contact, &origin).await {
            assert!(matches!(refused, Error::Overloaded), "{refused:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    while accounts.service.drain(Duration::ZERO).await > WAITING as usize {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let grown = resident().saturating_sub(before);
    let lost =
        |event: &&Event| matches!(event.kind, EventKind::MessageLost { reason: LossReason::QueueFull, .. });
    assert_eq!(accounts.service.drain(Duration::ZERO).await, WAITING as usize);
    assert!(grown < 120_000_000, "{grown} octets");
    assert_eq!(accounts.events.events().iter().filter(lost).count(), TOO_MANY as usize);
}

/// How much memory the process holds, in octets.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).map_or(0, |pages| pages * 4_096)
}
