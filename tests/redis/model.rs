//! What the script mirrors, in memory, and a store into which one can look.

use std::collections::HashMap;
use std::time::Duration;

use redis::AsyncCommands;
use redis::aio::ConnectionManager;
use vestibule::adapters::redis::RedisThrottle;
use vestibule::ports::ThrottleStore;
use vestibule::throttle::{
    Charge, Schedule, Settlement, Terms, ThrottleKey, ThrottleState, Ticket, Verdict, settle,
};
use vestibule::time::OffsetDateTime;

use crate::samples::{connect, options, throttle_key};
use crate::servers::redis::RedisServer;

/// A store, and what lies below it.
pub(crate) struct Probe {
    pub(crate) throttle: RedisThrottle,
    connection: ConnectionManager,
    prefix: String,
}

impl Probe {
    pub(crate) async fn new(server: &RedisServer) -> Self {
        let (connection, prefix) = (connect(server).await, server.fresh_prefix());
        let throttle = RedisThrottle::open_with(connection.clone(), &options(&prefix)).await.unwrap();
        Self { throttle, connection, prefix }
    }

    /// When the events of a key may be forgotten, and the events.
    pub(crate) async fn stored(&self, key: &ThrottleKey) -> Option<(i64, Vec<u8>)> {
        let stored: Option<Vec<u8>> =
            self.connection.clone().get(throttle_key(&self.prefix, key)).await.unwrap();
        let stored = stored?;
        let space = stored.iter().position(|byte| *byte == b' ').unwrap();
        let forget_at = std::str::from_utf8(&stored[..space]).unwrap().parse().unwrap();
        Some((forget_at, stored[space + 1..].to_vec()))
    }

    pub(crate) async fn store(&self, key: &ThrottleKey, state: &[u8]) {
        let stored = [b"0 ", state].concat();
        let _: () = self.connection.clone().set(throttle_key(&self.prefix, key), stored).await.unwrap();
    }
}

/// What a store does, in memory: the functions that the script mirrors.
#[derive(Default)]
pub(crate) struct Model(pub(crate) HashMap<ThrottleKey, ThrottleState>);

impl Model {
    pub(crate) fn state(&self, key: &ThrottleKey) -> ThrottleState {
        self.0.get(key).cloned().unwrap_or_default()
    }

    pub(crate) fn charge(&mut self, batch: &[Charge], now: OffsetDateTime) -> Verdict {
        let loaded: Vec<_> = batch.iter().map(|charge| (*charge, self.state(&charge.key))).collect();
        match settle(&loaded, now) {
            Settlement::Allowed { rows, ticket } => {
                self.0.extend(rows.into_iter().map(|row| (row.key, row.state)));
                Verdict::Allowed(ticket)
            }
            Settlement::Wait(wait) => Verdict::Wait(wait),
            Settlement::Stopped => Verdict::Stopped,
        }
    }

    pub(crate) fn refund(&mut self, ticket: &Ticket) {
        for entry in ticket.entries() {
            let state = self.state(&entry.key).without_event(entry.recorded);
            self.0.insert(entry.key, state);
        }
    }
}

pub(crate) async fn assert_decides_alike(probe: &Probe, charge: Charge, state: &ThrottleState, now: i64) {
    let mut model = Model::default();
    model.0.insert(charge.key, state.clone());
    probe.store(&charge.key, &state.to_bytes()).await;
    let verdict = probe.throttle.charge(&[charge], at(now)).await.unwrap();
    assert_eq!(verdict, model.charge(&[charge], at(now)), "{charge:?} at {now}, {state:?}");
    let (forget_at, stored) = probe.stored(&charge.key).await.unwrap();
    let expected = model.state(&charge.key);
    assert_eq!(stored, expected.to_bytes(), "{charge:?} at {now}, {state:?}");
    if matches!(verdict, Verdict::Allowed(_)) {
        assert_eq!(forget_at, in_milliseconds(expected.forget_at(&charge.schedule)), "{charge:?} at {now}");
    }
}

/// Every kind of schedule, small, rounding and at the ends of what a schedule may be.
pub(crate) fn schedules() -> Vec<Schedule> {
    let years = DAY * 3_660;
    vec![
        Schedule::window(1, ms(60_000)).unwrap(),
        Schedule::window(3, ms(900_000)).unwrap(),
        Schedule::window(65, ms(3_600_001)).unwrap(),
        Schedule::window(1_000_000, years).unwrap(),
        Schedule::back_off(4, ms(30_000), ms(3_600_000), DAY).unwrap(),
        Schedule::back_off(0, ms(1), ms(100), ms(100)).unwrap(),
        Schedule::back_off(0, ms(7), years, years).unwrap(),
        Schedule::ceiling(3, DAY).unwrap(),
        Schedule::ceiling(100, DAY).unwrap(),
        Schedule::ceiling(1_000_000, years).unwrap(),
    ]
}

/// How long it takes until a schedule allows something again, about.
pub(crate) fn scale(schedule: &Schedule) -> i64 {
    match schedule.terms() {
        Terms::Window { limit, period, .. } => (period / i64::from(limit)).max(1),
        Terms::BackOff { first, .. } => first,
        Terms::Ceiling { forget_after, .. } => forget_after / 400,
    }
}

const DAY: Duration = Duration::from_secs(86_400);

pub(crate) fn at(milliseconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000).unwrap()
}

pub(crate) fn in_milliseconds(time: OffsetDateTime) -> i64 {
    time.unix_timestamp_nanos().div_euclid(1_000_000).try_into().unwrap()
}

pub(crate) fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}
