//! A code store that can be broken.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use time::OffsetDateTime;
use vestibule::code::{HandleDigest, Purpose};
use vestibule::error::{BackendError, BackendErrorKind};
use vestibule::ports::{ArmedCode, Attempt, CodeStore, PendingCode, Reissue, Reissued, StoredCode};
use vestibule::{async_trait, time};

use crate::Defect;

#[derive(Debug)]
pub(crate) struct BreakableCodes {
    rows: Mutex<HashMap<HandleDigest, Row>>,
    defect: Defect,
}

#[derive(Clone, Debug)]
struct Row {
    code: StoredCode,
    taken: bool,
}

impl BreakableCodes {
    pub(crate) fn with(defect: &'static str) -> Self {
        Self { rows: Mutex::default(), defect: Defect::new(defect) }
    }

    fn is(&self, defect: &str) -> bool {
        self.defect.is(defect)
    }

    /// A copy of the row: what is done to it counts when it is written.
    fn read(&self, handle: &HandleDigest) -> Option<Row> {
        self.rows.lock().unwrap().get(handle).cloned()
    }

    fn write(&self, row: Row) {
        self.rows.lock().unwrap().insert(row.code.pending.handle, row);
    }
}

#[async_trait]
impl CodeStore for BreakableCodes {
    async fn insert(&self, code: &PendingCode) -> Result<(), BackendError> {
        let mut pending = code.clone();
        if self.is("lose_the_locale") {
            pending.locale = None;
        }
        if self.is("keep_whole_seconds") {
            pending.expires_at = pending.expires_at.replace_millisecond(0).unwrap();
        }
        if self.is("mistake_the_purpose") {
            pending.purpose = Purpose::Activation;
        }
        if self.read(&code.handle).is_some() && !self.is("overwrite_a_row") {
            return Err(BackendError::new(BackendErrorKind::Other, "the handle is there already"));
        }
        self.write(Row { code: StoredCode { pending, issue: 1, attempts: 0, armed: None }, taken: false });
        Ok(())
    }

    async fn arm(
        &self,
        handle: &HandleDigest,
        issue: u32,
        code: &ArmedCode,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        let Some(mut row) = self.read(handle) else {
            return Ok(self.is("claim_to_arm_what_is_not_there"));
        };
        let expires_at = row.code.pending.expires_at;
        let expired =
            if self.is("arm_at_the_moment_of_expiry") { now > expires_at } else { now >= expires_at };
        if expired
            || (row.taken && !self.is("arm_what_is_taken"))
            || (row.code.issue != issue && !self.is("arm_any_issue"))
            || (row.code.armed.is_some() && self.is("are_armed_once_only"))
        {
            return Ok(false);
        }
        let mut code = code.clone();
        if let Some(old) = row.code.armed.take().filter(|_| self.is("keep_the_old_target")) {
            code.target = old.target;
        }
        if self.is("have_new_tries_when_armed_again") {
            row.code.attempts = 0;
        }
        row.code.armed = Some(code);
        self.write(row);
        Ok(true)
    }

    async fn reissue(
        &self,
        handle: &HandleDigest,
        resend_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Reissue, BackendError> {
        let _turn = self.defect.turn_unless("are_issued_again_without_a_lock").await;
        let Some(mut row) = self.read(handle) else { return Ok(Reissue::Gone) };
        let pending = &row.code.pending;
        let last = pending.max_issues + u32::from(self.is("are_issued_once_too_often"));
        let until = if self.is("are_issued_again_until_they_expire") {
            pending.expires_at
        } else {
            pending.reissue_until
        };
        let exhausted = row.code.attempts >= pending.max_attempts;
        if (row.taken && !self.is("are_issued_again_when_taken"))
            || (exhausted && !self.is("are_issued_again_when_exhausted"))
            || row.code.issue >= last
            || now >= until
        {
            return Ok(Reissue::Gone);
        }
        if now < pending.resend_at && !self.is("are_issued_again_too_soon") {
            return Ok(Reissue::TooSoon { retry_after: (pending.resend_at - now).unsigned_abs() });
        }
        self.defect.pause_if("are_issued_again_without_a_lock").await;
        row.code.issue += 1;
        if !self.is("keep_the_mac_of_the_old_issue") {
            row.code.armed = None;
        }
        if !self.is("keep_the_first_time_to_resend") {
            row.code.pending.resend_at = resend_at;
        }
        if self.is("forget_tries_on_a_new_issue") {
            row.code.attempts = 0;
        }
        if self.is("live_longer_by_a_new_issue") {
            row.code.pending.expires_at += Duration::from_secs(60);
        }
        self.write(row.clone());
        Ok(Reissue::Again(Reissued { pending: row.code.pending, issue: row.code.issue }))
    }

    async fn count_attempt(
        &self,
        handle: &HandleDigest,
        now: OffsetDateTime,
    ) -> Result<Attempt, BackendError> {
        let _turn = self.defect.turn_unless("count_without_a_lock").await;
        let Some(mut row) = self.read(handle) else {
            if self.is("make_rows_by_asking") {
                let other = self.rows.lock().unwrap().values().next().cloned();
                let mut made = other.expect("a row to copy");
                made.code.pending.handle = *handle;
                self.write(made);
            }
            return Ok(Attempt::Unknown);
        };
        let mut expires_at = row.code.pending.expires_at;
        if self.is("live_a_millisecond_too_long") {
            expires_at += Duration::from_millis(1);
        }
        if now >= expires_at && self.is("are_expired_rather_than_taken") {
            return Ok(Attempt::Expired);
        }
        if row.taken {
            return Ok(Attempt::Taken);
        }
        if now >= expires_at {
            return Ok(Attempt::Expired);
        }
        let most = row.code.pending.max_attempts.saturating_add(u32::from(self.is("have_one_try_too_many")));
        if row.code.attempts >= most {
            return Ok(Attempt::Exhausted);
        }
        self.defect.pause_if("count_without_a_lock").await;
        let before = row.code.clone();
        row.code.attempts += 1;
        self.write(row.clone());
        Ok(Attempt::Counted(if self.is("count_after_the_answer") { before } else { row.code }))
    }

    async fn take(
        &self,
        handle: &HandleDigest,
        issue: u32,
        _now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        let _turn = self.defect.turn_unless("are_taken_without_a_lock").await;
        let Some(mut row) = self.read(handle) else { return Ok(false) };
        let exhausted = row.code.attempts >= row.code.pending.max_attempts;
        if row.taken
            || (row.code.issue != issue && !self.is("are_taken_by_any_issue"))
            || (exhausted && self.is("are_not_taken_after_the_last_try"))
        {
            return Ok(false);
        }
        self.defect.pause_if("are_taken_without_a_lock").await;
        row.taken = true;
        self.write(row);
        Ok(true)
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        let mut rows = self.rows.lock().unwrap();
        let gone = rows.values().filter(|row| {
            let expires_at = row.code.pending.expires_at;
            expires_at < before
                || (expires_at == before && self.is("purge_at_the_moment_of_expiry"))
                || (row.taken && self.is("purge_what_is_taken"))
        });
        let batch = if self.is("purge_one_batch_only") { 500 } else { usize::MAX };
        let gone: Vec<_> = gone.map(|row| row.code.pending.handle).take(batch).collect();
        rows.retain(|handle, _| !gone.contains(handle));
        Ok(gone.len() as u64)
    }
}
