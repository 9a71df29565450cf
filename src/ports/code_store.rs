use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;

use crate::account::{AccountId, CredentialVersion};
use crate::code::{CodeFormat, CodeMac, HandleDigest, Purpose};
use crate::contact::Contact;
use crate::error::BackendError;
use crate::key::KeyRing;
use crate::locale::Locale;

/// Keeps the codes that are on their way: one row a request.
///
/// A row is the same whoever asked. It is *armed* afterwards, with the MAC of a code for an account, or with a decoy
/// that no code opens and that has every field the other has: with the ids of this crate's directories, no store can tell one from the other. The comparison is
/// the core's, so that no store can get it wrong.
///
/// Times are compared as they are given: a row is live while `now < expires_at`. A row is *exhausted* when
/// `max_attempts` tries are counted, and *taken* when its code was used.
///
/// # Contract
///
/// A new row:
/// - It is read back as it was written (`a_row_is_read_back_as_it_was_written`).
/// - A handle that is there already is refused with an error (`a_handle_is_inserted_once`).
///
/// Arming:
/// - The current issue of a live row is armed, and may be armed again (`the_current_issue_is_armed`).
/// - Another issue than the current one, an expired, a taken and an unknown row are not
///   (`another_issue_than_the_current_one_is_not_armed`, `an_expired_row_is_not_armed`,
///   `a_taken_row_is_not_armed`, `an_unknown_row_is_not_armed`).
///
/// Issuing again:
/// - The issue number goes up by one and the old MAC is gone; tries and expiry stay
///   (`a_new_issue_keeps_tries_and_expiry_and_drops_the_mac`).
/// - Before `resend_at` it is too soon, and the store says for how long (`a_new_issue_before_its_time_is_too_soon`).
/// - After `max_issues` issues, from `reissue_until` on, and for a taken, exhausted or unknown row, it is gone
///   (`after_the_last_issue_the_row_is_gone`, `near_its_end_a_row_is_not_issued_again`,
///   `a_taken_exhausted_or_unknown_row_is_not_issued_again`).
/// - Of any number of concurrent calls, one gets the next issue (`of_64_concurrent_reissues_one_succeeds`).
///
/// Counting a try:
/// - The try is counted before the record is handed out, and stays counted (`a_try_is_counted_before_the_answer`).
/// - At most `max_attempts` of any number of concurrent calls get the record
///   (`of_64_concurrent_tries_as_many_as_allowed_are_counted`).
/// - A taken row is `Taken`, else an expired one is `Expired` from `expires_at` on, else one without tries left is
///   `Exhausted`; one never inserted is `Unknown` (`a_row_without_tries_left_is_exhausted`,
///   `a_row_is_expired_from_its_expiry_on`, `a_taken_row_is_taken`, `an_unknown_handle_is_unknown`).
///
/// Taking:
/// - Of any number of concurrent calls, one gets `true` (`of_64_concurrent_takes_one_succeeds`).
/// - Only the issue that was compared is taken (`another_issue_than_the_current_one_is_not_taken`).
///
/// Purging:
/// - Rows that expired before the given time go, and no others (`purging_removes_expired_rows_only`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a code store",
    note = "take one of `vestibule::adapters`, such as `SqliteCodes::new(pool)` or `MemoryCodes::new()`"
)]
#[async_trait]
pub trait CodeStore: Debug + Send + Sync + 'static {
    /// Writes a row that must be new: issue 1, no tries counted, not armed.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked, or has that handle already.
    async fn insert(&self, code: &PendingCode) -> Result<(), BackendError>;

    /// Arms an issue of a row. `false` means that nothing was changed: the row is no longer live, or at another
    /// issue.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn arm(
        &self,
        handle: &HandleDigest,
        issue: u32,
        code: &ArmedCode,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError>;

    /// Moves a row to its next issue, which is not armed yet; `resend_at` becomes the row's.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn reissue(
        &self,
        handle: &HandleDigest,
        resend_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Reissue, BackendError>;

    /// Counts a try, then hands out the record to be compared.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked. The try may have been counted.
    async fn count_attempt(
        &self,
        handle: &HandleDigest,
        now: OffsetDateTime,
    ) -> Result<Attempt, BackendError>;

    /// Marks a row as used, if it is at that issue and was not used before.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn take(
        &self,
        handle: &HandleDigest,
        issue: u32,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError>;

    /// Removes rows that expired before the given time, in batches that hold no lock for long, and says how many.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked. What was removed until then stays removed.
    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError>;
}

