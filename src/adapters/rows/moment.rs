//! Times as stores keep them: whole milliseconds since the Unix epoch. All are below 2^53, which a script of Redis holds exactly.

use time::OffsetDateTime;

/// The number to store. What is finer than a millisecond, the core has cut off already.
pub(crate) fn milliseconds(time: OffsetDateTime) -> i64 {
    // Every time that the type holds fits: it ends with the year 9999.
    i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000_000)).unwrap_or(i64::MAX)
}

/// The time of a stored number, unless it is none that anybody stored.
pub(crate) fn moment(milliseconds: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_time_again() {
        for number in [0, 1, -1, 1_762_345_678_901, -377_705_116_800_000, 253_402_300_799_999] {
            assert_eq!(moment(number).map(milliseconds), Some(number));
        }
    }

    #[test]
    fn a_number_that_is_no_time_is_none() {
        assert_eq!(moment(i64::MAX), None);
        assert_eq!(moment(i64::MIN), None);
    }
}
