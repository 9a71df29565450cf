//! What activation and recovery share: to request and to redeem a code.
//!
//! May a code be used twice? No, and it is said here twice: the directory swaps the credential only where the
//! version is the one the code was made for, and the code store takes a row once.

use std::sync::Arc;

use time::OffsetDateTime;

use crate::account::{Account, AccountId};
use crate::code::{Code, CodeFormat, CodeHandle, CodeProblem, Purpose};
use crate::contact::Contact;
use crate::context::after;
use crate::delivery::Arming;
use crate::device::DeviceToken;
use crate::error::Error;
use crate::event::{CodeRefusal, EventKind, Flow};
use crate::hasher::{Place, Standing};
use crate::limits;
use crate::origin::Origin;
use crate::password::NewPassword;
use crate::ports::{Attempt, PendingCode, StoredCode};
use crate::service::Inner;
use crate::service::charge::{charge, refund};
use crate::service::password_change::set_password;
use crate::service::proof::{MatchedCode, Proof};

/// A code was asked for: the same answer whoever asked, and for whom.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CodeRequest {
    /// What the asker must keep to redeem the code. The rest is in it, too, so that a page needs to keep nothing else.
    pub handle: CodeHandle,
    /// When the code, if there is one, expires.
    pub expires_at: OffsetDateTime,
    /// From when on it can be sent again; `None` where it cannot be any more.
    pub resend_at: Option<OffsetDateTime>,
    /// How the code is written.
    pub code_format: CodeFormat,
}

/// A code was redeemed and the password set. Nobody is logged in by that.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Redeemed {
    /// Whose password was set, so that the application can end what it knows of older sessions.
    pub account_id: AccountId,
    /// A token for the browser that redeemed the code; none for an account without an e-mail address.
    pub device: Option<DeviceToken>,
}

/// Asks for a code. The directory is not asked: what depends on it happens after the answer.
pub(super) async fn request(
    inner: &Arc<Inner>,
    purpose: Purpose,
    contact: &Contact,
    origin: &Origin,
) -> Result<CodeRequest, Error> {
    let context = &inner.context;
    let flow = requesting(purpose);
    let Some(place) = inner.delivery.reserve() else { return Err(inner.overloaded(flow, origin)) };
    let device = inner.recognise(origin, contact);
    // Made before the charge: a clock or a generator that fails charges nobody.
    let (handle, pending) = new_row(inner, purpose, contact, origin)?;
    let ticket =
        charge(context, flow, &limits::request(context, contact, origin, device.as_ref()), origin).await?;
    if let Err(error) = context.ask("code_store.insert", context.codes.insert(&pending)).await {
        refund(context, &ticket).await;
        return Err(error.into());
    }

    let event = EventKind::CodeRequested { purpose, channel: contact.channel() };
    inner.tell_about(event, None, Some(contact), origin);
    let answer = answer(&handle, &pending, 1);
    let as_stranger = device.as_ref().map(|_| limits::request(context, contact, origin, None));
    inner.delivery.arm(place, Arming::new(pending, handle, 1, device, as_stranger.unwrap_or_default()));
    Ok(answer)
}

/// Redeems a code: sets the password of the account it was made for.
///
/// The order is the promise. What can be refused without the code is refused before a try is counted, and so are a
/// full hasher and a code of another shape. From the count on, all runs to the end even if the caller goes away: no
/// one sets a password and keeps the owner from hearing of it by hanging up.
pub(super) async fn redeem(
    inner: &Arc<Inner>,
    purpose: Purpose,
    handle: &CodeHandle,
    code: &Code,
    password: NewPassword,
    origin: &Origin,
) -> Result<Redeemed, Error> {
    if code.in_format(handle.code_format()).is_none() {
        return Err(CodeProblem::Malformed.into());
    }
    let (flow, password, lane) = (redeeming(purpose), Arc::new(password), origin.source());
    inner.check_password(flow, &password, origin, Standing::Anyone, &lane).await?;
    let place = inner.reserve_hasher(flow, origin, Standing::Anyone, &lane)?;

    let redemption = Redemption {
        inner: Arc::clone(inner),
        purpose,
        handle: handle.clone(),
        code: code.clone(),
        password,
        origin: origin.clone(),
    };
    inner.context.finish(redemption.run(place)).await
}

struct Redemption {
    inner: Arc<Inner>,
    purpose: Purpose,
    handle: CodeHandle,
    code: Code,
    password: Arc<NewPassword>,
    origin: Origin,
}

impl Redemption {
    /// Refuses a wrong code without going to another thread. What a right one leads to is the background's from its
    /// first step, however slowly the caller waits for it.
    async fn run(self, place: Place) -> Result<Redeemed, Error> {
        let stored = self.count().await?;
        let matched = self.compare(&stored)?;
        let inner = Arc::clone(&self.inner);
        inner.context.to_the_end(self.set(place, stored, matched)).await
    }

