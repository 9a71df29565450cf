//! Events on several keys at once, and taking them back.

use vestibule::throttle::{
    Charge, Schedule, Settlement, ThrottleKey, ThrottleState, Ticket, TicketEntry, settle,
};

use crate::*;

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
