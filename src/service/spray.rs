//! Notices that codes are being guessed all over the service, which no limit of one account sees.

use std::sync::{Mutex, PoisonError};

use time::{Duration, OffsetDateTime};

use crate::event::EventKind;
use crate::service::Inner;

/// Counts wrong codes in this process, in two stretches of ten minutes.
#[derive(Debug)]
pub(super) struct SprayMeter {
    alarm_at: u32,
    counts: Mutex<Counts>,
}

#[derive(Debug)]
struct Counts {
    since: OffsetDateTime,
    now: u32,
    before: u32,
}

const STRETCH: Duration = Duration::minutes(10);

impl SprayMeter {
    pub(super) const fn new(alarm_at: u32) -> Self {
        let counts = Counts { since: OffsetDateTime::UNIX_EPOCH, now: 0, before: 0 };
        Self { alarm_at, counts: Mutex::new(counts) }
    }

    /// Counts a wrong code, and says whether it is the one that raises the alarm.
    pub(super) fn count(&self, now: OffsetDateTime) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.move_to(now);
        counts.now = counts.now.saturating_add(1);
        counts.now == self.alarm_at && counts.before < self.alarm_at
    }

    /// Whether there were so many wrong codes in this stretch or the one before that new codes should be longer.
    pub(super) fn is_alarmed(&self, now: OffsetDateTime) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.move_to(now);
        counts.now.max(counts.before) >= self.alarm_at
    }
}

impl Counts {
    fn move_to(&mut self, now: OffsetDateTime) {
        // A clock that ran backwards starts a new stretch: better to forget a count than to keep it for ever.
        let age = now - self.since;
        if age >= STRETCH || age.is_negative() {
            self.before = if age < STRETCH * 2 { self.now } else { 0 };
            self.now = 0;
            self.since = now;
        }
    }
}

impl Inner {
    pub(super) fn count_wrong_code(&self) {
        if self.context.now().is_ok_and(|now| self.spray.count(now)) {
            self.context.record(EventKind::CodesLengthened);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alarm_is_raised_once_and_ends_when_it_is_quiet() {
        let meter = SprayMeter::new(3);
        let start = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        assert_eq!(
            [0, 1, 2, 3].map(|second| meter.count(start + Duration::seconds(second))),
            [false, false, true, false]
        );
        assert!(meter.is_alarmed(start + Duration::minutes(11)));
        assert!(!meter.is_alarmed(start + Duration::minutes(31)));
    }

    #[test]
    fn a_spray_that_goes_on_raises_no_second_alarm() {
        let meter = SprayMeter::new(3);
        let start = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let raised = |minute| {
            let seconds =
                [0, 1, 2].map(|second| start + Duration::minutes(minute) + Duration::seconds(second));
            seconds.map(|now| meter.count(now))
        };
        assert_eq!(raised(0), [false, false, true]);
        assert_eq!(raised(10), [false; 3]);
        // After a quiet stretch it is another spray.
        assert_eq!(raised(40), [false, false, true]);
    }

    #[test]
    fn a_count_is_forgotten_two_stretches_after_it_began() {
        for (seconds, is_alarmed) in [(1_199, true), (1_200, false), (1_201, false)] {
            let meter = SprayMeter::new(1);
            let start = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
            assert!(meter.count(start));
            assert_eq!(meter.is_alarmed(start + Duration::seconds(seconds)), is_alarmed, "{seconds} s");
        }
    }
}
