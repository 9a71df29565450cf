//! The script's arithmetic of waiting, held to the shared vectors and to the Rust functions that it mirrors.

use serde_json::{Value, json};
use vestibule::ports::ThrottleStore;
use vestibule::throttle::{
    Charge, Schedule, Terms, ThrottleKey, ThrottleState, Ticket, TicketEntry, Verdict,
};

use crate::model::{Model, Probe, assert_decides_alike, at, in_milliseconds, ms, scale, schedules};
use crate::samples::hexadecimal;
use crate::servers::Suite;
use crate::servers::redis::RedisServer;
use crate::{Server, tests};

pub(crate) fn tests(suite: &mut Suite<RedisServer>) {
    tests!(suite,
        the_shared_vectors_hold
        whatever_the_clock_shows_the_script_decides_as_the_library_does
        at_every_edge_the_script_decides_as_the_library_does
        counts_saturate_as_they_do_in_the_library
    );
}

async fn the_shared_vectors_hold(server: Server) {
    let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/throttle.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(vectors).unwrap()).unwrap();
    let probe = Probe::new(&server).await;
    for (case, number) in vectors["cases"].as_array().unwrap().iter().zip(0..) {
        let charge =
            Charge { key: ThrottleKey::from_bytes([number; 32]), schedule: schedule(&case["schedule"]) };
        for (step, place) in case["steps"].as_array().unwrap().iter().zip(0..) {
            follow(&probe, charge, step, &format!("case {number}, step {place}")).await;
        }
    }
}

async fn follow(probe: &Probe, charge: Charge, step: &Value, place: &str) {
    if let Some(recorded) = step["refund"].as_i64() {
        let entry = TicketEntry { key: charge.key, recorded: at(recorded), events: 1 };
        probe.throttle.refund(&Ticket::new(vec![entry])).await.unwrap();
        // A state without events is not stored at all.
        let state = probe.stored(&charge.key).await.map_or(vec![1, 0], |(_, state)| state);
        assert_eq!(hexadecimal(&state), step["state"], "{place}");
        return;
    }
    let verdict = probe.throttle.charge(&[charge], at(step["charge"].as_i64().unwrap())).await.unwrap();
    let decision = match &verdict {
        Verdict::Allowed(_) => json!("allowed"),
        Verdict::Wait(wait) => json!({ "wait": wait.as_millis() as u64 }),
        Verdict::Stopped => json!("stopped"),
    };
    assert_eq!(decision, step["decision"], "{place}");
    if let Verdict::Allowed(ticket) = verdict {
        assert_eq!(in_milliseconds(ticket.entries()[0].recorded), step["recorded"], "{place}");
        let (forget_at, state) = probe.stored(&charge.key).await.unwrap();
        assert_eq!(hexadecimal(&state), step["state"], "{place}");
        assert_eq!(forget_at, step["forget_at"], "{place}");
    }
}

fn schedule(terms: &Value) -> Schedule {
    let (kind, terms) = terms.as_object().unwrap().iter().next().unwrap();
    let number = |name: &str| terms[name].as_u64().unwrap();
    let duration = |name: &str| ms(number(name));
    let schedule = match kind.as_str() {
        "window" => Schedule::window(number("limit") as u32, duration("period")),
        "ceiling" => Schedule::ceiling(number("limit") as u32, duration("forget_after")),
        _ => Schedule::back_off(
            number("free") as u32,
            duration("first"),
            duration("longest"),
            duration("forget_after"),
        ),
    };
    schedule.unwrap()
}

