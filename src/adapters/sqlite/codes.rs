//! The code store.

use std::fmt;

use async_trait::async_trait;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use time::OffsetDateTime;

use crate::code::HandleDigest;
use crate::error::{BackendError, BackendErrorKind};
use crate::ports::{ArmedCode, Attempt, CodeStore, PendingCode, Reissue};

use super::failure::failed;
use super::moment::milliseconds;
use super::purge::purge;
use super::rows::code::{read_reissued, read_stored};
use super::rows::refusals::{too_soon, why_not_counted};

/// Keeps codes in `vestibule_codes`.
///
/// | operation | statements |
/// |---|---|
/// | `insert`, `arm`, `take` | 1 |
/// | `count_attempt`, `reissue` | 1; one more to say why nothing was done |
/// | `purge` | 1 for each 250 rows |
///
/// Each statement is a transaction of its own: what it promises is in its `where` clause.
#[derive(Clone)]
pub struct SqliteCodes {
    pool: SqlitePool,
}

impl SqliteCodes {
    /// Makes one on a pool whose database has the schema: see [`migrate`](super::migrate).
    #[must_use]
    pub const fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }
}

impl fmt::Debug for SqliteCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteCodes").finish_non_exhaustive()
    }
}

#[async_trait]
impl CodeStore for SqliteCodes {
    async fn insert(&self, code: &PendingCode) -> Result<(), BackendError> {
        sqlx::query(
            "insert into vestibule_codes (handle, purpose, contact, locale, format, created_at, resend_at, \
             reissue_until, expires_at, max_attempts, max_issues) \
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )
        .bind(&code.handle.as_bytes()[..])
        .bind(code.purpose.as_str())
        .bind(code.contact.canonical())
        .bind(code.locale.as_ref().map(|locale| locale.as_str()))
        .bind(code.format.to_string())
        .bind(milliseconds(code.created_at))
        .bind(milliseconds(code.resend_at))
        .bind(milliseconds(code.reissue_until))
        .bind(milliseconds(code.expires_at))
        .bind(i64::from(code.max_attempts))
        .bind(i64::from(code.max_issues))
        .execute(&self.pool)
        .await
        .map_err(|error| match error.as_database_error() {
            Some(refused) if refused.is_unique_violation() => BackendError::new(
                BackendErrorKind::Other,
                "a request with this handle is stored already: each must have a handle of its own",
            ),
            _ => failed(error),
        })?;
        Ok(())
    }

    async fn arm(
        &self,
        handle: &HandleDigest,
        issue: u32,
        code: &ArmedCode,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        let armed = sqlx::query(
            "update vestibule_codes set mac = ?4, account_id = ?5, destination = ?6, credential_version = ?7 \
             where handle = ?1 and issue = ?2 and taken_at is null and expires_at > ?3",
        )
        .bind(&handle.as_bytes()[..])
        .bind(i64::from(issue))
        .bind(milliseconds(now))
        .bind(code.mac.to_bytes().to_vec())
        .bind(code.target.account.as_str())
        .bind(code.target.destination.canonical())
        .bind(code.target.credential_version.as_str())
        .execute(&self.pool)
        .await
        .map_err(failed)?;
        Ok(armed.rows_affected() == 1)
    }

    async fn reissue(
        &self,
        handle: &HandleDigest,
        resend_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Reissue, BackendError> {
        let issued = self
            .one(
                sqlx::query(
                    "update vestibule_codes set issue = issue + 1, resend_at = ?3, mac = null, \
                     account_id = null, destination = null, credential_version = null \
                     where handle = ?1 and taken_at is null and expires_at > ?2 and reissue_until > ?2 \
                     and attempts < max_attempts and issue < max_issues and resend_at <= ?2 returning *",
                )
                .bind(&handle.as_bytes()[..])
                .bind(milliseconds(now))
                .bind(milliseconds(resend_at)),
            )
            .await?;
        if let Some(row) = issued {
            return Ok(Reissue::Again(read_reissued(&row, handle)?));
        }
        // What ends a row never comes undone, so this finds it for no other reason than that it is too soon: also
        // when somebody else's call has just moved it on.
        let waiting = self
            .one(
                sqlx::query(
                    "select resend_at from vestibule_codes \
                     where handle = ?1 and taken_at is null and expires_at > ?2 and reissue_until > ?2 \
                     and attempts < max_attempts and issue < max_issues",
                )
                .bind(&handle.as_bytes()[..])
                .bind(milliseconds(now)),
            )
            .await?;
        let Some(row) = waiting else { return Ok(Reissue::Gone) };
        too_soon(&row, now)
    }

    async fn count_attempt(
        &self,
        handle: &HandleDigest,
        now: OffsetDateTime,
    ) -> Result<Attempt, BackendError> {
        let counted = self
            .one(
                sqlx::query(
                    "update vestibule_codes set attempts = attempts + 1 \
                     where handle = ?1 and taken_at is null and expires_at > ?2 and attempts < max_attempts \
                     returning *",
                )
                .bind(&handle.as_bytes()[..])
                .bind(milliseconds(now)),
            )
            .await?;
        if let Some(row) = counted {
            return Ok(Attempt::Counted(read_stored(&row, handle)?));
        }
        let refused = self
            .one(
                sqlx::query("select taken_at, expires_at, attempts, max_attempts from vestibule_codes where handle = ?1")
                    .bind(&handle.as_bytes()[..]),
            )
            .await?;
        let Some(row) = refused else { return Ok(Attempt::Unknown) };
        why_not_counted(&row, now)
    }

    async fn take(
        &self,
        handle: &HandleDigest,
        issue: u32,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        let taken = sqlx::query(
            "update vestibule_codes set taken_at = ?3 where handle = ?1 and issue = ?2 and taken_at is null",
        )
        .bind(&handle.as_bytes()[..])
        .bind(i64::from(issue))
        .bind(milliseconds(now))
        .execute(&self.pool)
        .await
        .map_err(failed)?;
        Ok(taken.rows_affected() == 1)
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        purge(
            &self.pool,
            "delete from vestibule_codes where rowid in \
             (select rowid from vestibule_codes where expires_at < ?1 order by expires_at limit ?2)",
            before,
        )
        .await
    }
}

impl SqliteCodes {
    /// Runs a statement that finds at most one row.
    ///
    /// It is run to its end, past that row: a statement that changes something is committed there, and the driver's
    /// `fetch_optional`, which stops at the row, would not tell that the commit failed.
    async fn one(&self, query: Query<'_>) -> Result<Option<SqliteRow>, BackendError> {
        Ok(query.fetch_all(&self.pool).await.map_err(failed)?.pop())
    }
}

type Query<'a> = sqlx::query::Query<'a, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;
