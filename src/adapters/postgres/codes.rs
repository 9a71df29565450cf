//! The code store.

use std::fmt;

use async_trait::async_trait;
use sqlx::postgres::PgPool;
use time::OffsetDateTime;

use crate::code::HandleDigest;
use crate::error::{BackendError, BackendErrorKind};
use crate::ports::{ArmedCode, Attempt, CodeStore, PendingCode, Reissue};

use super::connection::{change, read, write};
use super::moment::milliseconds;
use super::purge::purge;
use super::rows::code::{read_reissued, read_stored};
use super::rows::refusals::{too_soon, why_not_counted};

/// Keeps codes in `vestibule.codes`.
///
/// | operation | statements |
/// |---|---|
/// | `insert`, `arm`, `take` | 1 |
/// | `count_attempt`, `reissue` | 1; one more to say why nothing was done |
/// | `purge` | 1 for each 1,000 rows |
///
/// Each statement that writes is a transaction of its own: what it promises is in its `where` clause, which PostgreSQL
/// looks at again once it has the row.
#[derive(Clone)]
pub struct PostgresCodes {
    pool: PgPool,
}

impl PostgresCodes {
    /// Makes one on a pool whose database has the schema: see [`migrate`](super::migrate).
    #[must_use]
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

impl fmt::Debug for PostgresCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresCodes").finish_non_exhaustive()
    }
}

#[async_trait]
impl CodeStore for PostgresCodes {
    async fn insert(&self, code: &PendingCode) -> Result<(), BackendError> {
        let inserted = change(&self.pool, || {
            sqlx::query(
                "insert into vestibule.codes (handle, purpose, contact, locale, format, created_at, resend_at, \
                 reissue_until, expires_at, max_attempts, max_issues) \
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (handle) do nothing",
            )
            .bind(&code.handle.as_bytes()[..])
            .bind(code.purpose.as_str())
            .bind(code.contact.canonical())
            .bind(code.locale.as_ref().map(|locale| locale.as_str().as_bytes()))
            .bind(code.format.to_string())
            .bind(milliseconds(code.created_at))
            .bind(milliseconds(code.resend_at))
            .bind(milliseconds(code.reissue_until))
            .bind(milliseconds(code.expires_at))
            .bind(i64::from(code.max_attempts))
            .bind(i64::from(code.max_issues))
        })
        .await?;
        if inserted == 0 {
            return Err(BackendError::new(
                BackendErrorKind::Other,
                "a request with this handle is stored already: each must have a handle of its own",
            ));
        }
        Ok(())
    }

    async fn arm(
        &self,
        handle: &HandleDigest,
        issue: u32,
        code: &ArmedCode,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        let armed = change(&self.pool, || {
            sqlx::query(
                "update vestibule.codes set mac = $4, account_id = $5, destination = $6, credential_version = $7 \
                 where handle = $1 and issue = $2 and taken_at is null and expires_at > $3",
            )
            .bind(&handle.as_bytes()[..])
            .bind(i64::from(issue))
            .bind(milliseconds(now))
            .bind(code.mac.to_bytes().to_vec())
            .bind(code.target.account.as_str().as_bytes())
            .bind(code.target.destination.canonical())
            .bind(code.target.credential_version.as_str().as_bytes())
        })
        .await?;
        Ok(armed == 1)
    }

    async fn reissue(
        &self,
        handle: &HandleDigest,
        resend_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Reissue, BackendError> {
        let issued = write(&self.pool, || {
            sqlx::query(concat!(
                "update vestibule.codes set issue = issue + 1, resend_at = $3, mac = null, \
                 account_id = null, destination = null, credential_version = null \
                 where handle = $1 and taken_at is null and expires_at > $2 and reissue_until > $2 \
                 and attempts < max_attempts and issue < max_issues and resend_at <= $2 returning ",
                requested!()
            ))
            .bind(&handle.as_bytes()[..])
            .bind(milliseconds(now))
            .bind(milliseconds(resend_at))
        })
        .await?;
        if let [row] = &issued[..] {
            return Ok(Reissue::Again(read_reissued(row, handle)?));
        }
        // What ends a row never comes undone, so this finds it for no other reason than that it is too soon: also
        // when somebody else's call has just moved it on.
        let waiting = read(&self.pool, || {
            sqlx::query(
                "select resend_at from vestibule.codes \
                 where handle = $1 and taken_at is null and expires_at > $2 and reissue_until > $2 \
                 and attempts < max_attempts and issue < max_issues",
            )
            .bind(&handle.as_bytes()[..])
            .bind(milliseconds(now))
        })
        .await?;
        let Some(row) = waiting.first() else { return Ok(Reissue::Gone) };
        too_soon(row, now)
    }

    async fn count_attempt(
        &self,
        handle: &HandleDigest,
        now: OffsetDateTime,
    ) -> Result<Attempt, BackendError> {
        let counted = write(&self.pool, || {
            sqlx::query(concat!(
                "update vestibule.codes set attempts = attempts + 1 \
                 where handle = $1 and taken_at is null and expires_at > $2 and attempts < max_attempts \
                 returning attempts, mac, account_id, destination, credential_version, ",
                requested!()
            ))
            .bind(&handle.as_bytes()[..])
            .bind(milliseconds(now))
        })
        .await?;
        if let [row] = &counted[..] {
            return Ok(Attempt::Counted(read_stored(row, handle)?));
        }
        let refused = read(&self.pool, || {
            sqlx::query(
                "select taken_at, expires_at, attempts, max_attempts from vestibule.codes where handle = $1",
            )
            .bind(&handle.as_bytes()[..])
        })
        .await?;
        let Some(row) = refused.first() else { return Ok(Attempt::Unknown) };
        why_not_counted(row, now)
    }

    async fn take(
        &self,
        handle: &HandleDigest,
        issue: u32,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        let taken = change(&self.pool, || {
            sqlx::query(
                "update vestibule.codes set taken_at = $3 \
                 where handle = $1 and issue = $2 and taken_at is null",
            )
            .bind(&handle.as_bytes()[..])
            .bind(i64::from(issue))
            .bind(milliseconds(now))
        })
        .await?;
        Ok(taken == 1)
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        purge(
            &self.pool,
            "delete from vestibule.codes where ctid = any(array( \
               select ctid from vestibule.codes where expires_at < $1 order by expires_at limit $2 \
               for update skip locked))",
            before,
        )
        .await
    }
}

/// The columns of a request and its issue, by name: with `*`, a column that a later release adds would break the plans
/// that this one has prepared.
macro_rules! requested {
    () => {
        "purpose, contact, locale, format, created_at, resend_at, reissue_until, expires_at, max_attempts, \
         max_issues, issue"
    };
}
use requested;
