//! The throttle store.

use std::collections::HashMap;
use std::fmt;

use async_trait::async_trait;
use sqlx::PgConnection;
use sqlx::postgres::PgPool;
use time::OffsetDateTime;

use crate::error::BackendError;
use crate::ports::ThrottleStore;
use crate::throttle::{
    Charge, Schedule, Settlement, Terms, ThrottleKey, ThrottleState, Ticket, TicketEntry, Verdict, settle,
};

use super::connection::{Session, change, in_time};
use super::failure::Failure;
use super::moment::{milliseconds, moment};
use super::purge::purge;
use super::throttle_row::{Log, read};

/// Keeps throttles in `vestibule.throttles`.
///
/// | operation | statements, in a transaction |
/// |---|---|
/// | `charge` | 1, whatever the verdict; one more for each 64th event of a key, see below |
/// | `refund`, `lift` | 1 |
/// | `purge` | 1 for each 1,000 rows |
///
/// A charge notes the event on every key at once, in the order of the keys, and is given what was there before. On that
/// the library decides: it commits, or it rolls back, and then nothing was changed. Rows are locked from the
/// statement to the commit, always in the order of their keys, so batches cannot deadlock.
///
/// A row holds the times of its latest events, to which a statement can add without knowing the [`Schedule`], and the
/// older ones as a [`ThrottleState`]. The charge that makes the former 128 moves the older half over.
///
/// A refund finds its event among the latest 64 at least. One that comes later than that finds nothing to undo:
/// somebody waits a little longer than he should.
#[derive(Clone)]
pub struct PostgresThrottle {
    pool: PgPool,
}

impl PostgresThrottle {
    /// Makes one on a pool whose database has the schema: see [`migrate`](super::migrate).
    #[must_use]
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    async fn charge_once(&self, charges: &[Charge], now: OffsetDateTime) -> Result<Verdict, Failure> {
        let mut session = Session::take(&self.pool).await?;
        let mut transaction = session.begin().await?;
        let logs = note(&mut transaction, charges, now).await?;
        let states: Vec<_> =
            charges.iter().map(|charge| (*charge, state_before(&logs, charges, charge))).collect();
        let verdict = match settle(&states, now) {
            Settlement::Allowed { ticket, .. } => {
                fold(&mut transaction, charges, &logs).await?;
                transaction.commit().await?;
                Verdict::Allowed(as_noted(&ticket, now))
            }
            Settlement::Wait(wait) => {
                transaction.rollback().await?;
                Verdict::Wait(wait)
            }
            Settlement::Stopped => {
                transaction.rollback().await?;
                Verdict::Stopped
            }
        };
        session.end();
        Ok(verdict)
    }
}

impl fmt::Debug for PostgresThrottle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresThrottle").finish_non_exhaustive()
    }
}

#[async_trait]
impl ThrottleStore for PostgresThrottle {
    async fn charge(&self, charges: &[Charge], now: OffsetDateTime) -> Result<Verdict, BackendError> {
        if charges.is_empty() {
            return Ok(Verdict::Allowed(Ticket::default()));
        }
        in_time(&self.pool, || self.charge_once(charges, now)).await
    }

    async fn refund(&self, ticket: &Ticket) -> Result<(), BackendError> {
        if ticket.entries().is_empty() {
            return Ok(());
        }
        // A row without events is kept for the next purge: whether it is one is known only once it is locked.
        change(&self.pool, || {
            sqlx::query(
                "with held as materialized ( \
                   select key from vestibule.throttles where key = any($1) order by key for update \
                 ) \
                 update vestibule.throttles t set \
                 later = t.later[:array_position(t.later, e.noted) - 1] \
                   || t.later[array_position(t.later, e.noted) + 1:], \
                 forget_at = case when cardinality(t.later) = 1 and t.state = '\\x0100' then 0 else t.forget_at end \
                 from held h join unnest($1::bytea[], $2::bigint[]) as e (key, noted) on e.key = h.key \
                 where t.key = h.key and e.noted = any(t.later)",
            )
            .bind(key_list(ticket.entries().iter().map(|entry| entry.key)))
            .bind(ticket.entries().iter().map(|entry| milliseconds(entry.recorded)).collect::<Vec<_>>())
        })
        .await?;
        Ok(())
    }

