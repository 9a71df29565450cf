//! The throttle store.

use std::collections::HashMap;
use std::fmt;

use async_trait::async_trait;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Connection, QueryBuilder, Row, Sqlite, SqliteConnection};
use time::OffsetDateTime;

use crate::error::BackendError;
use crate::ports::ThrottleStore;
use crate::throttle::{Charge, Settlement, ThrottleKey, ThrottleState, Ticket, Verdict, settle};

use super::connection::{BEGIN, connection};
use super::failure::failed;
use super::moment::milliseconds;
use super::purge::purge;
use super::rows::throttle::read_state;

/// Keeps throttles in `vestibule_throttles`.
///
/// | operation | statements, between `begin immediate` and `commit` |
/// |---|---|
/// | `charge` | 2: one reads every key, one writes them all; 1 where a key waits or is stopped |
/// | `refund` | 2, or 3 where some keys have events left and others none |
///
/// `lift` is 1 statement, and `purge` 1 for each 250 rows.
#[derive(Clone)]
pub struct SqliteThrottle {
    pool: SqlitePool,
}

impl SqliteThrottle {
    /// Makes one on a pool whose database has the schema: see [`migrate`](super::migrate).
    #[must_use]
    pub const fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }
}

impl fmt::Debug for SqliteThrottle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteThrottle").finish_non_exhaustive()
    }
}

#[async_trait]
impl ThrottleStore for SqliteThrottle {
    async fn charge(&self, charges: &[Charge], now: OffsetDateTime) -> Result<Verdict, BackendError> {
        if charges.is_empty() {
            return Ok(Verdict::Allowed(Ticket::default()));
        }
        let mut connection = connection(&self.pool).await?;
        let mut transaction = connection.begin_with(BEGIN).await.map_err(failed)?;
        let mut stored = load(&mut transaction, charges.iter().map(|charge| charge.key)).await?;
        let states: Vec<_> = charges
            .iter()
            .map(|charge| (*charge, stored.remove(&charge.key).unwrap_or_default().state))
            .collect();
        let verdict = match settle(&states, now) {
            Settlement::Allowed { rows, ticket } => {
                let rows = rows.into_iter().map(|row| {
                    let forget_at = milliseconds(row.forget_at);
                    (row.key, Stored { state: row.state, forget_at })
                });
                write(&mut transaction, rows).await?;
                Verdict::Allowed(ticket)
            }
            Settlement::Wait(wait) => Verdict::Wait(wait),
            Settlement::Stopped => Verdict::Stopped,
        };
        transaction.commit().await.map_err(failed)?;
        Ok(verdict)
    }

    async fn refund(&self, ticket: &Ticket) -> Result<(), BackendError> {
        if ticket.entries().is_empty() {
            return Ok(());
        }
        let mut connection = connection(&self.pool).await?;
        let mut transaction = connection.begin_with(BEGIN).await.map_err(failed)?;
        let mut stored = load(&mut transaction, ticket.entries().iter().map(|entry| entry.key)).await?;
        for entry in ticket.entries() {
            if let Some(row) = stored.get_mut(&entry.key) {
                row.state = row.state.without_event(entry.recorded);
            }
        }
        // When a row may be forgotten stays as it was: the schedule is not known here, and later does no harm.
        let (empty, left): (Vec<_>, Vec<_>) = stored.into_iter().partition(|(_, row)| row.state.is_empty());
        if !left.is_empty() {
            write(&mut transaction, left.into_iter()).await?;
        }
        if !empty.is_empty() {
            delete(&mut transaction, empty.into_iter().map(|(key, _)| key)).await?;
        }
        transaction.commit().await.map_err(failed)
    }

    async fn lift(&self, keys: &[ThrottleKey]) -> Result<(), BackendError> {
        let mut connection = connection(&self.pool).await?;
        delete(&mut connection, keys.iter().copied()).await
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        purge(
            &self.pool,
            "delete from vestibule_throttles where key in \
             (select key from vestibule_throttles where forget_at <= ?1 order by forget_at limit ?2)",
            before,
        )
        .await
    }
}

/// What a row holds beside its key.
#[derive(Default)]
struct Stored {
    state: ThrottleState,
    forget_at: i64,
}

async fn load(
    connection: &mut SqliteConnection,
    keys: impl Iterator<Item = ThrottleKey>,
) -> Result<HashMap<ThrottleKey, Stored>, BackendError> {
    let mut query =
        QueryBuilder::<Sqlite>::new("select key, state, forget_at from vestibule_throttles where key in (");
    push_list(&mut query, keys);
    let rows = query.build().fetch_all(connection).await.map_err(failed)?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<(ThrottleKey, Stored), BackendError> {
    let (key, state) = read_state(row)?;
    let forget_at = row.try_get("forget_at").map_err(failed)?;
    Ok((key, Stored { state, forget_at }))
}

async fn write(
    connection: &mut SqliteConnection,
    rows: impl Iterator<Item = (ThrottleKey, Stored)>,
) -> Result<(), BackendError> {
    let mut query = QueryBuilder::<Sqlite>::new("insert into vestibule_throttles (key, state, forget_at) ");
    query.push_values(rows, |mut values, (key, row)| {
        values.push_bind(key.as_bytes().to_vec()).push_bind(row.state.to_bytes()).push_bind(row.forget_at);
    });
    query.push(" on conflict (key) do update set state = excluded.state, forget_at = excluded.forget_at");
    query.build().execute(connection).await.map_err(failed)?;
    Ok(())
}

async fn delete(
    connection: &mut SqliteConnection,
    keys: impl Iterator<Item = ThrottleKey>,
) -> Result<(), BackendError> {
    let mut query = QueryBuilder::<Sqlite>::new("delete from vestibule_throttles where key in (");
    push_list(&mut query, keys);
    query.build().execute(connection).await.map_err(failed)?;
    Ok(())
}

fn push_list(query: &mut QueryBuilder<Sqlite>, keys: impl Iterator<Item = ThrottleKey>) {
    let mut list = query.separated(", ");
    for key in keys {
        list.push_bind(key.as_bytes().to_vec());
    }
    list.push_unseparated(")");
}
