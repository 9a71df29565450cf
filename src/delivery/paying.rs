//! Charging what depends on a real account or a real send. None of it shows: whoever is over a limit gets a decoy.

use crate::account::Account;
use crate::contact::Contact;
use crate::context::Context;
use crate::delivery::{Arming, Delivery};
use crate::error::BackendError;
use crate::event::SmsCap;
use crate::limits;
use crate::throttle::{Charge, ThrottleKey, Ticket, TicketEntry, Verdict};

/// What a request was charged in the background. A store that fails afterwards makes nobody pay twice, and a limit that
/// refuses makes nobody pay for the others.
#[derive(Debug, Default)]
pub(super) struct Paid(Vec<(Limit, TicketEntry)>);

/// A charge that is due, and the limit that it counts towards.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    pub(super) limit: Limit,
    pub(super) charge: Charge,
}

/// Which limit refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    /// What any stranger pays before the answer, due where a device token turned out to be worth nothing. It is not
    /// given back, as no stranger's is.
    Requests,
    /// The codes of the account.
    Codes,
    /// The notes to its owner.
    Notes,
    /// SMS.
    Sms(SmsCap),
}

impl Due {
    pub(super) const fn new(limit: Limit, charge: Charge) -> Self {
        Self { limit, charge }
    }
}

impl Delivery {
    /// Charges the account for a code, and the number where it goes by SMS.
    pub(super) async fn pay_for_code(
        &self,
        request: &mut Arming,
        account: &Account,
        to: &Contact,
    ) -> Result<Result<(), Limit>, BackendError> {
        let context = &self.context;
        // A device token that the account no longer honours gives its holder no budget of his own, and he owes what
        // any stranger was charged before the answer.
        if request.device.take_if(|device| !device.is_current(&account.credential_version)).is_some() {
            request.owed = std::mem::take(&mut request.as_stranger);
        }
        let codes =
            limits::codes_of_account(context, &account.id, request.pending.purpose, request.device.as_ref());
        let row = limits::codes_of_request(context, &request.pending.handle);
        self.pay(request, codes, row, sms(limits::sms(context, to))).await
    }

    /// Charges nobody what a code for somebody would have been charged, under keys that count for nothing else. The
    /// store is then as busy behind either answer, for whoever asks again at once, and as full.
    pub(super) async fn pay_for_nothing(&self, request: &mut Arming) -> Result<(), BackendError> {
        let context = &self.context;
        let contact = &request.pending.contact;
        let codes = limits::codes_of_nobody(context, contact, request.pending.purpose);
        let row = limits::codes_of_request_by_nobody(context, &request.pending.handle);
        // Where it is refused there is no code less.
        let _ = self.pay(request, codes, row, sms(limits::sms_of_nobody(context, contact))).await?;
        Ok(())
    }

    /// Charges the codes once for a request, over all its issues: these share ten tries. If every issue were charged, a
    /// stranger who asks for codes again would use up the owner's.
    async fn pay(
        &self,
        request: &mut Arming,
        codes: Charge,
        row: Charge,
        sms: impl IntoIterator<Item = Due>,
    ) -> Result<Result<(), Limit>, BackendError> {
        let (context, codes) = (&self.context, Due::new(Limit::Codes, codes));
        let Arming { issue, owed, paid, .. } = request;
        let mut dues: Vec<_> = owed.iter().map(|charge| Due::new(Limit::Requests, *charge)).collect();
        dues.extend((*issue == 1).then_some(codes));
        dues.push(Due::new(Limit::Codes, row));
        dues.extend(sms);
        let paying = paid.pay(context, &dues).await?;
        if paid.is_first(&row.key) {
            // The first issue was a decoy, or was never armed: what it was spared is due now. If this is the first, it
            // is paid already, and if a limit refused, nothing is left under the key.
            return paid.pay(context, &[codes]).await;
        }
        Ok(paying)
    }
}

/// What is due for a message by SMS.
pub(super) fn sms(caps: Option<[(SmsCap, Charge); 3]>) -> impl Iterator<Item = Due> {
    caps.into_iter().flatten().map(|(cap, charge)| Due::new(Limit::Sms(cap), charge))
}

impl Paid {
    /// Charges everything that is due and not paid yet in one call, or nothing. Only where that is refused are the
    /// limits asked one after the other, to tell the operator which of them it was.
    pub(super) async fn pay(
        &mut self,
        context: &Context,
        dues: &[Due],
    ) -> Result<Result<(), Limit>, BackendError> {
        let dues: Vec<_> = dues.iter().filter(|due| !self.holds(&due.charge.key)).copied().collect();
        if self.charge(context, &dues).await? {
            return Ok(Ok(()));
        }
        let by_limit: Vec<_> = dues.chunk_by(|one, next| one.limit == next.limit).collect();
        for dues in &by_limit {
            // There is nothing to find out where there is one limit.
            if by_limit.len() == 1 || !self.charge(context, dues).await? {
                let refused = dues.first().map_or(Limit::Codes, |due| due.limit);
                self.give_back(context).await;
                return Ok(Err(refused));
            }
        }
        // What refused a moment ago does so no more: all is paid now.
        Ok(Ok(()))
    }

    /// Whether this was charged, and for the first time under its key.
    pub(super) fn is_first(&self, key: &ThrottleKey) -> bool {
        self.0.iter().any(|(_, entry)| entry.key == *key && entry.events == 1)
    }

    fn holds(&self, key: &ThrottleKey) -> bool {
        self.0.iter().any(|(_, entry)| entry.key == *key)
    }

    async fn charge(&mut self, context: &Context, dues: &[Due]) -> Result<bool, BackendError> {
        if dues.is_empty() {
            return Ok(true);
        }
        let charges: Vec<_> = dues.iter().map(|due| due.charge).collect();
        let charge = context.throttle.charge(&charges, context.now()?);
        let Verdict::Allowed(ticket) = context.ask("throttle_store.charge", charge).await? else {
            return Ok(false);
        };
        // A ticket has its entries in the order of the charges.
        self.0.extend(dues.iter().map(|due| due.limit).zip(ticket.entries().iter().copied()));
        Ok(true)
    }

    /// Undoes what was charged: no code comes of it. A failure is told to the operator, and the account has a code less
    /// that day: to ask again might undo somebody else's charge of the same moment.
    async fn give_back(&mut self, context: &Context) {
        let paid = std::mem::take(&mut self.0).into_iter();
        let (kept, back): (Vec<_>, Vec<_>) = paid.partition(|(limit, _)| *limit == Limit::Requests);
        self.0 = kept;
        if !back.is_empty() {
            let ticket = Ticket::new(back.into_iter().map(|(_, entry)| entry).collect());
            let _ = context.ask("throttle_store.refund", context.throttle.refund(&ticket)).await;
        }
    }
}
