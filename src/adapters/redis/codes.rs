//! The code store.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use redis::Pipeline;
use redis::aio::ConnectionManager;
use time::OffsetDateTime;

use crate::code::HandleDigest;
use crate::error::{BackendError, BackendErrorKind};
use crate::ports::{ArmedCode, Attempt, CodeStore, PendingCode, Reissue};

use super::code_row::{EXPIRES_AT, Fields, fields_of_armed, fields_of_pending};
use super::connection::Connection;
use super::failure::damaged;
use super::moment::milliseconds;
use super::options::RedisOptions;
use super::rows::code::{read_reissued, read_stored};
use super::scan::Scan;
use super::script::{self, number};

/// How much longer than its life a row is kept, in milliseconds: for so long it is told from one that never was.
const KEPT_AFTER_EXPIRY: i64 = 60 * 60 * 1_000;

/// Keeps codes in Redis or Valkey, one hash a row.
///
/// | operation | round trips |
/// |---|---|
/// | `insert`, `arm`, `reissue`, `count_attempt`, `take` | 1; 2 the first time after the server lost its scripts |
/// | `purge` | 1 for each 1,000 keys of the server, and at most 2 for each such page that holds rows |
///
/// Rows go by themselves an hour after they expire, so nothing need ever be purged. `purge` walks over every key that the
/// server has, in steps of about a millisecond; in a cluster, over those of the node that is connected.
#[derive(Clone)]
pub struct RedisCodes {
    connection: Connection,
    prefix: String,
}

impl RedisCodes {
    /// Makes one on a server that may be used, with the default options.
    ///
    /// # Errors
    ///
    /// - `Misconfigured`, where the server is older than version 7, is a replica, may evict keys, or does not tell.
    /// - `Unavailable`, `TimedOut` and `Busy`, where it cannot be asked now.
    pub async fn open(connection: ConnectionManager) -> Result<Self, BackendError> {
        Self::open_with(connection, &RedisOptions::new()).await
    }

    /// The same, with options.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and `Misconfigured` for a prefix that cannot be used.
    pub async fn open_with(
        connection: ConnectionManager,
        options: &RedisOptions,
    ) -> Result<Self, BackendError> {
        let connection = Connection::open(connection, options).await?;
        Ok(Self { connection, prefix: format!("{}code:", options.prefix) })
    }

    fn key(&self, handle: &HandleDigest) -> [Vec<u8>; 1] {
        [format!("{}{}", self.prefix, base16ct::lower::encode_string(handle.as_bytes())).into_bytes()]
    }
}

impl fmt::Debug for RedisCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisCodes").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

#[async_trait]
impl CodeStore for RedisCodes {
    async fn insert(&self, code: &PendingCode) -> Result<(), BackendError> {
        // Counted from the asker's clock, so that the server's may show another time.
        let life = milliseconds(code.expires_at).saturating_sub(milliseconds(code.created_at)).max(0);
        let mut arguments = vec![number(life.saturating_add(KEPT_AFTER_EXPIRY))];
        arguments.extend(fields_of_pending(code));
        if self.connection.run(&script::INSERT, &self.key(&code.handle), &arguments).await? {
            return Ok(());
        }
        Err(BackendError::new(
            BackendErrorKind::Other,
            "a request with this handle is stored already: each must have a handle of its own",
        ))
    }

    async fn arm(
        &self,
        handle: &HandleDigest,
        issue: u32,
        code: &ArmedCode,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        let mut arguments = vec![number(milliseconds(now)), number(issue)];
        arguments.extend(fields_of_armed(code));
        self.connection.run(&script::ARM, &self.key(handle), &arguments).await
    }

    async fn reissue(
        &self,
        handle: &HandleDigest,
        resend_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Reissue, BackendError> {
        let arguments = [number(milliseconds(now)), number(milliseconds(resend_at))];
        let (outcome, wait, row): (String, u64, Option<HashMap<String, Vec<u8>>>) =
            self.connection.run(&script::REISSUE, &self.key(handle), &arguments).await?;
        match (outcome.as_str(), row.map(Fields)) {
            ("again", Some(row)) => Ok(Reissue::Again(read_reissued(&row, handle)?)),
            ("too soon", _) => Ok(Reissue::TooSoon { retry_after: Duration::from_millis(wait) }),
            ("gone", _) => Ok(Reissue::Gone),
            _ => Err(damaged()),
        }
    }

    async fn count_attempt(
        &self,
        handle: &HandleDigest,
        now: OffsetDateTime,
    ) -> Result<Attempt, BackendError> {
        let arguments = [number(milliseconds(now))];
        let (outcome, row): (String, Option<HashMap<String, Vec<u8>>>) =
            self.connection.run(&script::COUNT_ATTEMPT, &self.key(handle), &arguments).await?;
        match (outcome.as_str(), row.map(Fields)) {
            ("counted", Some(row)) => Ok(Attempt::Counted(read_stored(&row, handle)?)),
            ("exhausted", _) => Ok(Attempt::Exhausted),
            ("expired", _) => Ok(Attempt::Expired),
            ("taken", _) => Ok(Attempt::Taken),
            ("unknown", _) => Ok(Attempt::Unknown),
            _ => Err(damaged()),
        }
    }

    async fn take(
        &self,
        handle: &HandleDigest,
        issue: u32,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        let arguments = [number(milliseconds(now)), number(issue)];
        self.connection.run(&script::TAKE, &self.key(handle), &arguments).await
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        let before = milliseconds(before);
        let (mut scan, mut removed) = (Scan::new(&self.prefix, "hash"), 0);
        while let Some(keys) = scan.next(&self.connection).await? {
            removed += self.remove_expired(&keys, before).await?;
        }
        Ok(removed)
    }
}

impl RedisCodes {
    /// Looks first and removes then: between the two, nothing moves the expiry of a row.
    async fn remove_expired(&self, keys: &[Vec<u8>], before: i64) -> Result<u64, BackendError> {
        let mut look = Pipeline::with_capacity(keys.len());
        for key in keys {
            look.cmd("HGET").arg(key).arg(EXPIRES_AT);
        }
        if keys.is_empty() {
            return Ok(0);
        }
        let expiries: Vec<Option<Vec<u8>>> = self.connection.ask_all(&look).await?;
        let expired = keys.iter().zip(expiries).filter(|(_, expiry)| {
            // A row that is damaged goes with its time to live.
            let at = expiry.as_deref().and_then(|text| std::str::from_utf8(text).ok()?.parse::<i64>().ok());
            at.is_some_and(|at| at < before)
        });
        let mut remove = Pipeline::new();
        for (key, _) in expired {
            remove.cmd("UNLINK").arg(key);
        }
        if remove.is_empty() {
            return Ok(0);
        }
        let removed: Vec<u64> = self.connection.ask_all(&remove).await?;
        Ok(removed.into_iter().sum())
    }
}
