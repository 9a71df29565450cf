//! How long one waits: the rules, and what they decide about a log of past events.

use std::time::Duration;

use time::OffsetDateTime;

use super::log::{ThrottleState, milliseconds};

/// Up to this limit, every event has an entry of its own and the arithmetic is exact to the millisecond. Above it,
/// times are rounded up to this part of the period.
const EXACT_UP_TO: u32 = 64;

/// The greatest limit of a window or a ceiling.
const GREATEST_LIMIT: u32 = 1_000_000;

/// The longest time a schedule remembers: ten years, in milliseconds.
const LONGEST_MEMORY: i64 = 10 * 366 * 24 * 60 * 60 * 1_000;

/// A rule that says how long to wait after how many events.
///
/// It is data: it travels with a [`Charge`](super::Charge) to the store. Durations are whole milliseconds; a fraction
/// is rounded up.
///
/// A clock may jump, stand still or run backwards: an event later than `now` counts as one at `now`, and no wait is
/// longer than [`longest_wait`](Self::longest_wait).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use vestibule::throttle::Schedule;
///
/// // Three in a quarter of an hour.
/// let window = Schedule::window(3, Duration::from_secs(900))?;
/// // The fourth waits until the first is a quarter of an hour old.
/// assert_eq!(window.longest_wait(), Duration::from_secs(900));
/// # Ok::<(), vestibule::throttle::ScheduleProblem>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule(Terms);

/// What a [`Schedule`] consists of, for stores that decide in a script of their own. Times are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a script mirrors every kind: one that is added must not be overlooked"
)]
pub enum Terms {
    /// At most `limit` events in any stretch of `period`.
    Window {
        /// How many events there may be.
        limit: u32,
        /// How long an event counts.
        period: i64,
        /// Times of events are rounded up to a multiple of this.
        granule: i64,
    },
    /// A wait that doubles with every event.
    BackOff {
        /// How many events make nobody wait.
        free: u32,
        /// The wait after the next one.
        first: i64,
        /// Where doubling ends.
        longest: i64,
        /// How long after the latest event all of them are forgotten.
        forget_after: i64,
    },
    /// At most `limit` events in a row.
    Ceiling {
        /// How many events there may be.
        limit: u32,
        /// How long after the latest event all of them are forgotten.
        forget_after: i64,
        /// Times of events are rounded up to a multiple of this.
        granule: i64,
    },
}

/// What a schedule says about one more event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth answer, and stores must handle each")]
pub enum Decision {
    /// It may happen now.
    Allowed,
    /// It may happen after this time, unless others happen before.
    Wait(Duration),
    /// It may not happen until the key is lifted or its events are forgotten.
    Stopped,
}

/// Why a schedule cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleProblem {
    /// The limit is zero, or above 1,000,000.
    #[error("a limit that is not between 1 and 1,000,000")]
    LimitOutOfRange,
    /// A duration is zero, or longer than ten years.
    #[error("a duration that is zero or longer than ten years")]
    DurationOutOfRange,
    /// The first wait of a back-off is longer than its longest.
    #[error("a first wait that is longer than the longest")]
    FirstAboveLongest,
    /// A back-off would forget its events while they still make somebody wait.
    #[error("a back-off that forgets before its longest wait is over")]
    ForgetsTooEarly,
}

impl Schedule {
    /// At most `limit` events in any stretch of `period`.
    ///
    /// Up to a limit of 64 this is exact. Above, the times of events are rounded up to a multiple of a 64th of the
    /// period, so that the state stays small: the limit still holds, and a wait is at most that much too long.
    ///
    /// # Errors
    ///
    /// A [`ScheduleProblem`], where a number is out of range.
    pub const fn window(limit: u32, period: Duration) -> Result<Self, ScheduleProblem> {
        if limit == 0 || limit > GREATEST_LIMIT {
            return Err(ScheduleProblem::LimitOutOfRange);
        }
        let Some(period) = checked_milliseconds(period) else {
            return Err(ScheduleProblem::DurationOutOfRange);
        };
        Ok(Self(Terms::Window { limit, period, granule: granule(limit, period) }))
    }

    /// After `free` events without a wait, one more makes wait for `first`, counted from the latest event, and each
    /// further event doubles that, up to `longest`. All is forgotten `forget_after` after the latest event.
    ///
    /// # Errors
    ///
    /// A [`ScheduleProblem`], where the durations are out of range or contradict each other.
    pub const fn back_off(
        free: u32,
        first: Duration,
        longest: Duration,
        forget_after: Duration,
    ) -> Result<Self, ScheduleProblem> {
        let (Some(first), Some(longest), Some(forget_after)) =
            (checked_milliseconds(first), checked_milliseconds(longest), checked_milliseconds(forget_after))
        else {
            return Err(ScheduleProblem::DurationOutOfRange);
        };
        if free > GREATEST_LIMIT {
            return Err(ScheduleProblem::LimitOutOfRange);
        }
        if first > longest {
            return Err(ScheduleProblem::FirstAboveLongest);
        }
        if forget_after < longest {
            return Err(ScheduleProblem::ForgetsTooEarly);
        }
        Ok(Self(Terms::BackOff { free, first, longest, forget_after }))
    }

