//! The log of past events that every schedule reads.

use time::{OffsetDateTime, PrimitiveDateTime};

use super::schedule::{Schedule, Terms};

/// The most entries that a log has.
const MOST_ENTRIES: usize = 66;

/// How many events a window keeps beyond its limit, so that undoing one brings an older one back.
const SPARE_EVENTS: u64 = 2;

/// By how much at least an event must lie ahead before its clock is taken to have been wrong: an hour, in
/// milliseconds. Machines may differ by a few seconds, and by an hour where a time zone was set amiss.
const CLOCKS_DIFFER_BY: i64 = 60 * 60 * 1_000;

/// The times that [`OffsetDateTime`] can hold, in milliseconds since the Unix epoch.
const TIMES: std::ops::RangeInclusive<i64> = -377_705_116_800_000..=253_402_300_799_999;

/// The past events of one throttle key: when, and how many.
///
/// One representation serves every [`Schedule`], and it keeps events rather than a sum, so that one event can be
/// undone as if it had never happened. It has at most 66 entries, and at most 1,000 bytes as
/// [`to_bytes`](Self::to_bytes) writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThrottleState {
    /// Strictly ascending in time, and none with a count of zero.
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    /// Milliseconds since the Unix epoch.
    at: i64,
    count: u32,
}

/// Why stored bytes are not a [`ThrottleState`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ThrottleStateProblem {
    /// They begin with the number of a version that this release does not know.
    #[error("a throttle state of another version")]
    UnknownVersion,
    /// They are not what [`ThrottleState::to_bytes`] writes.
    #[error("a damaged throttle state")]
    Damaged,
}

impl ThrottleState {
    /// Counts one event at `now`, and returns the new state with the time under which it was recorded.
    ///
    /// That time is `now` in whole milliseconds, rounded up where the schedule says so, and never earlier than the
    /// latest event, unless a wrong clock recorded that. [`without_event`](Self::without_event) takes it to undo this.
    #[must_use]
    pub fn with_event(&self, schedule: &Schedule, now: OffsetDateTime) -> (Self, OffsetDateTime) {
        let now = milliseconds(now);
        let mut state = self.clone();
        if !matches!(schedule.terms(), Terms::Window { .. })
            && state.latest().is_some_and(|latest| now - latest >= schedule.memory())
        {
            // What came before has been forgotten, which rounded times alone would not always show.
            state.entries.clear();
        }
        if state.is_from_a_wrong_clock(schedule, now) {
            state.entries.clear();
        }
        let at = schedule.recorded(now).max(state.latest().unwrap_or(i64::MIN)).min(*TIMES.end());
        match state.entries.last_mut() {
            Some(latest) if latest.at == at => latest.count = latest.count.saturating_add(1),
            _ => state.entries.push(Entry { at, count: 1 }),
        }
        state.shorten(schedule);
        (state, moment(at))
    }

    /// Undoes one event that was recorded at `recorded`, and nothing else.
    ///
    /// An event that is not in the log any more, because it was forgotten, lifted or merged into a later one, stays
    /// as it is: at worst somebody waits longer.
    #[must_use]
    pub fn without_event(&self, recorded: OffsetDateTime) -> Self {
        let at = milliseconds(recorded);
        let undone = |entry: &Entry| Entry { count: entry.count - u32::from(entry.at == at), ..*entry };
        Self { entries: self.entries.iter().map(undone).filter(|entry| entry.count > 0).collect() }
    }

    /// When the events no longer say anything, so that the row may be deleted. For a state without events, that is
    /// the Unix epoch.
    #[must_use]
    pub fn forget_at(&self, schedule: &Schedule) -> OffsetDateTime {
        self.latest().map_or(OffsetDateTime::UNIX_EPOCH, |latest| moment(latest + schedule.memory()))
    }