#[async_trait]
impl<T: CodeStore + ?Sized> CodeStore for Arc<T> {
    async fn insert(&self, code: &PendingCode) -> Result<(), BackendError> {
        (**self).insert(code).await
    }

    async fn arm(
        &self,
        handle: &HandleDigest,
        issue: u32,
        code: &ArmedCode,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        (**self).arm(handle, issue, code, now).await
    }

    async fn reissue(
        &self,
        handle: &HandleDigest,
        resend_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Reissue, BackendError> {
        (**self).reissue(handle, resend_at, now).await
    }

    async fn count_attempt(
        &self,
        handle: &HandleDigest,
        now: OffsetDateTime,
    ) -> Result<Attempt, BackendError> {
        (**self).count_attempt(handle, now).await
    }

    async fn take(
        &self,
        handle: &HandleDigest,
        issue: u32,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        (**self).take(handle, issue, now).await
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        (**self).purge(before).await
    }
}

/// A request for a code, the same for everybody.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "stores rebuild it from their rows")]
pub struct PendingCode {
    /// The SHA-256 of the asker's handle: the row's key, 32 bytes.
    pub handle: HandleDigest,
    /// What the code is for.
    pub purpose: Purpose,
    /// The contact that was typed, kept as [`Contact::canonical`], so that a resend needs nothing else.
    pub contact: Contact,
    /// The asker's language, where it is known.
    pub locale: Option<Locale>,
    /// How the code is written.
    pub format: CodeFormat,
    /// When it was asked for.
    pub created_at: OffsetDateTime,
    /// From when on it may be asked for again.
    pub resend_at: OffsetDateTime,
    /// From when on it is not issued again: too little of its life would be left.
    pub reissue_until: OffsetDateTime,
    /// From when on it is worth nothing. A new issue does not move it.
    pub expires_at: OffsetDateTime,
    /// How many tries it has, over all its issues.
    pub max_attempts: u32,
    /// How many issues it has.
    pub max_issues: u32,
}

/// What arms a row.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "stores rebuild it from their rows")]
pub struct ArmedCode {
    /// Whose account the code opens; for a decoy, an account that there is not.
    pub target: CodeTarget,
    /// The MAC of the code; random for a decoy. 36 bytes.
    pub mac: CodeMac,
}

impl ArmedCode {
    /// What no code opens. It has every field that a real one has, in the shape that this crate's own directories give
    /// it, so that neither the time it takes to compare nor a copy of the store tells one from the other.
    pub(crate) fn decoy(contact: &Contact, keys: &KeyRing) -> Result<Self, BackendError> {
        let target = CodeTarget {
            account: AccountId::new(CredentialVersion::random()?.as_str()),
            destination: contact.clone(),
            credential_version: CredentialVersion::random()?,
        };
        Ok(Self { target, mac: keys.decoy_mac()? })
    }
}

/// Whose account a code opens, and as what it was when the code was made.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "stores rebuild it from their rows")]
pub struct CodeTarget {
    /// The account.
    pub account: AccountId,
    /// The contact the code was sent to, kept as [`Contact::canonical`].
    pub destination: Contact,
    /// The account's credential version when the code was made: the code dies with it.
    pub credential_version: CredentialVersion,
}

/// A row as a store holds it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "stores rebuild it from their rows")]
pub struct StoredCode {
    /// What was asked for.
    pub pending: PendingCode,
    /// The current issue, from 1.
    pub issue: u32,
    /// How many tries are counted, this one included.
    pub attempts: u32,
    /// What the current issue was armed with, once it is.
    pub armed: Option<ArmedCode>,
}

/// What came of asking for a code again.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "stores make it")]
pub enum Reissue {
    /// The row is at its next issue.
    Again(Reissued),
    /// It is too soon.
    TooSoon {
        /// How long to wait.
        retry_after: Duration,
    },
    /// There is no such row, or it is at its end.
    Gone,
}

/// A row that moved to its next issue.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "stores make it")]
pub struct Reissued {
    /// What was asked for; `resend_at` is the new one.
    pub pending: PendingCode,
    /// The new issue.
    pub issue: u32,
}

/// What came of counting a try.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, clippy::large_enum_variant, reason = "stores make it; it is moved once")]
pub enum Attempt {
    /// It was counted: compare.
    Counted(StoredCode),
    /// No tries are left.
    Exhausted,
    /// The row has expired.
    Expired,
    /// The code was used.
    Taken,
    /// There is no such row.
    Unknown,
}
