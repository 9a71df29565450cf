use std::fmt;
use std::time::Duration;

use time::OffsetDateTime;

use super::Shared;
use crate::ports::Clock;

/// A clock that stands still until it is set or turned: for tests.
///
/// It shows noon on 1 January 2026, UTC, when it is new.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use vestibule::adapters::memory::ManualClock;
/// use vestibule::ports::Clock;
///
/// let clock = ManualClock::new();
/// let noon = clock.now();
/// clock.turn(Duration::from_secs(60));
/// assert_eq!(clock.now() - noon, Duration::from_secs(60));
/// ```
#[derive(Clone)]
pub struct ManualClock {
    now: Shared<OffsetDateTime>,
}

impl ManualClock {
    /// A clock that shows noon on 1 January 2026, UTC.
    #[must_use]
    pub fn new() -> Self {
        Self::at(OffsetDateTime::UNIX_EPOCH + time::Duration::hours(20_454 * 24 + 12))
    }

    /// A clock that shows the given time.
    #[must_use]
    pub fn at(time: OffsetDateTime) -> Self {
        Self { now: Shared::new(time) }
    }

    /// Sets the clock, which may take it back.
    pub fn set(&self, time: OffsetDateTime) {
        *self.now.lock() = time;
    }

    /// Turns the clock forward.
    pub fn turn(&self, by: Duration) {
        let by = by.try_into().unwrap_or(time::Duration::MAX);
        let mut now = self.now.lock();
        *now = now.saturating_add(by);
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        *self.now.lock()
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ManualClock").field(&self.now()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_clock_shows_noon_on_new_years_day_and_its_clones_go_with_it() {
        let clock = ManualClock::new();
        assert_eq!(clock.now().unix_timestamp(), 1_767_268_800);
        let clone = clock.clone();
        clock.turn(Duration::from_millis(1_500));
        assert_eq!(clone.now().unix_timestamp_nanos(), 1_767_268_801_500_000_000);
    }

    #[test]
    fn a_clock_may_be_set_back_and_stops_at_the_end_of_time() {
        let clock = ManualClock::new();
        clock.set(OffsetDateTime::UNIX_EPOCH);
        assert_eq!(clock.now(), OffsetDateTime::UNIX_EPOCH);
        clock.turn(Duration::MAX);
        assert_eq!(clock.now().year(), 9999);
    }
}
