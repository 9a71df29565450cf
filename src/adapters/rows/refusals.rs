//! Why a row of codes was refused, where the statement that refused it does not say.

use std::time::Duration;

use time::OffsetDateTime;

use crate::error::BackendError;
use crate::ports::{Attempt, Reissue};

use super::code::columns;
use super::columns::Columns;

/// Why a row was not issued again, which is not at its end: it is too soon.
pub(crate) fn too_soon<R: Columns>(row: &R, now: OffsetDateTime) -> Result<Reissue, BackendError> {
    let wait = columns(row).time("resend_at")? - now;
    Ok(Reissue::TooSoon { retry_after: Duration::try_from(wait).unwrap_or_default() })
}

/// Why no try of a row was counted.
pub(crate) fn why_not_counted<R: Columns>(row: &R, now: OffsetDateTime) -> Result<Attempt, BackendError> {
    let columns = columns(row);
    if columns.optional_time("taken_at")?.is_some() {
        return Ok(Attempt::Taken);
    }
    if columns.time("expires_at")? <= now {
        return Ok(Attempt::Expired);
    }
    if columns.number("attempts")? >= columns.number("max_attempts")? {
        return Ok(Attempt::Exhausted);
    }
    // The row came between the two statements.
    Ok(Attempt::Unknown)
}
