//! Keys and schedules, and what is answered to them.

use std::time::Duration;

use time::OffsetDateTime;

use crate::ports::ThrottleStore;
use crate::throttle::{Charge, Schedule, ThrottleKey, Ticket, Verdict};

pub(super) fn key(number: u64) -> ThrottleKey {
    let mut bytes = [0; 32];
    bytes[24..].copy_from_slice(&number.to_be_bytes());
    ThrottleKey::from_bytes(bytes)
}

pub(super) fn charge(number: u64, schedule: Schedule) -> Charge {
    Charge { key: key(number), schedule }
}

/// At most `limit` events a minute.
pub(super) fn window(limit: u32) -> Schedule {
    Schedule::window(limit, Duration::from_secs(60)).unwrap()
}

/// Two events are free; then one waits for 30 s, doubling to 120 s. Forgotten after an hour.
pub(super) fn back_off() -> Schedule {
    let [first, longest, forget_after] = [30, 120, 3_600].map(Duration::from_secs);
    Schedule::back_off(2, first, longest, forget_after).unwrap()
}

/// At most `limit` events in a row. Forgotten after a day.
pub(super) fn ceiling(limit: u32) -> Schedule {
    Schedule::ceiling(limit, Duration::from_secs(86_400)).unwrap()
}

/// Charges a batch that must be allowed.
pub(super) async fn allowed(store: &impl ThrottleStore, charges: &[Charge], now: OffsetDateTime) -> Ticket {
    match store.charge(charges, now).await.unwrap() {
        Verdict::Allowed(ticket) => ticket,
        refused => panic!("a batch that was to be allowed is answered {refused:?}"),
    }
}

/// Charges one key, which must be allowed, and returns how many events it has then.
pub(super) async fn events_with(store: &impl ThrottleStore, charge: Charge, now: OffsetDateTime) -> u64 {
    events(&allowed(store, &[charge], now).await)[0]
}

/// How many events each key of a batch has.
pub(super) fn events(ticket: &Ticket) -> Vec<u64> {
    ticket.entries().iter().map(|entry| entry.events).collect()
}

/// Charges a batch that must wait for so many seconds.
pub(super) async fn assert_waits(
    store: &impl ThrottleStore,
    charges: &[Charge],
    now: OffsetDateTime,
    seconds: u64,
) {
    let verdict = store.charge(charges, now).await.unwrap();
    assert_eq!(verdict, Verdict::Wait(Duration::from_secs(seconds)));
}

pub(super) async fn assert_stopped(store: &impl ThrottleStore, charges: &[Charge], now: OffsetDateTime) {
    assert_eq!(store.charge(charges, now).await.unwrap(), Verdict::Stopped);
}
