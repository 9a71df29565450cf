//! A row of `vestibule.throttles`, as what it stands for.

use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use crate::error::{BackendError, BackendErrorKind};
use crate::throttle::{Schedule, ThrottleKey, ThrottleState, ThrottleStateProblem};

use super::failure::{damaged, failed};
use super::moment::moment;

const TABLE: &str = "vestibule.throttles";

/// The events of a key: the older ones as a state, the latest ones as their times.
pub(super) struct Log {
    older: ThrottleState,
    pub(super) later: Vec<OffsetDateTime>,
}

impl Log {
    /// The state after the first `count` of the latest events.
    pub(super) fn up_to(&self, count: usize, schedule: &Schedule) -> ThrottleState {
        let later = self.later.iter().take(count);
        later.fold(self.older.clone(), |state, noted| state.with_event(schedule, *noted).0)
    }
}

pub(super) fn read(row: &PgRow) -> Result<(ThrottleKey, Log), BackendError> {
    let key: &[u8] = row.try_get("key").map_err(failed)?;
    let key = key.try_into().map_err(|_| damaged(TABLE))?;
    let older = ThrottleState::from_bytes(row.try_get("state").map_err(failed)?);
    let older = older.map_err(|problem| match problem {
        ThrottleStateProblem::UnknownVersion => BackendError::new(
            BackendErrorKind::Misconfigured,
            "a row of vestibule.throttles was written by a later release: run that release here too",
        ),
        ThrottleStateProblem::Damaged => damaged(TABLE),
    })?;
    let later: Vec<i64> = row.try_get("later").map_err(failed)?;
    let later = later.into_iter().map(|noted| moment(noted).ok_or_else(|| damaged(TABLE)));
    Ok((ThrottleKey::from_bytes(key), Log { older, later: later.collect::<Result<_, _>>()? }))
}
