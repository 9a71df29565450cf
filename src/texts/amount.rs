//! Times as people say them, and the words that go with one and with several.

use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// A wait, in the largest unit that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    Seconds(u64),
    Minutes(u64),
    Hours(u64),
}

impl Wait {
    /// Rounded up, so that whoever waits this long is not told to wait once more.
    pub(super) fn at_least(wait: Duration) -> Self {
        let whole = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1);
        // 59 minutes and a second are an hour: each unit is rounded before the next is looked at.
        if whole < MINUTE {
            Self::Seconds(whole)
        } else if whole <= HOUR - MINUTE {
            Self::Minutes(whole.div_ceil(MINUTE))
        } else {
            Self::Hours(whole.div_ceil(HOUR))
        }
    }
}

/// How many minutes a code is still valid, rounded down, so that the message does not promise too much. A code is
/// not sent in its last two minutes, so that "one" does not promise too much either.
pub(super) fn minutes_left(valid_for: Duration) -> u64 {
    (valid_for.as_secs() / MINUTE).max(1)
}

/// `1 minute`, `2 minutes`.
pub(super) fn counted(number: u64, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_rounded_up_to_the_unit_it_is_told_in() {
        for (millis, told) in [
            (0, Wait::Seconds(1)),
            (1_001, Wait::Seconds(2)),
            (59_000, Wait::Seconds(59)),
            (59_001, Wait::Minutes(1)),
            (60_001, Wait::Minutes(2)),
            (59 * 60_000, Wait::Minutes(59)),
            (59 * 60_000 + 1, Wait::Hours(1)),
            (3_600_001, Wait::Hours(2)),
            (24 * 3_600_000, Wait::Hours(24)),
        ] {
            assert_eq!(Wait::at_least(Duration::from_millis(millis)), told, "{millis} ms");
        }
        assert!(matches!(Wait::at_least(Duration::MAX), Wait::Hours(_)));
    }

    #[test]
    fn a_validity_is_rounded_down_but_never_to_nothing() {
        for (seconds, minutes) in [(0, 1), (59, 1), (119, 1), (120, 2), (599, 9), (600, 10)] {
            assert_eq!(minutes_left(Duration::from_secs(seconds)), minutes, "{seconds} s");
        }
    }
}
