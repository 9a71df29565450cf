//! How a connection is taken, how a transaction begins, and what is tried again.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgPool, PgRow};
use sqlx::query::Query;
use sqlx::{Connection, Postgres, Transaction};
use tokio::time::{sleep, timeout};

use crate::error::BackendError;

use super::failure::{Failure, is_conflict, late, no_connection};

/// How every transaction begins, whatever the defaults of the pool, the role or the database are.
///
/// `read committed`, because every statement decides on the latest version of the rows that it has locked, and that is
/// what this level gives it. The limits are the transaction's own: nobody waits for a lock for longer than 3 s, and the
/// locks of a machine that is gone are free again after 5 s.
const BEGIN: &str = "begin isolation level read committed; set local lock_timeout = '3s'; \
     set local statement_timeout = '5s'; set local idle_in_transaction_session_timeout = '5s'";

/// How long an operation takes at most, with the wait for a connection: less than the core waits for a port.
const PATIENCE: Duration = Duration::from_secs(8);

/// How often what lost against others is tried again, and after which pause; the pause doubles.
const RETRIES: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// A connection that is closed, and not lent again, unless what it was taken for came to its end.
///
/// A future that was dropped, or that ran out of time, may leave a connection that waits for a lock, or for a machine
/// that is gone: nobody else should wait with it.
pub(super) struct Session(Option<PoolConnection<Postgres>>);

impl Session {
    pub(super) async fn take(pool: &PgPool) -> Result<Self, Failure> {
        match pool.acquire().await {
            Ok(connection) => Ok(Self(Some(connection))),
            Err(sqlx::Error::PoolTimedOut) => Err(no_connection(pool).into()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn begin(&mut self) -> Result<Transaction<'_, Postgres>, Failure> {
        Ok(self.connection()?.begin_with(BEGIN).await?)
    }

    /// Gives the connection back to the pool.
    pub(super) fn end(mut self) {
        drop(self.0.take());
    }

    pub(super) fn connection(&mut self) -> Result<&mut PoolConnection<Postgres>, Failure> {
        self.0.as_mut().ok_or(Failure::Driver(sqlx::Error::PoolClosed))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.0 {
            connection.close_on_drop();
        }
    }
}

type Statement<'a> = Query<'a, Postgres, PgArguments>;

/// Runs one statement that changes nothing.
pub(super) async fn read<'a>(
    pool: &PgPool,
    statement: impl Fn() -> Statement<'a>,
) -> Result<Vec<PgRow>, BackendError> {
    tried_again(pool, PATIENCE, || async {
        let mut session = Session::take(pool).await?;
        let rows = statement().fetch_all(&mut **session.connection()?).await?;
        session.end();
        Ok(rows)
    })
    .await
}

/// Runs one statement in a transaction, and returns the rows that it returns, once they are committed.
pub(super) async fn write<'a>(
    pool: &PgPool,
    statement: impl Fn() -> Statement<'a>,
) -> Result<Vec<PgRow>, BackendError> {
    tried_again(pool, PATIENCE, || async {
        let mut session = Session::take(pool).await?;
        let mut transaction = session.begin().await?;
        let rows = statement().fetch_all(&mut *transaction).await?;
        transaction.commit().await?;
        session.end();
        Ok(rows)
    })
    .await
}

/// Runs one statement in a transaction, and returns how many rows it changed.
pub(super) async fn change<'a>(
    pool: &PgPool,
    statement: impl Fn() -> Statement<'a>,
) -> Result<u64, BackendError> {
    tried_again(pool, PATIENCE, || async {
        let mut session = Session::take(pool).await?;
        let mut transaction = session.begin().await?;
        let changed = statement().execute(&mut *transaction).await?.rows_affected();
        transaction.commit().await?;
        session.end();
        Ok(changed)
    })
    .await
}

/// Runs work that is one transaction, with the usual patience.
pub(super) async fn in_time<T, F>(pool: &PgPool, work: impl Fn() -> F) -> Result<T, BackendError>
where
    F: Future<Output = Result<T, Failure>>,
{
    tried_again(pool, PATIENCE, work).await
}

/// Runs work that is one transaction, again where PostgreSQL gave it up in favour of others (a deadlock, a serialisation
/// failure): nothing of it was done then.
pub(super) async fn tried_again<T, F>(
    pool: &PgPool,
    patience: Duration,
    work: impl Fn() -> F,
) -> Result<T, BackendError>
where
    F: Future<Output = Result<T, Failure>>,
{
    let tries = async {
        let mut pause = FIRST_PAUSE;
        for _ in 0..RETRIES {
            match work().await {
                Err(Failure::Driver(error)) if is_conflict(&error) => sleep(pause).await,
                outcome => return outcome,
            }
            pause *= 2;
        }
        work().await
    };
    match timeout(patience, tries).await {
        Ok(outcome) => outcome.map_err(BackendError::from),
        Err(_) => Err(late(pool)),
    }
}
