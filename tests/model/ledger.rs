//! What the limits allow, added up one event at a time: the reference for every throttle store.

use std::collections::HashMap;

use time::OffsetDateTime;
use vestibule::throttle::{Charge, Terms, ThrottleKey, Ticket};

#[derive(Debug, Default)]
pub struct Ledger {
    /// The events that count, by the times they were recorded under, in ascending order.
    events: HashMap<ThrottleKey, Vec<i64>>,
    receipts: Vec<Receipt>,
}

#[derive(Debug)]
struct Receipt {
    ticket: Ticket,
    refunded: bool,
}

impl Ledger {
    /// A batch was counted: it must have been allowed to.
    pub fn charged(
        &mut self,
        charges: &[Charge],
        ticket: &Ticket,
        now: OffsetDateTime,
    ) -> Result<(), String> {
        let now = milliseconds(now);
        for (charge, entry) in charges.iter().zip(ticket.entries()) {
            let events = self.events.entry(charge.key).or_default();
            // What lies so far ahead was recorded by a clock that was wrong, as far as a store can tell. A call that was
            // held up for as long cannot be told from it.
            if events.last().is_some_and(|latest| latest - now > memory(charge.schedule.terms()).max(HOUR)) {
                events.clear();
            }
            // What was once forgotten is not remembered by a clock that is set back.
            let forgets = !matches!(charge.schedule.terms(), Terms::Window { .. });
            if forgets && events.last().is_some_and(|latest| now - latest >= memory(charge.schedule.terms()))
            {
                events.clear();
            }
            if !is_allowed(charge.schedule.terms(), events, now) {
                return Err(format!(
                    "a limit was exceeded: {:?} after {} events",
                    charge.schedule,
                    events.len()
                ));
            }
            events.push(milliseconds(entry.recorded));
            events.sort_unstable();
        }
        self.receipts.push(Receipt { ticket: ticket.clone(), refunded: false });
        Ok(())
    }

    /// A charge was undone: it must be one that was made, and not undone before.
    pub fn refunded(&mut self, ticket: &Ticket) -> Result<(), String> {
        let receipt = self.receipts.iter_mut().find(|receipt| !receipt.refunded && receipt.ticket == *ticket);
        let Some(receipt) = receipt else {
            return Err("more was refunded than was charged".into());
        };
        receipt.refunded = true;
        for entry in ticket.entries() {
            let Some(events) = self.events.get_mut(&entry.key) else { continue };
            if let Ok(at) = events.binary_search(&milliseconds(entry.recorded)) {
                events.remove(at);
            }
        }
        Ok(())
    }

    pub fn lifted(&mut self, keys: &[ThrottleKey]) {
        for key in keys {
            self.events.remove(key);
        }
    }
}

fn is_allowed(terms: Terms, events: &[i64], now: i64) -> bool {
    match terms {
        Terms::Window { limit, period, .. } => {
            let counting = events.iter().filter(|at| (**at).min(now) > now - period);
            counting.count() < limit as usize
        }
        Terms::BackOff { free, first, longest, forget_after } => {
            let (latest, count) = run(events, now, forget_after);
            let Some(doublings) = count.checked_sub(free as usize + 1) else { return true };
            let wait = first.saturating_mul(1 << doublings.min(40)).min(longest);
            now >= latest.min(now) + wait
        }
        Terms::Ceiling { limit, forget_after, .. } => run(events, now, forget_after).1 < limit as usize,
    }
}

const HOUR: i64 = 3_600_000;

/// How long after the latest event all of them are forgotten.
const fn memory(terms: Terms) -> i64 {
    match terms {
        Terms::Window { period, .. } => period,
        Terms::BackOff { forget_after, .. } | Terms::Ceiling { forget_after, .. } => forget_after,
    }
}

/// The latest event, and how many there were up to it without a gap that forgets them.
fn run(events: &[i64], now: i64, forget_after: i64) -> (i64, usize) {
    let Some(&latest) = events.last() else { return (now, 0) };
    if now - latest >= forget_after {
        return (now, 0);
    }
    let gap = events.windows(2).rposition(|pair| pair[1] - pair[0] >= forget_after);
    (latest, events.len() - gap.map_or(0, |at| at + 1))
}

fn milliseconds(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap()
}
