//! A row of `vestibule.throttles`, as what it stands for.

use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use crate::error::BackendError;
use crate::throttle::{Schedule, ThrottleKey, ThrottleState};

use super::failure::{damaged, failed};
use super::moment::moment;
use super::rows::throttle::read_state;

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
    let (key, older) = read_state(row)?;
    let later: Vec<i64> = row.try_get("later").map_err(failed)?;
    let later = later.into_iter().map(|noted| moment(noted).ok_or_else(|| damaged("vestibule.throttles")));
    Ok((key, Log { older, later: later.collect::<Result<_, _>>()? }))
}