    async fn set(
        self,
        mut place: Place,
        stored: StoredCode,
        matched: MatchedCode,
    ) -> Result<Redeemed, Error> {
        let context = &self.inner.context;
        let (account, proof) = self.check(&stored, matched).await?;
        self.inner.check_person(&self.password, &account, Some(&self.code))?;

        let issue = stored.issue;
        let hash = place.hash(self.password.secret().clone()).await;
        let hash = hash.map_err(|failure| self.inner.hashing_failed(failure))?;
        let Some(version) = set_password(&self.inner, &proof, &account, hash, &self.origin).await? else {
            return Err(self.refuse(CodeRefusal::AccountChanged, Some(&account), wrong(&stored)));
        };
        // The code is dead already, by the version it was made for. Taking the row makes it look so, too.
        if let Ok(now) = context.now() {
            let digest = self.handle.digest();
            let take = context.codes.take(&digest, issue, now);
            let _ = context.ask("code_store.take", take).await;
        }
        let device = self.inner.issue_device(account.log_in_names().next(), &version);
        Ok(Redeemed { account_id: account.id, device })
    }

    /// Counts a try. The row is handed out for comparison only then.
    async fn count(&self) -> Result<StoredCode, Error> {
        let context = &self.inner.context;
        let digest = self.handle.digest();
        let attempt = context.codes.count_attempt(&digest, context.now()?);
        let (reason, problem) = match context.ask("code_store.count_attempt", attempt).await? {
            Attempt::Counted(stored) => return Ok(stored),
            Attempt::Exhausted => (CodeRefusal::TriesExhausted, CodeProblem::TriesExhausted),
            Attempt::Expired => (CodeRefusal::Expired, CodeProblem::Expired),
            Attempt::Taken => (CodeRefusal::Used, CodeProblem::Expired),
            Attempt::Unknown => (CodeRefusal::Unknown, CodeProblem::Expired),
        };
        Err(self.refuse(reason, None, problem))
    }

    fn compare(&self, stored: &StoredCode) -> Result<MatchedCode, Error> {
        let typed = self.code.in_format(self.handle.code_format()).unwrap_or_default();
        let keys = &self.inner.context.keys;
        MatchedCode::compare(keys, self.purpose, &self.handle, stored, &typed).ok_or_else(|| {
            let other = stored.pending.purpose != self.purpose;
            let reason = if other { CodeRefusal::OtherPurpose } else { CodeRefusal::Wrong };
            self.inner.count_wrong_code();
            self.refuse(reason, None, wrong(stored))
        })
    }

    /// Reads the account, as it is now, only once the code has matched.
    async fn check(&self, stored: &StoredCode, matched: MatchedCode) -> Result<(Account, Proof), Error> {
        let context = &self.inner.context;
        let get = context.directory.get(matched.account());
        let account = context.ask("user_directory.get", get).await?;
        match (matched.confirm(account.as_ref()), account) {
            (Ok(proof), Some(account)) => Ok((account, proof)),
            (Err(reason), account) => Err(self.refuse(reason, account.as_ref(), wrong(stored))),
            (Ok(_), None) => Err(self.refuse(CodeRefusal::AccountChanged, None, wrong(stored))),
        }
    }

    fn refuse(&self, reason: CodeRefusal, account: Option<&Account>, problem: CodeProblem) -> Error {
        let event = EventKind::CodeRefused { purpose: self.purpose, reason };
        self.inner.tell_about(event, account.map(|account| &account.id), None, &self.origin);
        problem.into()
    }
}

/// Wrong, with as many tries left as for anybody: nothing tells a right code of a changed account from a wrong one.
const fn wrong(stored: &StoredCode) -> CodeProblem {
    CodeProblem::Wrong { tries_left: stored.pending.max_attempts.saturating_sub(stored.attempts) }
}

fn new_row(
    inner: &Inner,
    purpose: Purpose,
    contact: &Contact,
    origin: &Origin,
) -> Result<(CodeHandle, PendingCode), Error> {
    let settings = &inner.context.settings;
    let now = inner.context.now()?;
    let format = inner.code_format(now);
    let expires_at = after(now, settings.code_lifetime);
    let handle = CodeHandle::draw(format, expires_at)?;
    let pending = PendingCode {
        handle: handle.digest(),
        purpose,
        contact: contact.clone(),
        locale: origin.locale.clone(),
        format,
        created_at: now,
        resend_at: after(now, settings.resend_after),
        reissue_until: after(now, settings.code_lifetime.saturating_sub(settings.least_life_to_send)),
        expires_at,
        max_attempts: settings.tries_per_code,
        max_issues: settings.issues_per_handle,
    };
    Ok((handle, pending))
}

/// What is answered depends on what was asked, and on how often.
pub(super) fn answer(handle: &CodeHandle, pending: &PendingCode, issue: u32) -> CodeRequest {
    let again = issue < pending.max_issues && pending.resend_at < pending.reissue_until;
    let resend_at = again.then_some(pending.resend_at);
    CodeRequest {
        handle: handle.clone().with_times(pending.expires_at, resend_at),
        expires_at: pending.expires_at,
        resend_at,
        code_format: pending.format,
    }
}

const fn requesting(purpose: Purpose) -> Flow {
    match purpose {
        Purpose::Activation => Flow::RequestActivation,
        Purpose::Recovery => Flow::RequestRecovery,
    }
}

const fn redeeming(purpose: Purpose) -> Flow {
    match purpose {
        Purpose::Activation => Flow::Activate,
        Purpose::Recovery => Flow::Recover,
    }
}
