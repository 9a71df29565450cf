//! Times as Redis holds them: whole milliseconds since the Unix epoch, which a script's numbers hold exactly.

use time::OffsetDateTime;

/// The number to store. What is finer than a millisecond, the core has cut off already.
pub(super) fn milliseconds(time: OffsetDateTime) -> i64 {
    // Every time that the type holds fits: it ends with the year 9999.
    i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000_000)).unwrap_or(i64::MAX)
}

/// The time of a stored number, unless it is none that anybody stored.
pub(super) fn moment(milliseconds: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000).ok()
}
