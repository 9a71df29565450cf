use std::sync::Arc;
use std::time::Duration;

use crate::account::{Account, AccountId, AccountState};
use crate::code::{Code, CodeHandle, MacInput, Purpose};
use crate::contact::Contact;
use crate::context::after;
use crate::delivery::paying::{Due, Limit, Paid, sms};
use crate::delivery::{Delivery, Sending};
use crate::device::Device;
use crate::error::BackendError;
use crate::event::{DecoyReason, EventKind};
use crate::limits;
use crate::message::Notice;
use crate::ports::{ArmedCode, CodeTarget, Found, PendingCode};
use crate::random;
use crate::throttle::Charge;

/// A request that was answered and waits to be armed.
#[derive(Debug)]
pub(crate) struct Arming {
    pub(super) pending: PendingCode,
    handle: CodeHandle,
    pub(super) issue: u32,
    pub(super) device: Option<Device>,
    /// What a stranger would have been charged: due where the account no longer honours the device.
    pub(super) as_stranger: Vec<Charge>,
    /// The same, once it is known to be due.
    pub(super) owed: Vec<Charge>,
    pub(super) paid: Paid,
}

impl Arming {
    pub(crate) fn new(
        pending: PendingCode,
        handle: CodeHandle,
        issue: u32,
        device: Option<Device>,
        as_stranger: Vec<Charge>,
    ) -> Self {
        Self { pending, handle, issue, device, as_stranger, owed: Vec::new(), paid: Paid::default() }
    }
}

/// What a request comes to, once the directory was asked.
enum Outcome {
    /// The account may have a code, at that registered contact.
    Code(Account, Contact),
    /// There is no code; where a note helps the owner, it goes to that registered contact.
    Decoy(DecoyReason, Option<AccountId>, Option<Note>),
}

struct Note {
    account: Account,
    to: Contact,
    notice: Notice,
}

