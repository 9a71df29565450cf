//! A row of throttles, as what it stands for.

use crate::error::{BackendError, BackendErrorKind};
use crate::throttle::{ThrottleKey, ThrottleState, ThrottleStateProblem};

use super::columns::{Columns, Reader, Tables};

const TABLE: &str = "throttles";

/// The key of a row, and its events.
pub(crate) fn read_state<R: Columns + Tables>(row: &R) -> Result<(ThrottleKey, ThrottleState), BackendError> {
    let columns = Reader::new(row, TABLE);
    let key = columns.optional_bytes("key")?.and_then(|key| key.try_into().ok());
    let key = key.ok_or_else(|| columns.damaged())?;
    let state = columns.optional_bytes("state")?.ok_or_else(|| columns.damaged())?;
    let state = ThrottleState::from_bytes(state).map_err(|problem| match problem {
        ThrottleStateProblem::UnknownVersion => BackendError::new(
            BackendErrorKind::Misconfigured,
            format!("a row of {} was written by a later release: run that release here too", R::table(TABLE)),
        ),
        ThrottleStateProblem::Damaged => columns.damaged(),
    })?;
    Ok((ThrottleKey::from_bytes(key), state))
}
