//! What holds of any schedule and any events: held to a plain list of all of them.

use std::time::Duration;

use proptest::prelude::*;
use vestibule::throttle::{Decision, Schedule, Terms, ThrottleState};

use crate::*;

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
