//! The arithmetic of waiting. Pure: no clock, no store, no randomness.
//!
//! A [`Schedule`] says how long one waits after how many events; a [`ThrottleState`] is the log of the events of one
//! key. A store loads the states of a batch of charges, calls [`settle`], and writes what that returns, all in one
//! transaction; to refund, it applies [`ThrottleState::without_event`] to each entry of the [`Ticket`].

mod log;
mod schedule;

pub use self::log::{ThrottleState, ThrottleStateProblem};
pub use self::schedule::{Decision, Schedule, ScheduleProblem, Terms};

use std::fmt;
use std::time::Duration;

use time::OffsetDateTime;

/// What events are counted by: a keyed hash of a contact, an address or an account and of the purpose.
///
/// It says nothing without the key it was made with, and is no secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThrottleKey([u8; 32]);

/// One event to be counted.
///
/// A key always comes with the same schedule: they share one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a key and a schedule are all that there is to a charge")]
pub struct Charge {
    /// What the event is counted by.
    pub key: ThrottleKey,
    /// How long one waits after how many events.
    pub schedule: Schedule,
}

/// The receipt for a batch of charges, by which exactly these can be refunded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ticket(Vec<TicketEntry>);

/// One charge of a batch, as it was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores that do not use `settle` make it")]
pub struct TicketEntry {
    /// The key.
    pub key: ThrottleKey,
    /// The time under which the event was recorded.
    pub recorded: OffsetDateTime,
    /// How many events the key then had, this one included.
    pub events: u64,
}

/// What a store answers to a batch of charges.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "stores make it, and there is no fourth answer")]
pub enum Verdict {
    /// Every event was counted.
    Allowed(Ticket),
    /// Nothing was counted; after this time it may be.
    Wait(Duration),
    /// Nothing was counted, and waiting does not help.
    Stopped,
}

/// What becomes of a batch of charges.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth answer, and stores must handle each")]
pub enum Settlement {
    /// Every charge is allowed: the store writes the rows and answers with the ticket.
    Allowed {
        /// What to write: one row for each different key.
        rows: Vec<SettledRow>,
        /// What to answer.
        ticket: Ticket,
    },
    /// Some charge waits: nothing is written. The longest of the waits.
    Wait(Duration),
    /// Some charge is stopped: nothing is written.
    Stopped,
}

/// The new state of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores take it apart into the columns of a row")]
pub struct SettledRow {
    /// The key.
    pub key: ThrottleKey,
    /// Its events, the new one among them.
    pub state: ThrottleState,
    /// When the row may be deleted.
    pub forget_at: OffsetDateTime,
}

/// Decides on a batch of charges, each with the state that the store holds for its key (the default, where it holds
/// none): either all are counted at `now`, or none.
///
/// [`Settlement::Stopped`] takes precedence over waiting. A key that occurs more than once is counted that often; the
/// state that comes with its first charge is the one that is read.
pub fn settle(charges: &[(Charge, ThrottleState)], now: OffsetDateTime) -> Settlement {
    let mut rows: Vec<SettledRow> = Vec::with_capacity(charges.len());
    let mut entries = Vec::with_capacity(charges.len());
    let mut longest_wait = Duration::ZERO;
    for (Charge { key, schedule }, loaded) in charges {
        let earlier = rows.iter_mut().find(|row| row.key == *key);
        let state = earlier.as_ref().map_or(loaded, |row| &row.state);
        match schedule.decide(state, now) {
            Decision::Allowed => {}
            Decision::Wait(wait) => longest_wait = longest_wait.max(wait),
            Decision::Stopped => return Settlement::Stopped,
        }
        let (state, recorded) = state.with_event(schedule, now);
        entries.push(TicketEntry { key: *key, recorded, events: state.events() });
        let row = SettledRow { key: *key, forget_at: state.forget_at(schedule), state };
        match earlier {
            Some(earlier) => *earlier = row,
            None => rows.push(row),
        }
    }
    if longest_wait > Duration::ZERO {
        return Settlement::Wait(longest_wait);
    }
    Settlement::Allowed { rows, ticket: Ticket(entries) }
}

impl ThrottleKey {
    /// Takes the bytes of a keyed hash, such as those of a stored row.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, to be stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The first four bytes in hexadecimal: enough to tell keys apart in a log.
impl fmt::Debug for ThrottleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "ThrottleKey({a:02x}{b:02x}{c:02x}{d:02x}..)")
    }
}

impl Ticket {
    /// Makes a ticket, for stores that do not use [`settle`].
    #[must_use]
    pub const fn new(entries: Vec<TicketEntry>) -> Self {
        Self(entries)
    }

    /// What was recorded, in the order of the charges.
    #[must_use]
    pub fn entries(&self) -> &[TicketEntry] {
        &self.0
    }

    /// Whether the key had events before this charge: only then is there anything to [lift].
    ///
    /// [lift]: crate::ports::ThrottleStore::lift
    pub(crate) fn had_earlier_events(&self, key: &ThrottleKey) -> bool {
        self.0.iter().any(|entry| entry.key == *key && entry.events > 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_keys_own_earlier_events_count_as_its_earlier_events() {
        let key = |byte| ThrottleKey::from_bytes([byte; 32]);
        let entry =
            |byte, events| TicketEntry { key: key(byte), recorded: OffsetDateTime::UNIX_EPOCH, events };
        let ticket = Ticket::new(vec![entry(1, 1), entry(2, 5)]);
        assert!(!ticket.had_earlier_events(&key(1)));
        assert!(ticket.had_earlier_events(&key(2)));
        assert!(!ticket.had_earlier_events(&key(3)));
        assert!(!Ticket::new(vec![entry(1, 1)]).had_earlier_events(&key(2)));
    }
}