    async fn lift(&self, keys: &[ThrottleKey]) -> Result<(), BackendError> {
        change(&self.pool, || {
            sqlx::query(
                "with held as materialized ( \
                   select key from vestibule.throttles where key = any($1) order by key for update \
                 ) \
                 delete from vestibule.throttles t using held h where t.key = h.key",
            )
            .bind(key_list(keys.iter().copied()))
        })
        .await?;
        Ok(())
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        purge(
            &self.pool,
            "delete from vestibule.throttles where ctid = any(array( \
               select ctid from vestibule.throttles where forget_at <= $1 order by forget_at limit $2 \
               for update skip locked))",
            before,
        )
        .await
    }
}

/// Notes the event on every key, and returns what each row holds then. The keys are inserted, or locked, one after the
/// other in their order.
async fn note(
    connection: &mut PgConnection,
    charges: &[Charge],
    now: OffsetDateTime,
) -> Result<HashMap<ThrottleKey, Log>, Failure> {
    let at = milliseconds(now);
    let forget_at: Vec<_> = charges.iter().map(|charge| forgotten(&charge.schedule, at)).collect();
    let rows = sqlx::query(
        "insert into vestibule.throttles as t (key, later, forget_at) \
         select key, array_fill($3::bigint, array[count(*)::int]), max(forget_at) \
         from unnest($1::bytea[], $2::bigint[]) as c (key, forget_at) group by key order by key \
         on conflict (key) do update \
         set later = t.later || excluded.later, forget_at = greatest(t.forget_at, excluded.forget_at) \
         returning key, state, later",
    )
    .bind(key_list(charges.iter().map(|charge| charge.key)))
    .bind(forget_at)
    .bind(at)
    .fetch_all(connection)
    .await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// The events of a key before those of this batch.
fn state_before(logs: &HashMap<ThrottleKey, Log>, charges: &[Charge], charge: &Charge) -> ThrottleState {
    let Some(log) = logs.get(&charge.key) else { return ThrottleState::default() };
    let own = charges.iter().filter(|other| other.key == charge.key).count();
    log.up_to(log.later.len().saturating_sub(own), &charge.schedule)
}

/// How many of the latest events a row holds as times, at most, and how many of them are left when it is folded.
const LATEST: usize = 128;
const KEPT: usize = 64;

/// Moves the older half of long logs into the state.
async fn fold(
    connection: &mut PgConnection,
    charges: &[Charge],
    logs: &HashMap<ThrottleKey, Log>,
) -> Result<(), Failure> {
    let (mut keys, mut states, mut folded, mut forget_at) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for Charge { key, schedule } in charges {
        let Some(log) = logs.get(key) else { continue };
        if log.later.len() < LATEST {
            continue;
        }
        let older = log.later.len() - KEPT;
        keys.push(*key);
        states.push(log.up_to(older, schedule).to_bytes());
        folded.push(older as i32);
        forget_at.push(milliseconds(log.up_to(log.later.len(), schedule).forget_at(schedule)));
    }
    if keys.is_empty() {
        return Ok(());
    }
    // The rows are locked already.
    sqlx::query(
        "update vestibule.throttles t set state = f.state, later = t.later[f.folded + 1:], forget_at = f.forget_at \
         from unnest($1::bytea[], $2::bytea[], $3::int[], $4::bigint[]) as f (key, state, folded, forget_at) \
         where t.key = f.key",
    )
    .bind(key_list(keys.into_iter()))
    .bind(states)
    .bind(folded)
    .bind(forget_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The receipt, by the times under which the rows hold the events.
fn as_noted(ticket: &Ticket, now: OffsetDateTime) -> Ticket {
    let noted = moment(milliseconds(now)).unwrap_or(now);
    Ticket::new(ticket.entries().iter().map(|entry| TicketEntry { recorded: noted, ..*entry }).collect())
}

/// When an event at this time says nothing any more, in milliseconds: schedules may record it a granule late.
const fn forgotten(schedule: &Schedule, at: i64) -> i64 {
    let (memory, granule) = match schedule.terms() {
        Terms::Window { period, granule, .. } => (period, granule),
        Terms::BackOff { forget_after, .. } => (forget_after, 1),
        Terms::Ceiling { forget_after, granule, .. } => (forget_after, granule),
    };
    at.saturating_add((-at).rem_euclid(granule)).saturating_add(memory)
}

fn key_list(keys: impl Iterator<Item = ThrottleKey>) -> Vec<Vec<u8>> {
    keys.map(|key| key.as_bytes().to_vec()).collect()
}