impl Delivery {
    /// Arms the row with a code for its account, or with a decoy, and sends what there is to send. A port that fails
    /// is asked again for as long as the code could still be used; then the row stays unarmed, and every code is
    /// wrong.
    pub(super) async fn arm_and_send(self: Arc<Self>, mut request: Arming) {
        let mut wait = FIRST_WAIT;
        loop {
            let done = {
                let _at_work = self.arming.at_work.acquire_arc().await;
                self.arm_once(&mut request).await
            };
            let late = self.context.now().is_ok_and(|now| after(now, wait) >= request.pending.reissue_until);
            if done.is_ok() || late {
                return;
            }
            self.context.spawner.sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    async fn arm_once(self: &Arc<Self>, request: &mut Arming) -> Result<(), BackendError> {
        let context = &self.context;
        let found =
            context.ask("user_directory.find", context.directory.find(&request.pending.contact)).await?;
        let outcome = match self.decide(request, found) {
            Outcome::Code(account, to) => self.within_limits(request, account, to).await?,
            Outcome::Decoy(reason, account, None) => {
                self.pay_for_nothing(request).await?;
                Outcome::Decoy(reason, account, None)
            }
            // Its note is charged when it is sent.
            decoy @ Outcome::Decoy(..) => decoy,
        };
        match outcome {
            Outcome::Code(account, to) => self.arm_with_code(request, account, to).await,
            Outcome::Decoy(reason, account, note) => {
                self.arm_with_decoy(request, reason, account, note).await
            }
        }
    }

    fn decide(&self, request: &Arming, found: Found) -> Outcome {
        let account = match found {
            Found::Nobody => return Outcome::Decoy(DecoyReason::Unknown, None, None),
            Found::Several => return Outcome::Decoy(DecoyReason::Ambiguous, None, None),
            Found::One(account) => account,
        };
        // A directory whose collation is laxer than ours may find somebody else's account: what is written to is
        // the registered spelling of the very contact that was typed, or nothing (CVE-2019-19844).
        let Some(to) = account.registered(&request.pending.contact).cloned() else {
            return Outcome::Decoy(DecoyReason::Unknown, None, None);
        };
        if !self.context.settings.reaches(&to) {
            return Outcome::Decoy(DecoyReason::SmsNotAllowed, Some(account.id), None);
        }
        let id = account.id.clone();
        match (request.pending.purpose, account.state) {
            (Purpose::Activation, AccountState::Pending) | (Purpose::Recovery, AccountState::Active) => {
                Outcome::Code(account, to)
            }
            (_, AccountState::Suspended) => Outcome::Decoy(DecoyReason::Suspended, Some(id), None),
            (Purpose::Activation, AccountState::Active) => {
                let note = Note { account, to, notice: Notice::AlreadyActive };
                Outcome::Decoy(DecoyReason::AlreadyActive, Some(id), Some(note))
            }
            (Purpose::Recovery, AccountState::Pending) => {
                let note = Note { account, to, notice: Notice::NotYetActive };
                Outcome::Decoy(DecoyReason::NotYetActive, Some(id), Some(note))
            }
        }
    }

    /// Charges what depends on a real account or a real send. It never shows: whoever is over a limit gets a decoy.
    async fn within_limits(
        &self,
        request: &mut Arming,
        account: Account,
        to: Contact,
    ) -> Result<Outcome, BackendError> {
        let refused = match self.pay_for_code(request, &account, &to).await? {
            Ok(()) => return Ok(Outcome::Code(account, to)),
            Err(limit) => limit,
        };
        self.tell_of_cap(refused, &to);
        let reason = match refused {
            Limit::Sms(_) => DecoyReason::SmsCapReached,
            Limit::Requests | Limit::Codes | Limit::Notes => DecoyReason::TooManyCodes,
        };
        Ok(Outcome::Decoy(reason, Some(account.id), None))
    }

    fn tell_of_cap(&self, refused: Limit, to: &Contact) {
        if let Limit::Sms(cap) = refused {
            self.context.tell(EventKind::SmsCapReached { cap }, |mut event| {
                event.contact = Some(self.context.digest(to));
                event
            });
        }
    }

    async fn arm_with_code(
        self: &Arc<Self>,
        request: &Arming,
        account: Account,
        to: Contact,
    ) -> Result<(), BackendError> {
        let context = &self.context;
        let Arming { pending, handle, issue, .. } = request;
        let code = Code::draw(pending.format, random::fill)?;
        let mac = context.keys.code_mac(&MacInput {
            purpose: pending.purpose,
            handle: handle.expose(),
            account: &account.id,
            destination: &to,
            credential_version: &account.credential_version,
            expires_at: pending.expires_at,
            issue: *issue,
            code: code.expose(),
        });
        let target = CodeTarget {
            account: account.id.clone(),
            destination: to.clone(),
            credential_version: account.credential_version.clone(),
        };
        let armed = ArmedCode { target, mac };
        let now = context.now()?;
        if !context.ask("code_store.arm", context.codes.arm(&pending.handle, *issue, &armed, now)).await? {
            // Another issue was asked for meanwhile, or the row is at its end: this code is worth nothing.
            return Ok(());
        }
        let event = EventKind::CodeArmed { purpose: pending.purpose, channel: to.channel() };
        context.tell(event, |mut event| {
            event.account = Some(account.id.clone());
            event.contact = Some(context.digest(&to));
            event
        });
        let locale = account.locale.or_else(|| pending.locale.clone());
        self.send(Sending::code(pending, *issue, armed, code, to, locale, now)).await;
        Ok(())
    }

    async fn arm_with_decoy(
        self: &Arc<Self>,
        request: &mut Arming,
        reason: DecoyReason,
        account: Option<AccountId>,
        note: Option<Note>,
    ) -> Result<(), BackendError> {
        let context = &self.context;
        let Arming { pending, issue, paid, .. } = request;
        let decoy = ArmedCode::decoy(&pending.contact, &context.keys)?;
        let armed = context.codes.arm(&pending.handle, *issue, &decoy, context.now()?);
        context.ask("code_store.arm", armed).await?;
        context.tell(EventKind::DecoyArmed { purpose: pending.purpose, reason }, |mut event| {
            event.account = account;
            event.contact = Some(context.digest(&pending.contact));
            event
        });
        match note {
            Some(note) => self.help(pending, note, paid).await,
            None => Ok(()),
        }
    }

    /// Tells the owner in private, once a day at most, what a stranger must not learn.
    async fn help(
        self: &Arc<Self>,
        pending: &PendingCode,
        note: Note,
        paid: &mut Paid,
    ) -> Result<(), BackendError> {
        let context = &self.context;
        let once_a_day = limits::help_note(context, &note.account.id, pending.purpose);
        let row = limits::codes_of_request_by_nobody(context, &pending.handle);
        let mut dues = vec![Due::new(Limit::Notes, once_a_day), Due::new(Limit::Notes, row)];
        dues.extend(sms(limits::sms(context, &note.to)));
        match paid.pay(context, &dues).await? {
            Ok(()) => {
                let locale = note.account.locale.or_else(|| pending.locale.clone());
                self.send(Sending::notice(note.notice, note.to, locale)).await;
            }
            Err(refused) => self.tell_of_cap(refused, &note.to),
        }
        Ok(())
    }
}

/// How long the background waits before it asks a failing port again; the wait doubles each time.
pub(crate) const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest such wait.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(60);
