//! The arithmetic of waiting, held to a plain list of all events and to shared vectors.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

mod batches;
mod properties;
mod vectors;

use std::time::Duration;

use time::OffsetDateTime;
use vestibule::throttle::{
    Decision, Schedule, ScheduleProblem, Terms, ThrottleKey, ThrottleState, ThrottleStateProblem,
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

fn at(milliseconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000).unwrap()
}

fn in_milliseconds(time: OffsetDateTime) -> i64 {
    (time.unix_timestamp_nanos() / 1_000_000).try_into().unwrap()
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn passwords() -> Schedule {
    Schedule::back_off(4, Duration::from_secs(30), HOUR, DAY).unwrap()
}

fn window(limit: u32, period: u64) -> Schedule {
    Schedule::window(limit, ms(period)).unwrap()
}

/// Counts an event if the schedule allows it, as a store does.
fn charge(state: &mut ThrottleState, schedule: &Schedule, now: i64) -> (Decision, Option<OffsetDateTime>) {
    let decision = schedule.decide(state, at(now));
    if decision != Decision::Allowed {
        return (decision, None);
    }
    let (next, recorded) = state.with_event(schedule, at(now));
    *state = next;
    (decision, Some(recorded))
}

fn filled(schedule: &Schedule, times: &[i64]) -> ThrottleState {
    times.iter().fold(ThrottleState::default(), |state, &time| state.with_event(schedule, at(time)).0)
}

#[test]
fn a_window_allows_its_limit_and_then_says_when_to_come_back() {
    let schedule = window(3, 1_000);
    let mut state = ThrottleState::default();
    for now in [0, 400, 700] {
        assert_eq!(charge(&mut state, &schedule, now).0, Decision::Allowed);
    }
    assert_eq!(charge(&mut state, &schedule, 800).0, Decision::Wait(ms(200)));
    assert_eq!(charge(&mut state, &schedule, 999).0, Decision::Wait(ms(1)));
    assert_eq!(charge(&mut state, &schedule, 1_000).0, Decision::Allowed);
    assert_eq!(charge(&mut state, &schedule, 1_000).0, Decision::Wait(ms(400)));
}

#[test]
fn failures_make_wait_thirty_seconds_doubling_to_an_hour() {
    let schedule = passwords();
    let mut state = ThrottleState::default();
    let mut now = 1_700_000_000_000;
    let mut waits = Vec::new();
    for _ in 0..15 {
        let wait = match schedule.decide(&state, at(now)) {
            Decision::Wait(wait) => wait,
            other => {
                assert_eq!(other, Decision::Allowed);
                Duration::ZERO
            }
        };
        waits.push(wait.as_secs());
        now += i64::try_from(wait.as_millis()).unwrap();
        assert_eq!(charge(&mut state, &schedule, now).0, Decision::Allowed);
    }
    // Before the first five attempts, no wait; before the sixth, 30 s.
    assert_eq!(waits, [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]);
}

#[test]
fn attempts_while_waiting_do_not_extend_the_wait() {
    let schedule = passwords();
    let mut state = filled(&schedule, &[0; 5]);
    for now in [0, 10_000, 29_999] {
        let before = state.clone();
        let left = ms(u64::try_from(30_000 - now).unwrap());
        assert_eq!(charge(&mut state, &schedule, now), (Decision::Wait(left), None));
        assert_eq!(state, before);
    }
    assert_eq!(charge(&mut state, &schedule, 30_000).0, Decision::Allowed);
}

#[test]
fn a_back_off_is_forgotten_after_its_time_and_not_before() {
    let schedule = passwords();
    let day = 86_400_000;
    let mut state = filled(&schedule, &[0; 9]);
    assert_eq!(state.forget_at(&schedule), at(day));
    assert_eq!(charge(&mut state.clone(), &schedule, day - 1).0, Decision::Allowed);
    let remembered = state.with_event(&schedule, at(day - 1)).0;
    assert_eq!(schedule.decide(&remembered, at(day - 1)), Decision::Wait(ms(960_000)));
    assert_eq!(charge(&mut state, &schedule, day).0, Decision::Allowed);
    assert_eq!(schedule.decide(&state, at(day)), Decision::Allowed);
}

#[test]
fn a_back_off_without_a_limit_of_events_stays_at_its_longest_wait() {
    let schedule = Schedule::back_off(0, ms(1), ms(u64::pow(2, 30)), DAY * 365).unwrap();
    let state =
        (0..5_000).fold(ThrottleState::default(), |state, now| state.with_event(&schedule, at(now)).0);
    assert_eq!(schedule.decide(&state, at(4_999)), Decision::Wait(ms(u64::pow(2, 30))));

    let patient = Schedule::back_off(200, MINUTE, HOUR, DAY).unwrap();
    let seconds: Vec<i64> = (0..202).map(|second| second * 1_000).collect();
    assert_eq!(patient.decide(&filled(&patient, &seconds[..200]), at(199_000)), Decision::Allowed);
    assert_eq!(patient.decide(&filled(&patient, &seconds[..201]), at(200_000)), Decision::Wait(MINUTE));
    assert_eq!(patient.decide(&filled(&patient, &seconds), at(201_000)), Decision::Wait(MINUTE * 2));
}

#[test]
fn a_ceiling_stops_until_it_is_lifted_or_forgotten() {
    for limit in [1, 5, 64, 100, 1_000] {
        let schedule = Schedule::ceiling(limit, DAY).unwrap();
        let mut state = ThrottleState::default();
        for now in 0..i64::from(limit) {
            assert_eq!(charge(&mut state, &schedule, now * 3_600_000).0, Decision::Allowed);
        }
        let latest = (i64::from(limit) - 1) * 3_600_000;
        assert_eq!(charge(&mut state, &schedule, latest + 86_399_999).0, Decision::Stopped);
        // Above 64 events, times are rounded up to a 64th of the memory.
        assert_eq!(schedule.decide(&state, at(latest + 86_400_000 + 1_350_000)), Decision::Allowed);
        assert_eq!(schedule.decide(&ThrottleState::default(), at(latest)), Decision::Allowed);
    }
}

#[test]
fn a_forgotten_ceiling_counts_from_the_start() {
    let schedule = Schedule::ceiling(3, ms(1_000)).unwrap();
    let mut state = filled(&schedule, &[0, 100, 200]);
    assert_eq!(schedule.decide(&state, at(1_199)), Decision::Stopped);
    for now in [1_200, 1_300, 1_400] {
        assert_eq!(charge(&mut state, &schedule, now).0, Decision::Allowed);
    }
    assert_eq!(charge(&mut state, &schedule, 1_500).0, Decision::Stopped);
}

#[test]
fn rounding_forgets_no_event_early_and_brings_none_back() {
    let schedule = Schedule::ceiling(65, ms(6_400)).unwrap();
    assert!(matches!(schedule.terms(), Terms::Ceiling { granule: 100, .. }));
    // Each comes just before the one before it is forgotten, and is recorded just after that.
    let close: Vec<i64> = (1..=65).map(|event| event * 6_400 - 50).collect();
    assert_eq!(schedule.decide(&filled(&schedule, &close), at(65 * 6_400)), Decision::Stopped);

    let mut old = filled(&schedule, &[100; 65]);
    assert_eq!(schedule.decide(&old, at(6_499)), Decision::Stopped);
    assert_eq!(charge(&mut old, &schedule, 6_500).0, Decision::Allowed);
    assert_eq!(schedule.decide(&old, at(6_500)), Decision::Allowed);
}

#[test]
fn a_coarse_window_waits_for_an_event_that_was_rounded_into_the_future() {
    let schedule = window(100, 6_400);
    let state = filled(&schedule, &[1; 100]);
    assert_eq!(schedule.longest_wait(), ms(6_499));
    assert_eq!(schedule.decide(&state, at(1)), Decision::Wait(ms(6_499)));
    assert_eq!(schedule.decide(&state, at(6_499)), Decision::Wait(ms(1)));
    assert_eq!(schedule.decide(&state, at(6_500)), Decision::Allowed);
}

#[test]
fn schedules_that_make_no_sense_are_refused() {
    use ScheduleProblem as P;
    let years = DAY * 366 * 10;
    assert_eq!(Schedule::window(0, HOUR), Err(P::LimitOutOfRange));
    assert_eq!(Schedule::window(1_000_001, HOUR), Err(P::LimitOutOfRange));
    assert_eq!(Schedule::window(1, Duration::ZERO), Err(P::DurationOutOfRange));
    assert_eq!(Schedule::window(1, years + ms(1)), Err(P::DurationOutOfRange));
    assert_eq!(Schedule::window(1, Duration::MAX), Err(P::DurationOutOfRange));
    assert!(Schedule::window(1_000_000, years).is_ok());
    assert_eq!(Schedule::ceiling(0, HOUR), Err(P::LimitOutOfRange));
    assert_eq!(Schedule::ceiling(1_000_001, HOUR), Err(P::LimitOutOfRange));
    assert!(Schedule::ceiling(1_000_000, years).is_ok());
    assert_eq!(Schedule::back_off(1_000_001, MINUTE, HOUR, DAY), Err(P::LimitOutOfRange));
    assert!(Schedule::back_off(1_000_000, MINUTE, HOUR, DAY).is_ok());
    assert_eq!(Schedule::ceiling(1, Duration::ZERO), Err(P::DurationOutOfRange));
    assert_eq!(Schedule::back_off(1, HOUR, MINUTE, DAY), Err(P::FirstAboveLongest));
    assert_eq!(Schedule::back_off(1, MINUTE, DAY, HOUR), Err(P::ForgetsTooEarly));
    assert_eq!(Schedule::back_off(1, Duration::ZERO, DAY, DAY), Err(P::DurationOutOfRange));
    assert_eq!(window(1, 1), Schedule::window(1, Duration::from_nanos(1)).unwrap());
}

#[test]
fn a_clock_that_runs_backwards_shortens_no_wait_and_never_lengthens_it_beyond_the_schedules() {
    let hour_back = -3_600_000;
    let full = window(3, 1_000);
    assert_eq!(full.decide(&filled(&full, &[0; 3]), at(hour_back)), Decision::Wait(ms(1_000)));
    let failed = filled(&passwords(), &[0; 6]);
    assert_eq!(passwords().decide(&failed, at(hour_back)), Decision::Wait(MINUTE));
    let (state, recorded) = failed.with_event(&passwords(), at(hour_back));
    assert_eq!(recorded, at(0));
    assert_eq!(state.without_event(recorded), failed);
}

#[test]
fn what_a_clock_recorded_that_was_wrong_by_years_holds_nobody_back_when_it_is_right_again() {
    let years_ahead = 10 * 365 * 86_400_000;
    for schedule in [window(3, 1_000), passwords(), Schedule::ceiling(3, DAY).unwrap()] {
        let wrong = filled(&schedule, &[years_ahead; 6]);
        assert_eq!(schedule.decide(&wrong, at(0)), Decision::Allowed, "{schedule:?}");
        let (mended, recorded) = wrong.with_event(&schedule, at(0));
        assert_eq!((mended.events(), recorded), (1, at(0)), "{schedule:?}");
    }
}

#[test]
fn the_ends_of_time_do_not_overflow() {
    let (first, last) = (at(-377_705_116_800_000), at(253_402_300_799_999));
    for schedule in [
        window(2, 1_000),
        window(1_000_000, 316_224_000_000),
        passwords(),
        Schedule::ceiling(99, DAY).unwrap(),
    ] {
        let mut state = ThrottleState::default();
        for now in [first, first, last, last, first, last] {
            let (next, recorded) = state.with_event(&schedule, now);
            assert!(recorded >= now && recorded <= last);
            assert_eq!(ThrottleState::from_bytes(&next.to_bytes()).as_ref(), Ok(&next));
            assert!(next.forget_at(&schedule) >= now);
            let _ = (schedule.decide(&next, first), schedule.decide(&next, last));
            state = next;
        }
    }
}

#[test]
fn keys_show_only_their_first_bytes() {
    let key = ThrottleKey::from_bytes(std::array::from_fn(|index| (index as u8).wrapping_mul(17)));
    assert_eq!(format!("{key:?}"), "ThrottleKey(00112233..)");
    assert_eq!(ThrottleKey::from_bytes(*key.as_bytes()), key);
}

#[test]
fn damaged_bytes_are_refused() {
    let good = filled(&window(5, 1_000), &[1_000, 1_000, 1_300]).to_bytes();
    assert_eq!(good, [1, 2, 0xD0, 0x0F, 2, 0xAC, 0x02, 1]);
    assert!(ThrottleState::from_bytes(&[1, 0]).is_ok_and(|state| state.is_empty()));
    for length in 0..good.len() {
        assert_eq!(ThrottleState::from_bytes(&good[..length]), Err(ThrottleStateProblem::Damaged));
    }
    assert_eq!(ThrottleState::from_bytes(&[2, 0]), Err(ThrottleStateProblem::UnknownVersion));
    for bytes in [
        &[1, 0, 0][..],                                                         // a byte too many
        &[1, 1, 0, 0],                                                          // no events
        &[1, 2, 0, 1, 0, 1],                                                    // the same time twice
        &[1, 1, 0x80, 0, 1],                                                    // a needless zero
        &[1, 67],                                                               // too many entries
        &[1, 1, 0, 0x80, 0x80, 0x80, 0x80, 0x10],                               // a count of 2^32
        &[1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 1], // the year 292 million
        &[1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], // more than 64 bits
    ] {
        assert_eq!(ThrottleState::from_bytes(bytes), Err(ThrottleStateProblem::Damaged), "{bytes:?}");
    }
}