    /// At most `limit` events since the key was last lifted, then [`Decision::Stopped`]. All is forgotten
    /// `forget_after` after the latest event (for a limit above 64, up to a 64th later).
    ///
    /// # Errors
    ///
    /// A [`ScheduleProblem`], where a number is out of range.
    pub const fn ceiling(limit: u32, forget_after: Duration) -> Result<Self, ScheduleProblem> {
        if limit == 0 || limit > GREATEST_LIMIT {
            return Err(ScheduleProblem::LimitOutOfRange);
        }
        let Some(forget_after) = checked_milliseconds(forget_after) else {
            return Err(ScheduleProblem::DurationOutOfRange);
        };
        Ok(Self(Terms::Ceiling { limit, forget_after, granule: granule(limit, forget_after) }))
    }

    /// What the schedule consists of.
    #[must_use]
    pub const fn terms(&self) -> Terms {
        self.0
    }

    /// The longest wait that [`decide`](Self::decide) ever answers.
    #[must_use]
    pub const fn longest_wait(&self) -> Duration {
        Duration::from_millis(match self.0 {
            // An event may be recorded almost one granule late.
            Terms::Window { period, granule, .. } => (period + granule - 1).unsigned_abs(),
            Terms::BackOff { longest, .. } => longest.unsigned_abs(),
            Terms::Ceiling { .. } => 0,
        })
    }

    /// Whether one more event may happen at `now`, after those in `state`. This counts nothing.
    #[must_use]
    pub fn decide(&self, state: &ThrottleState, now: OffsetDateTime) -> Decision {
        let now = milliseconds(now);
        if state.is_from_a_wrong_clock(self, now) {
            return Decision::Allowed;
        }
        match self.0 {
            // One more may happen as soon as the one that is `limit` events back no longer counts.
            Terms::Window { limit, period, .. } => match state.nth_latest(limit) {
                Some(at) => wait_until(at.min(self.recorded(now)) + period, now),
                None => Decision::Allowed,
            },
            Terms::BackOff { free, first, longest, forget_after } => {
                let Some((latest, count)) = state.latest_run(now, forget_after, 1) else {
                    return Decision::Allowed;
                };
                let Some(doublings) = count.checked_sub(u64::from(free) + 1) else {
                    return Decision::Allowed;
                };
                let factor = 2_i64.saturating_pow(u32::try_from(doublings).unwrap_or(u32::MAX));
                wait_until(latest.min(now) + first.saturating_mul(factor).min(longest), now)
            }
            Terms::Ceiling { limit, forget_after, granule } => {
                match state.latest_run(now, forget_after, granule) {
                    Some((_, count)) if count >= u64::from(limit) => Decision::Stopped,
                    _ => Decision::Allowed,
                }
            }
        }
    }

    /// The time under which an event at `now` is recorded.
    pub(super) const fn recorded(&self, now: i64) -> i64 {
        match self.0 {
            Terms::Window { granule, .. } | Terms::Ceiling { granule, .. } => {
                now + (-now).rem_euclid(granule)
            }
            Terms::BackOff { .. } => now,
        }
    }

    /// How long after the latest event the whole log says nothing any more.
    pub(super) const fn memory(&self) -> i64 {
        match self.0 {
            Terms::Window { period, .. } => period,
            Terms::BackOff { forget_after, .. } | Terms::Ceiling { forget_after, .. } => forget_after,
        }
    }
}

fn wait_until(time: i64, now: i64) -> Decision {
    match u64::try_from(time - now) {
        Ok(0) | Err(_) => Decision::Allowed,
        Ok(wait) => Decision::Wait(Duration::from_millis(wait)),
    }
}

const fn granule(limit: u32, period: i64) -> i64 {
    if limit <= EXACT_UP_TO { 1 } else { (period + EXACT_UP_TO as i64 - 1) / EXACT_UP_TO as i64 }
}

const fn checked_milliseconds(duration: Duration) -> Option<i64> {
    let milliseconds = duration.as_nanos().div_ceil(1_000_000);
    if milliseconds == 0 || milliseconds > LONGEST_MEMORY as u128 { None } else { Some(milliseconds as i64) }
}
