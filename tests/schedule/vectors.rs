//! Decisions that whatever mirrors this arithmetic elsewhere is held to.

use serde_json::{Value, json};
use vestibule::throttle::{Decision, Schedule, Terms, ThrottleState};

use crate::*;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/throttle.json");

/// The vectors hold whatever mirrors this arithmetic elsewhere, such as a script inside a store.
#[test]
fn the_shared_vectors_hold() {
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(VECTORS).unwrap()).unwrap();
    assert_eq!(kept, vectors());
}

#[test]
#[ignore = "writes the shared vectors anew, after a deliberate change of the arithmetic"]
fn write_the_shared_vectors() {
    // One step on a line, so that a difference can be read.
    let text = vectors().to_string().replace(":[{", ":[\n{").replace("},{", "},\n{");
    std::fs::write(VECTORS, text + "\n").unwrap();
}

fn vectors() -> Value {
    let schedules = [
        window(1, 60_000),
        window(3, 900_000),
        window(64, 86_400_000),
        window(65, 3_600_000),
        window(80, 86_400_001),
        passwords(),
        Schedule::back_off(0, ms(1), ms(100), ms(100)).unwrap(),
        Schedule::ceiling(3, DAY).unwrap(),
        Schedule::ceiling(65, DAY).unwrap(),
        Schedule::back_off(90, ms(1_000), MINUTE, HOUR).unwrap(),
    ];
    let cases: Vec<Value> =
        schedules.iter().zip(1..).map(|(schedule, seed)| vector(schedule, seed)).collect();
    json!({ "unit": "milliseconds", "version": 1, "cases": cases })
}

fn vector(schedule: &Schedule, seed: u64) -> Value {
    let (terms, scale) = match schedule.terms() {
        Terms::Window { limit, period, granule } => (
            json!({ "window": { "limit": limit, "period": period, "granule": granule } }),
            period / i64::from(limit),
        ),
        Terms::BackOff { free, first, longest, forget_after } => (
            json!({ "back_off": { "free": free, "first": first, "longest": longest, "forget_after": forget_after } }),
            first,
        ),
        Terms::Ceiling { limit, forget_after, granule } => (
            json!({ "ceiling": { "limit": limit, "forget_after": forget_after, "granule": granule } }),
            forget_after / 400,
        ),
    };
    let mut random = seed;
    let mut below = |bound: i64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((random >> 33) % bound.unsigned_abs()).cast_signed()
    };
    let (mut state, mut now, mut tickets, mut steps) =
        (ThrottleState::default(), 1_700_000_000_000, vec![], vec![]);
    for _ in 0..160 {
        // Mostly a little forwards; at times far forwards, at times backwards.
        now += match below(12) {
            0 => -below(scale * 2 + 1),
            1 => below(scale * 20 + 1),
            _ => below(scale + 1),
        };
        if below(6) == 0 && !tickets.is_empty() {
            let recorded: i64 = tickets.swap_remove(below(tickets.len() as i64) as usize);
            state = state.without_event(at(recorded));
            steps.push(json!({ "refund": recorded, "state": hexadecimal(&state) }));
            continue;
        }
        let (decision, recorded) = charge(&mut state, schedule, now);
        let recorded = recorded.map(in_milliseconds);
        tickets.extend(recorded);
        let decision = match decision {
            Decision::Allowed => json!("allowed"),
            Decision::Wait(wait) => json!({ "wait": wait.as_millis() as u64 }),
            Decision::Stopped => json!("stopped"),
        };
        // Where nothing is counted, the state stays as it is.
        steps.push(match recorded {
            None => json!({ "charge": now, "decision": decision }),
            Some(recorded) => json!({
                "charge": now, "decision": decision, "recorded": recorded, "state": hexadecimal(&state),
                "forget_at": in_milliseconds(state.forget_at(schedule)),
            }),
        });
    }
    json!({ "schedule": terms, "steps": steps })
}

fn hexadecimal(state: &ThrottleState) -> String {
    state.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}