async fn whatever_the_clock_shows_the_script_decides_as_the_library_does(server: Server) {
    let (probe, mut model) = (Probe::new(&server).await, Model::default());
    let schedules = schedules();
    let mut random = 20_260_101_u64;
    let mut below = |bound: i64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((random >> 33) % bound.unsigned_abs()).cast_signed()
    };
    let (mut now, mut tickets, mut verdicts) = (1_700_000_000_000, Vec::new(), [0; 3]);
    for step in 0..6_000 {
        // One after the other, so that each is charged often at its own pace; at times with others.
        let own = (step / 100) % schedules.len();
        now = next_time(now, scale(&schedules[own]), &mut below);
        let mut places = vec![own];
        while below(3) == 0 {
            // A key that is there twice is counted twice.
            places.push(below(schedules.len() as i64) as usize);
        }
        let batch: Vec<_> = places
            .iter()
            .map(|&place| Charge {
                key: ThrottleKey::from_bytes([place as u8; 32]),
                schedule: schedules[place],
            })
            .collect();
        if below(6) == 0 && !tickets.is_empty() {
            let ticket: Ticket = tickets.swap_remove(below(tickets.len() as i64) as usize);
            model.refund(&ticket);
            probe.throttle.refund(&ticket).await.unwrap();
        } else {
            let expected = model.charge(&batch, at(now));
            let verdict = probe.throttle.charge(&batch, at(now)).await.unwrap();
            assert_eq!(verdict, expected, "step {step}: {batch:?} at {now}");
            match verdict {
                Verdict::Allowed(ticket) => {
                    verdicts[0] += 1;
                    tickets.push(ticket);
                }
                Verdict::Wait(_) => verdicts[1] += 1,
                Verdict::Stopped => verdicts[2] += 1,
            }
        }
        for charge in &batch {
            let state = probe.stored(&charge.key).await.map_or(vec![1, 0], |(_, state)| state);
            assert_eq!(state, model.state(&charge.key).to_bytes(), "step {step}: {charge:?} at {now}");
        }
    }
    // The walk has been everywhere.
    assert!(verdicts.iter().all(|&times| times > 50), "{verdicts:?}");
}

/// Mostly a little forwards; at times far, backwards, to odd places, or to the ends of time and back.
fn next_time(now: i64, scale: i64, below: &mut impl FnMut(i64) -> i64) -> i64 {
    let next = match below(40) {
        0..3 => now - below(scale * 2 + 1),
        3 => now - below(86_400_000 * 400),
        4 => now + below(86_400_000 * 400),
        5 => now - below(7_200_000),
        6 if below(8) == 0 => -377_705_116_800_000 + below(3),
        6 if below(8) == 0 => 253_402_300_799_999 - below(3),
        7 if below(4) == 0 => below(5) - 2,
        8 => 1_700_000_000_000 + below(scale * 3 + 1),
        9..12 => now + below(scale * 20 + 1),
        12..16 => now,
        _ => now + below(scale + 1),
    };
    next.clamp(-377_705_116_800_000, 253_402_300_799_999)
}

/// Two entries, whose distance from each other and from now is about what decides whether they are forgotten.
async fn at_every_edge_the_script_decides_as_the_library_does(server: Server) {
    let probe = Probe::new(&server).await;
    for schedule in schedules() {
        let charge = Charge { key: ThrottleKey::from_bytes([1; 32]), schedule };
        let (memory, granule) = match schedule.terms() {
            Terms::Window { period, granule, .. } => (period, granule),
            Terms::BackOff { forget_after, .. } => (forget_after, 1),
            Terms::Ceiling { forget_after, granule, .. } => (forget_after, granule),
        };
        let wrong = memory.max(3_600_000);
        for latest in [1_700_000_000_000, LAST_TIME - memory, LAST_TIME] {
            for gap in [memory - 1, memory, memory + granule - 2, memory + granule - 1, memory + granule] {
                let state = two_entries(latest - gap.max(1), gap.max(1));
                for later in [-wrong - 1, -wrong, 1 - wrong, -1, 0, 1, memory - 1, memory, memory + 1] {
                    assert_decides_alike(&probe, charge, &state, (latest + later).min(LAST_TIME)).await;
                }
            }
        }
    }
}

const LAST_TIME: i64 = 253_402_300_799_999;

/// A hundred and one events at one time, and one more after a gap.
fn two_entries(first: i64, gap: i64) -> ThrottleState {
    let mut bytes = vec![1, 2];
    for mut number in [2 * first.unsigned_abs(), 101, gap.unsigned_abs(), 1] {
        while number >= 0x80 {
            bytes.push((number as u8) | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
    }
    ThrottleState::from_bytes(&bytes).unwrap()
}

async fn counts_saturate_as_they_do_in_the_library(server: Server) {
    let probe = Probe::new(&server).await;
    // As many entries as there may be, each with the greatest count.
    let mut bytes = vec![1, 66, 0];
    for _ in 0..65 {
        bytes.extend([0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 5]);
    }
    bytes.extend([0xFF, 0xFF, 0xFF, 0xFF, 0x0F]);
    let full = ThrottleState::from_bytes(&bytes).unwrap();
    for schedule in schedules() {
        let charge = Charge { key: ThrottleKey::from_bytes([1; 32]), schedule };
        for now in [-1, 0, 325, 326, 425, 1_000, 3_600_325, 86_400_325, 400_000_000_000] {
            assert_decides_alike(&probe, charge, &full, now).await;
        }
    }
}
