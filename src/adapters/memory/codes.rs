use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::Shared;
use crate::code::HandleDigest;
use crate::error::{BackendError, BackendErrorKind};
use crate::ports::{ArmedCode, Attempt, CodeStore, PendingCode, Reissue, Reissued, StoredCode};

/// A code store in memory: codes that are on their way end with the process.
///
/// Rows stay until [`purge`](CodeStore::purge) removes them.
#[derive(Clone, Default)]
pub struct MemoryCodes {
    rows: Shared<HashMap<HandleDigest, Row>>,
}

struct Row {
    code: StoredCode,
    /// What an earlier issue was armed with, which opens nothing any more. It is freed when the row is armed again, and not
    /// while somebody waits for an answer: how long freeing takes depends on the account that it was for.
    before: Option<ArmedCode>,
    taken: bool,
}

impl MemoryCodes {
    /// A store without any rows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl CodeStore for MemoryCodes {
    async fn insert(&self, code: &PendingCode) -> Result<(), BackendError> {
        match self.rows.lock().entry(code.handle) {
            Entry::Vacant(place) => {
                let code = StoredCode { pending: code.clone(), issue: 1, attempts: 0, armed: None };
                place.insert(Row { code, before: None, taken: false });
                Ok(())
            }
            Entry::Occupied(_) => Err(BackendError::new(
                BackendErrorKind::Other,
                "a request with this handle is stored already: each must have a handle of its own",
            )),
        }
    }

    async fn arm(
        &self,
        handle: &HandleDigest,
        issue: u32,
        code: &ArmedCode,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        let mut rows = self.rows.lock();
        let Some(row) = rows.get_mut(handle) else { return Ok(false) };
        if row.taken || row.has_expired(now) || row.code.issue != issue {
            return Ok(false);
        }
        row.code.armed = Some(code.clone());
        row.before = None;
        Ok(true)
    }

    async fn reissue(
        &self,
        handle: &HandleDigest,
        resend_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Reissue, BackendError> {
        let mut rows = self.rows.lock();
        let Some(row) = rows.get_mut(handle) else { return Ok(Reissue::Gone) };
        // Whether it is at its end comes first: nobody should wait for what will not come.
        if row.is_at_its_end(now) {
            return Ok(Reissue::Gone);
        }
        if let Some(retry_after) = positive(row.code.pending.resend_at - now) {
            return Ok(Reissue::TooSoon { retry_after });
        }
        row.code.issue += 1;
        row.before = row.code.armed.take();
        row.code.pending.resend_at = resend_at;
        Ok(Reissue::Again(Reissued { pending: row.code.pending.clone(), issue: row.code.issue }))
    }

    async fn count_attempt(
        &self,
        handle: &HandleDigest,
        now: OffsetDateTime,
    ) -> Result<Attempt, BackendError> {
        let mut rows = self.rows.lock();
        let Some(row) = rows.get_mut(handle) else { return Ok(Attempt::Unknown) };
        if row.taken {
            return Ok(Attempt::Taken);
        }
        if row.has_expired(now) {
            return Ok(Attempt::Expired);
        }
        if row.is_exhausted() {
            return Ok(Attempt::Exhausted);
        }
        row.code.attempts += 1;
        Ok(Attempt::Counted(row.code.clone()))
    }

    async fn take(
        &self,
        handle: &HandleDigest,
        issue: u32,
        _now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        let mut rows = self.rows.lock();
        let Some(row) = rows.get_mut(handle) else { return Ok(false) };
        // Neither expiry nor tries matter any more: they were looked at when the try was counted.
        if row.taken || row.code.issue != issue {
            return Ok(false);
        }
        row.taken = true;
        Ok(true)
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        let mut rows = self.rows.lock();
        let all = rows.len();
        rows.retain(|_, row| row.code.pending.expires_at >= before);
        Ok((all - rows.len()) as u64)
    }
}

impl Row {
    fn has_expired(&self, now: OffsetDateTime) -> bool {
        now >= self.code.pending.expires_at
    }

    const fn is_exhausted(&self) -> bool {
        self.code.attempts >= self.code.pending.max_attempts
    }

    fn is_at_its_end(&self, now: OffsetDateTime) -> bool {
        let pending = &self.code.pending;
        self.taken
            || self.is_exhausted()
            || self.has_expired(now)
            || self.code.issue >= pending.max_issues
            || now >= pending.reissue_until
    }
}

/// The wait, where there is one.
fn positive(wait: time::Duration) -> Option<Duration> {
    Duration::try_from(wait).ok().filter(|wait| !wait.is_zero())
}

impl fmt::Debug for MemoryCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryCodes").field("rows", &self.rows.lock().len()).finish()
    }
}
