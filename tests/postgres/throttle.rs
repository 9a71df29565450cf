//! The throttle of several machines, held to the one in memory.

use std::sync::Arc;
use std::time::Duration;

use vestibule::adapters::memory::MemoryThrottle;
use vestibule::adapters::postgres::PostgresThrottle;
use vestibule::ports::ThrottleStore;
use vestibule::throttle::{Charge, Schedule, ThrottleKey, Ticket, Verdict};
use vestibule::time::OffsetDateTime;

use crate::database::{Database, now, pool_with};
use crate::servers::postgres::PostgresServer;

const MINUTE: Duration = Duration::from_secs(60);

fn schedules() -> [Schedule; 5] {
    [
        Schedule::window(3, MINUTE).unwrap(),
        Schedule::window(500, 4 * MINUTE).unwrap(),
        Schedule::back_off(4, Duration::from_secs(1), 2 * MINUTE, 3 * MINUTE).unwrap(),
        Schedule::ceiling(40, 2 * MINUTE).unwrap(),
        Schedule::ceiling(300, 5 * MINUTE).unwrap(),
    ]
}

fn charge(number: usize) -> Charge {
    Charge { key: ThrottleKey::from_bytes([number as u8; 32]), schedule: schedules()[number] }
}

/// Numbers that look random, and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn same(one: &Verdict, other: &Verdict) -> bool {
    match (one, other) {
        (Verdict::Allowed(one), Verdict::Allowed(other)) => {
            // A refund brings back older events here, which the one in memory may have dropped: they do not decide.
            let earlier =
                |ticket: &Ticket| ticket.entries().iter().map(|entry| entry.events > 1).collect::<Vec<_>>();
            earlier(one) == earlier(other)
        }
        (one, other) => one == other,
    }
}

/// A thousand charges, refunds and jumps of the clock: both stores answer the same all along.
pub(crate) async fn it_decides_as_the_one_in_memory(server: Arc<PostgresServer>) {
    for seed in [1, 2, 3] {
        let database = Database::new(&server).await;
        let (postgres, memory) = (database.throttle(), MemoryThrottle::new());
        let (mut numbers, mut time) = (Numbers(seed), now());
        let mut tickets: Vec<(Ticket, Ticket)> = Vec::new();
        for step in 0..700 {
            time += match numbers.below(40) {
                0 => Duration::from_secs(numbers.below(200)),
                1..8 => Duration::from_millis(numbers.below(3_000)),
                _ => Duration::from_millis(numbers.below(50)),
            };
            // Another machine's clock is a little behind.
            let now = if numbers.below(5) == 0 { time - Duration::from_secs(2) } else { time };
            if numbers.below(4) == 0 && !tickets.is_empty() {
                let latest = tickets.len() - 1 - numbers.below(tickets.len().min(2) as u64) as usize;
                let (one, other) = tickets.remove(latest);
                postgres.refund(&one).await.unwrap();
                memory.refund(&other).await.unwrap();
                continue;
            }
            let first = numbers.below(5) as usize;
            let batch: Vec<_> = (first..(first + 1 + numbers.below(2) as usize).min(5)).map(charge).collect();
            let one = postgres.charge(&batch, now).await.unwrap();
            let other = memory.charge(&batch, now).await.unwrap();
            assert!(same(&one, &other), "seed {seed}, step {step}: {one:?} {other:?}");
            if let (Verdict::Allowed(one), Verdict::Allowed(other)) = (one, other) {
                tickets.push((one, other));
            }
        }
    }
}

pub(crate) async fn a_key_with_many_events_stays_small_and_exact(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let throttle = database.throttle();
    let batch = [Charge { key: ThrottleKey::from_bytes([9; 32]), schedule: schedules()[1] }];
    let mut last = None;
    for number in 0..500_u64 {
        let Verdict::Allowed(ticket) =
            throttle.charge(&batch, now() + Duration::from_millis(number)).await.unwrap()
        else {
            panic!("{number}")
        };
        assert_eq!(ticket.entries()[0].events, number + 1);
        last = Some(ticket);
    }
    assert!(matches!(throttle.charge(&batch, now() + MINUTE).await.unwrap(), Verdict::Wait(_)));
    let (later, bytes): (i32, i32) =
        sqlx::query_as("select cardinality(later), length(state) from vestibule.throttles")
            .fetch_one(&database.pool)
            .await
            .unwrap();
    assert!(later < 128 && bytes < 1_000, "{later} {bytes}");
    throttle.refund(&last.unwrap()).await.unwrap();
    assert!(matches!(throttle.charge(&batch, now() + MINUTE).await.unwrap(), Verdict::Allowed(_)));
}

pub(crate) async fn what_was_refunded_in_full_goes_with_the_next_purge(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let throttle = database.throttle();
    let Verdict::Allowed(_) = throttle.charge(&[charge(0)], now()).await.unwrap() else { panic!() };
    let Verdict::Allowed(ticket) = throttle.charge(&[charge(0), charge(4)], now()).await.unwrap() else {
        panic!()
    };
    throttle.refund(&ticket).await.unwrap();
    assert_eq!(throttle.purge(now()).await.unwrap(), 1);
    assert_eq!(throttle.purge(now() + MINUTE).await.unwrap(), 1);
}

/// Batches of the same keys in every order, together with refunds and lifts, on a pool whose default is the strictest
/// isolation: all are answered, and none with a failure.
pub(crate) async fn batches_in_any_order_do_not_deadlock_whatever_the_default_isolation_is(
    server: Arc<PostgresServer>,
) {
    for isolation in ["read committed", "repeatable read", "serializable"] {
        let database = Database::new(&server).await;
        let options = database.options().options([("default_transaction_isolation", isolation)]);
        let throttle = PostgresThrottle::new(pool_with(options, 16));
        let many = Schedule::window(100_000, MINUTE).unwrap();
        let crowd: Vec<_> = (0..32_u64)
            .map(|seed| {
                let throttle = throttle.clone();
                tokio::spawn(async move {
                    let mut numbers = Numbers(seed);
                    for _ in 0..12 {
                        let mut keys: Vec<u8> = (0..6).collect();
                        keys.rotate_left(numbers.below(6) as usize);
                        if numbers.below(2) == 0 {
                            keys.reverse();
                        }
                        let keys = keys.into_iter().map(|key| ThrottleKey::from_bytes([key; 32]));
                        let batch: Vec<_> = keys.map(|key| Charge { key, schedule: many }).collect();
                        let Verdict::Allowed(ticket) = throttle.charge(&batch, now()).await.unwrap() else {
                            panic!()
                        };
                        match numbers.below(3) {
                            0 => throttle.refund(&ticket).await.unwrap(),
                            1 => throttle.lift(&[batch[0].key, batch[3].key]).await.unwrap(),
                            _ => assert_eq!(throttle.purge(OffsetDateTime::UNIX_EPOCH).await.unwrap(), 0),
                        }
                    }
                })
            })
            .collect();
        for task in crowd {
            task.await.unwrap();
        }
    }
}
