//! The arithmetic of waiting, held to a plain list of all events and to shared vectors.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use time::OffsetDateTime;
use vestibule::throttle::{
    Charge, Decision, Schedule, ScheduleProblem, Settlement, Terms, ThrottleKey, ThrottleState,
    ThrottleStateProblem, Ticket, TicketEntry, settle,
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
fn a_batch_is_counted_as_a_whole_or_not_at_all() {
    let key = |byte| ThrottleKey::from_bytes([byte; 32]);
    let charge = |byte, schedule| Charge { key: key(byte), schedule };
    let (short, long) = (window(1, 1_000), window(1, 60_000));
    let stop = Schedule::ceiling(1, DAY).unwrap();
    let none = ThrottleState::default;

    let Settlement::Allowed { rows, ticket } =
        settle(&[(charge(1, short), none()), (charge(2, long), none())], at(5))
    else {
        unreachable!("nothing was counted before")
    };
    assert_eq!(rows.iter().map(|row| row.key).collect::<Vec<_>>(), [key(1), key(2)]);
    assert_eq!(rows[1].forget_at, at(60_005));
    let entry = |key, recorded| TicketEntry { key, recorded, events: 1 };
    assert_eq!(ticket.entries(), [entry(key(1), at(5)), entry(key(2), at(5))]);
    assert_eq!(Ticket::new(ticket.entries().to_vec()), ticket);

    let (one, two) = (rows[0].state.clone(), rows[1].state.clone());
    let waiting = [(charge(1, short), one.clone()), (charge(2, long), two), (charge(3, long), none())];
    assert_eq!(settle(&waiting, at(105)), Settlement::Wait(ms(59_900)));
    let mut stopped = waiting.to_vec();
    stopped.insert(1, (charge(4, stop), filled(&stop, &[0])));
    assert_eq!(settle(&stopped, at(105)), Settlement::Stopped);
    stopped.reverse();
    assert_eq!(settle(&stopped, at(105)), Settlement::Stopped);
    assert_eq!(settle(&[(charge(1, short), one)], at(104)), Settlement::Wait(ms(901)));
    assert_eq!(settle(&[], at(0)), Settlement::Allowed { rows: vec![], ticket: Ticket::default() });
}

#[test]
fn a_key_that_occurs_twice_in_a_batch_is_counted_twice() {
    let schedule = window(2, 1_000);
    let charge = (Charge { key: ThrottleKey::from_bytes([7; 32]), schedule }, ThrottleState::default());
    let twice = [charge.clone(), charge.clone()];
    assert!(matches!(settle(&twice, at(0)), Settlement::Allowed { rows, ticket }
        if rows.len() == 1 && rows[0].state == filled(&schedule, &[0, 0]) && ticket.entries().len() == 2));
    assert_eq!(settle(&[charge.clone(), charge.clone(), charge], at(0)), Settlement::Wait(ms(1_000)));
}

#[test]
fn a_refund_undoes_its_own_event_and_nothing_else() {
    let schedule = window(3, 1_000);
    let state = filled(&schedule, &[10, 20, 20, 30]);
    assert_eq!(state.without_event(at(20)), filled(&schedule, &[10, 20, 30]));
    assert_eq!(state.without_event(at(20)).without_event(at(20)), filled(&schedule, &[10, 30]));
    assert_eq!(state.without_event(at(25)), state);
    assert_eq!(ThrottleState::default().without_event(at(20)), ThrottleState::default());
    assert!(filled(&schedule, &[10]).without_event(at(10)).is_empty());
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

/// Schedules that round no times.
fn exact_schedule() -> impl Strategy<Value = Schedule> {
    prop_oneof![
        (1_u32..8, 1_u64..200).prop_map(|(limit, period)| window(limit, period)),
        (60_u32..65, 1_u64..2_000).prop_map(|(limit, period)| window(limit, period)),
        (0_u32..6, 1_u64..20, 0_u64..300, 0_u64..300).prop_map(|(free, first, more, memory)| {
            Schedule::back_off(free, ms(first), ms(first + more), ms(first + more + memory)).unwrap()
        }),
        (1_u32..8, 1_u64..300).prop_map(|(limit, memory)| Schedule::ceiling(limit, ms(memory)).unwrap()),
    ]
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    prop_oneof![
        2 => exact_schedule(),
        1 => (65_u32..300, 500_u64..5_000).prop_map(|(limit, period)| window(limit, period)),
        1 => (65_u32..90, 500_u64..900).prop_map(|(limit, memory)| Schedule::ceiling(limit, ms(memory)).unwrap()),
    ]
}

/// Steps between the times of events; the clock may stand still or run backwards.
fn steps(backwards: i64) -> impl Strategy<Value = Vec<i64>> {
    let step = prop_oneof![4 => 0_i64..8, 3 => 0_i64..60, 1 => 0_i64..700, 2 => -backwards..=0];
    prop::collection::vec(step, 1..400)
}

/// What a schedule decides about the list of all events. It never forgets or rounds anything.
fn model(schedule: &Schedule, events: &[i64], now: i64) -> Decision {
    let wait = |until: i64| match u64::try_from(until - now) {
        Ok(wait @ 1..) => Decision::Wait(ms(wait)),
        _ => Decision::Allowed,
    };
    let run = |forget_after: i64| {
        let gap = |pair: &[i64]| pair[1] - pair[0] >= forget_after;
        let start = events.windows(2).rposition(gap).map_or(0, |index| index + 1);
        events
            .last()
            .filter(|&&latest| now - latest < forget_after)
            .map(|&latest| (latest, events.len() - start))
    };
    match schedule.terms() {
        Terms::Window { limit, period, .. } => {
            match events.len().checked_sub(limit as usize).map(|index| events[index]) {
                Some(event) => wait(event.min(now) + period),
                None => Decision::Allowed,
            }
        }
        Terms::BackOff { free, first, longest, forget_after } => match run(forget_after) {
            Some((latest, count)) if count > free as usize => {
                let mut length = first;
                (0..count - free as usize - 1).for_each(|_| length = (length * 2).min(longest));
                wait(latest.min(now) + length)
            }
            _ => Decision::Allowed,
        },
        Terms::Ceiling { limit, forget_after, .. } => match run(forget_after) {
            Some((_, count)) if count >= limit as usize => Decision::Stopped,
            _ => Decision::Allowed,
        },
    }
}

const fn granule(schedule: &Schedule) -> i64 {
    match schedule.terms() {
        Terms::Window { granule, .. } | Terms::Ceiling { granule, .. } => granule,
        Terms::BackOff { .. } => 1,
    }
}

/// The most events in any stretch of the period.
fn most_in_any_stretch(events: &[i64], period: i64) -> usize {
    let within =
        |&start: &i64| events.iter().filter(|&&event| (start..start + period).contains(&event)).count();
    events.iter().map(within).max().unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_window_never_allows_more_than_its_limit(
        limit in prop_oneof![1_u32..6, 60_u32..80],
        period in prop_oneof![1_u64..100, 100_u64..2_000],
        steps in steps(300),
    ) {
        let schedule = window(limit, period);
        let (mut state, mut now, mut allowed, mut recorded) = (ThrottleState::default(), 1_000, vec![], vec![]);
        for step in steps {
            now += step;
            if let (_, Some(time)) = charge(&mut state, &schedule, now) {
                allowed.push(now);
                recorded.push(in_milliseconds(time));
            }
        }
        prop_assert!(recorded.is_sorted(), "times of events never move backwards");
        let period = period.cast_signed();
        prop_assert!(most_in_any_stretch(&recorded, period) <= limit as usize);
        if granule(&schedule) == 1 {
            prop_assert!(most_in_any_stretch(&allowed, period) <= limit as usize);
        }
    }

    #[test]
    fn a_coarse_window_holds_its_limit_while_the_clock_runs_forwards(
        limit in 65_u32..120, period in 65_u64..3_000, steps in steps(0),
    ) {
        let schedule = window(limit, period);
        let (mut state, mut now, mut allowed) = (ThrottleState::default(), 1_000, vec![]);
        for step in steps {
            now += step;
            if charge(&mut state, &schedule, now).0 == Decision::Allowed {
                allowed.push(now);
            }
        }
        prop_assert!(most_in_any_stretch(&allowed, period.cast_signed()) <= limit as usize);
    }

    #[test]
    fn the_log_decides_as_the_list_of_all_events_does(schedule in exact_schedule(), steps in steps(50)) {
        let (mut state, mut now, mut events) = (ThrottleState::default(), 1_000, Vec::new());
        let mut latest_now = now;
        for step in steps {
            now += step;
            latest_now = latest_now.max(now);
            // What has been forgotten stays forgotten, even if the clock runs back: the list forgets nothing.
            if !matches!(schedule.terms(), Terms::Window { .. }) {
                now = latest_now;
            }
            let (decision, recorded) = charge(&mut state, &schedule, now);
            prop_assert_eq!(decision, model(&schedule, &events, now));
            events.extend(recorded.map(in_milliseconds));
        }
    }

    #[test]
    fn a_coarse_schedule_errs_by_less_than_a_granule_on_the_side_of_waiting(
        limit in 65_u32..100, period in 500_u64..3_000, steps in steps(0),
    ) {
        let schedule = window(limit, period);
        let (mut state, mut now, mut events) = (ThrottleState::default(), 1_000, Vec::new());
        for step in steps {
            now += step;
            let length = |decision| match decision {
                Decision::Wait(wait) => i64::try_from(wait.as_millis()).unwrap(),
                _ => 0,
            };
            let exact = length(model(&schedule, &events, now));
            let (decision, recorded) = charge(&mut state, &schedule, now);
            prop_assert!((exact..exact + granule(&schedule)).contains(&length(decision)));
            events.extend(recorded.map(|_| now));
        }
    }

    #[test]
    fn a_wait_is_long_enough_and_no_longer_than_needed(schedule in any_schedule(), steps in steps(0)) {
        let (mut state, mut now) = (ThrottleState::default(), 1_000);
        for step in steps {
            now += step;
            if let (Decision::Wait(wait), _) = charge(&mut state, &schedule, now) {
                prop_assert!(wait > Duration::ZERO && wait <= schedule.longest_wait());
                prop_assert_eq!(schedule.decide(&state, at(now) + wait), Decision::Allowed);
                prop_assert_eq!(schedule.decide(&state, at(now) + wait - ms(1)), Decision::Wait(ms(1)));
            }
        }
    }

    #[test]
    fn no_clock_makes_wait_longer_than_the_schedule(schedule in any_schedule(), steps in steps(100_000)) {
        let (mut state, mut now) = (ThrottleState::default(), 1_000);
        for step in steps {
            now += step;
            if let (Decision::Wait(wait), _) = charge(&mut state, &schedule, now) {
                prop_assert!(wait <= schedule.longest_wait());
            }
        }
    }

    #[test]
    fn a_charge_and_its_refund_change_no_later_decision(
        schedule in any_schedule(), steps in steps(0), pending in 1_usize..6, later in prop::collection::vec(0_i64..500, 20),
    ) {
        let (mut state, mut now) = (ThrottleState::default(), 1_000);
        for step in steps {
            now += step;
            // Several attempts are under way at once and are refunded in another order; time passes meanwhile.
            let mut charged = state.clone();
            let mut recorded: Vec<_> = (0..pending as i64).filter_map(|i| charge(&mut charged, &schedule, now + i).1).collect();
            now += pending as i64;
            let half = recorded.len() / 2;
            recorded.rotate_left(half);
            let refunded = recorded.into_iter().fold(charged, |state, time| state.without_event(time));
            for after in &later {
                prop_assert_eq!(schedule.decide(&refunded, at(now + after)), schedule.decide(&state, at(now + after)));
            }
            charge(&mut state, &schedule, now);
        }
    }

    #[test]
    fn refunds_interleaved_with_charges_leave_what_was_never_refunded(
        schedule in exact_schedule(), steps in steps(0), kept in prop::collection::vec(any::<bool>(), 400),
    ) {
        let (mut state, mut now, mut events, mut pending) = (ThrottleState::default(), 1_000, Vec::new(), None);
        for (step, keep) in steps.into_iter().zip(kept) {
            now += step;
            if let Some(time) = charge(&mut state, &schedule, now).1 {
                events.push(in_milliseconds(time));
                // The attempt before this one ends now: its event stays, or is refunded.
                if let Some(time) = pending.replace(time).filter(|_| !keep) {
                    state = state.without_event(time);
                    let index = events.iter().position(|&event| event == in_milliseconds(time)).unwrap();
                    events.remove(index);
                }
            }
            prop_assert_eq!(schedule.decide(&state, at(now)), model(&schedule, &events, now));
        }
    }

    #[test]
    fn a_state_is_small_and_survives_its_encoding(schedule in any_schedule(), steps in steps(50)) {
        let (mut state, mut now) = (ThrottleState::default(), 1_700_000_000_000);
        for step in steps {
            now += step;
            state = state.with_event(&schedule, at(now)).0;
            let bytes = state.to_bytes();
            prop_assert!(bytes[1] <= 66 && bytes.len() <= 400);
            prop_assert_eq!(ThrottleState::from_bytes(&bytes), Ok(state.clone()));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused_without_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..80), now in -1_i64 << 47..1 << 47) {
        if let Some(version) = bytes.first_mut() { *version = 1 }
        if let Some(length) = bytes.get_mut(1) { *length %= 4 }
        if let Ok(state) = ThrottleState::from_bytes(&bytes) {
            prop_assert_eq!(state.to_bytes(), bytes);
            for schedule in [window(3, 1_000), window(1_000, 1_000), passwords(), Schedule::ceiling(3, DAY).unwrap()] {
                let _ = schedule.decide(&state, at(now));
                let (next, recorded) = state.with_event(&schedule, at(now));
                let _ = (next.without_event(recorded), next.forget_at(&schedule));
            }
        }
    }
}

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