    /// How many events are in the log.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.entries.iter().map(|entry| u64::from(entry.count)).sum()
    }

    /// Whether no event is in the log.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The time of the event that is `n` back from now, the latest being the first.
    pub(super) fn nth_latest(&self, n: u32) -> Option<i64> {
        let mut events = 0_u64;
        self.entries.iter().rev().find_map(|entry| {
            events += u64::from(entry.count);
            (events >= u64::from(n)).then_some(entry.at)
        })
    }

    /// The time of the latest event, and the number of events up to it between which nothing was forgotten; `None`
    /// where that has been forgotten itself.
    pub(super) fn latest_run(&self, now: i64, forget_after: i64, granule: i64) -> Option<(i64, u64)> {
        let latest = self.latest()?;
        if now - latest >= forget_after {
            return None;
        }
        let (mut earliest, mut count) = (latest, 0);
        for entry in self.entries.iter().rev() {
            if is_gap(entry.at, earliest, forget_after, granule) {
                break;
            }
            earliest = entry.at;
            count += u64::from(entry.count);
        }
        Some((latest, count))
    }

    /// Whether the latest event lies so far ahead that only a clock that was wrong can have recorded it. Taken at its
    /// word, such a log would hold its key back until the time it names.
    pub(super) fn is_from_a_wrong_clock(&self, schedule: &Schedule, now: i64) -> bool {
        self.latest().is_some_and(|latest| latest - now > schedule.memory().max(CLOCKS_DIFFER_BY))
    }

    fn latest(&self) -> Option<i64> {
        self.entries.last().map(|entry| entry.at)
    }

    /// Drops or merges the oldest entries, without changing what the schedule decides.
    fn shorten(&mut self, schedule: &Schedule) {
        match schedule.terms() {
            Terms::Window { limit, .. } => {
                let mut events: u64 = self.entries.iter().map(|entry| u64::from(entry.count)).sum();
                let needless = self.entries.iter().take_while(|entry| {
                    events -= u64::from(entry.count);
                    events >= u64::from(limit) + SPARE_EVENTS
                });
                let needless = needless.count().max(self.entries.len().saturating_sub(MOST_ENTRIES));
                self.entries.drain(..needless);
            }
            Terms::BackOff { forget_after, .. } => self.merge_oldest(forget_after, 1),
            Terms::Ceiling { forget_after, granule, .. } => self.merge_oldest(forget_after, granule),
        }
    }

    fn merge_oldest(&mut self, forget_after: i64, granule: i64) {
        while let [oldest, next, ..] = self.entries[..] {
            if self.entries.len() <= MOST_ENTRIES {
                break;
            }
            self.entries.remove(0);
            if !is_gap(oldest.at, next.at, forget_after, granule) {
                self.entries[0].count = next.count.saturating_add(oldest.count);
            }
        }
    }

    /// The bytes to store: version 1, the number of entries, and for each its time and its count as LEB128 (the first
    /// time in zigzag form, the others as differences).
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION, self.entries.len() as u8];
        let mut before = None;
        for entry in &self.entries {
            let time = before.map_or_else(|| zigzag(entry.at), |before| entry.at.abs_diff(before));
            push_number(&mut bytes, time);
            push_number(&mut bytes, u64::from(entry.count));
            before = Some(entry.at);
        }
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    ///
    /// A [`ThrottleStateProblem`] for any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ThrottleStateProblem> {
        let (&version, rest) = bytes.split_first().ok_or(ThrottleStateProblem::Damaged)?;
        if version != VERSION {
            return Err(ThrottleStateProblem::UnknownVersion);
        }
        let state = Self::read_entries(rest).ok_or(ThrottleStateProblem::Damaged)?;
        // One state has one encoding: this also refuses bytes at the end and numbers with needless zeros.
        if state.to_bytes() == bytes { Ok(state) } else { Err(ThrottleStateProblem::Damaged) }
    }

    fn read_entries(bytes: &[u8]) -> Option<Self> {
        let (&length, mut rest) = bytes.split_first()?;
        if usize::from(length) > MOST_ENTRIES {
            return None;
        }
        let mut state = Self::default();
        for _ in 0..length {
            let time = read_number(&mut rest)?;
            let count = u32::try_from(read_number(&mut rest)?).ok()?;
            let at = match state.latest() {
                None => from_zigzag(time),
                Some(before) => before.checked_add_unsigned(time)?,
            };
            if count == 0 || !TIMES.contains(&at) || state.latest() == Some(at) {
                return None;
            }
            state.entries.push(Entry { at, count });
        }
        Some(state)
    }
}

const VERSION: u8 = 1;

/// Whether everything up to `earlier` had been forgotten when the next event came. Its recorded time may be almost
/// one granule late; in doubt, nothing was.
const fn is_gap(earlier: i64, later: i64, forget_after: i64, granule: i64) -> bool {
    later - earlier >= forget_after + granule - 1
}

/// Whole milliseconds since the Unix epoch.
pub(super) fn milliseconds(time: OffsetDateTime) -> i64 {
    let milliseconds = time.unix_timestamp_nanos().div_euclid(1_000_000);
    i64::try_from(milliseconds).unwrap_or(*TIMES.end()).clamp(*TIMES.start(), *TIMES.end())
}

fn moment(milliseconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
        .unwrap_or(PrimitiveDateTime::MAX.assume_utc())
}

const fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

const fn from_zigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number as u8) | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}
