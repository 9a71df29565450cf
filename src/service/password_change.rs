//! Changing a password with the old one; and [`set_password`], the only place that writes one.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use crate::account::{Account, AccountId, AccountState, CredentialChange, CredentialVersion};
use crate::delivery::Sending;
use crate::device::DeviceToken;
use crate::error::Error;
use crate::event::{EventKind, Flow, LogInRefusal};
use crate::hasher::{PasswordHash, Place, Standing};
use crate::limits;
use crate::message::Notice;
use crate::origin::Origin;
use crate::password::{self, NewPassword};
use crate::service::Inner;
use crate::service::charge::{Attempt, charge};
use crate::service::proof::Proof;

/// The password was changed. Every other session of the account is at its end.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PasswordChanged {
    /// The account's new credential version: put it into the session that asked, so that this one lives on.
    pub credential_version: CredentialVersion,
    /// A fresh token for the browser that asked, in place of the old one; none for an account without an e-mail
    /// address.
    pub device: Option<DeviceToken>,
}

/// Changes the password of somebody who is logged in and knows the current one.
pub(super) async fn change_password(
    inner: &Arc<Inner>,
    id: &AccountId,
    current: &SecretString,
    new: NewPassword,
    origin: &Origin,
) -> Result<PasswordChanged, Error> {
    let context = &inner.context;
    let flow = Flow::ChangePassword;
    inner.check_password(&new).await?;
    let Some(current) = password::normalised(current) else { return Err(Error::CredentialsRejected) };
    let Some(turn) = inner.lines.wait_for_turn(limits::change_stop(context, id)).await else {
        return Err(inner.overloaded(flow, origin));
    };
    let place = inner.reserve_hasher(flow, origin, Standing::Trusted)?;
    let ticket = charge(context, flow, &limits::change(context, id), origin).await?;
    let attempt = Attempt::new(Arc::clone(context), ticket, place.progress(), turn);

    let change = Change { inner: Arc::clone(inner), id: id.clone(), current, new, origin: origin.clone() };
    context.to_the_end(change.run(place, attempt)).await
}

struct Change {
    inner: Arc<Inner>,
    id: AccountId,
    current: SecretString,
    new: NewPassword,
    origin: Origin,
}

impl Change {
    async fn run(self, mut place: Place, attempt: Attempt) -> Result<PasswordChanged, Error> {
        let context = &self.inner.context;
        let account = context.ask("user_directory.get", context.directory.get(&self.id)).await?;
        let stored = account.as_ref().and_then(|account| account.password.clone());
        let verdict = place.verify(self.current.clone(), stored).await;
        let verdict = verdict.map_err(|failure| self.inner.hashing_failed(failure))?;
        let (account, proof) = match account {
            Some(account) => match Proof::by_password(&account, &verdict) {
                Some(proof) => (account, proof),
                None => return Err(self.refuse(Some(&account), attempt)),
            },
            None => return Err(self.refuse(None, attempt)),
        };
        // The current password was right: nothing is counted against its owner, whatever becomes of the new one.
        attempt.succeeded().await;
        self.inner.check_person(&self.new, &account, None)?;

        let hash = place.hash(self.new.secret().clone()).await;
        let hash = hash.map_err(|failure| self.inner.hashing_failed(failure))?;
        let Some(version) = set_password(&self.inner, &proof, &account, hash, &self.origin).await? else {
            return Err(Error::CredentialsRejected);
        };
        let device = self.inner.issue_device(account.log_in_names().next(), &version);
        Ok(PasswordChanged { credential_version: version, device })
    }

    fn refuse(&self, account: Option<&Account>, attempt: Attempt) -> Error {
        attempt.failed();
        let reason = refusal(account);
        self.inner.tell_about(
            EventKind::PasswordChangeRefused { reason },
            Some(&self.id),
            None,
            &self.origin,
        );
        Error::CredentialsRejected
    }
}

/// Why a password did not do: for the operator alone.
pub(super) const fn refusal(account: Option<&Account>) -> LogInRefusal {
    match account {
        None => LogInRefusal::Unknown,
        Some(Account { state: AccountState::Pending, .. }) => LogInRefusal::NotYetActive,
        Some(Account { state: AccountState::Suspended, .. }) => LogInRefusal::Suspended,
        Some(Account { state: AccountState::Active, .. }) => LogInRefusal::WrongPassword,
    }
}

/// Sets a password by the right that `proof` gives, tells the owner at every registered contact, and clears what an
/// owner's success clears. `None` when the account has changed since the proof was made: nothing was done.
pub(super) async fn set_password(
    inner: &Arc<Inner>,
    proof: &Proof,
    account: &Account,
    password: PasswordHash,
    origin: &Origin,
) -> Result<Option<CredentialVersion>, Error> {
    let context = &inner.context;
    let change =
        CredentialChange { password, how: proof.how(), proven: proof.proven().cloned(), at: context.now()? };
    let replace = context.directory.replace_credential(proof.account(), proof.version(), &change);
    let replaced = match context.ask("user_directory.replace_credential", replace).await {
        Ok(replaced) => replaced,
        Err(error) => match look_again(inner, &account.id, &change, SOON).await {
            Some(version) => Some(version),
            None => {
                watch(inner, account.clone(), change, origin.clone());
                return Err(error.into());
            }
        },
    };
    let Some(version) = replaced else { return Ok(None) };
    tell_owner(inner, account, &change, origin).await;
    Ok(Some(version))
}

/// Tells the owner that the password was set, and ends the rows of failures that would stop it.
async fn tell_owner(inner: &Arc<Inner>, account: &Account, change: &CredentialChange, origin: &Origin) {
    let context = &inner.context;
    for contact in &account.contacts {
        let notice = Notice::PasswordSet(change.how);
        inner.delivery.send(Sending::notice(notice, contact.clone(), account.locale.clone()));
    }
    let event = EventKind::PasswordSet { how: change.how };
    inner.tell_about(event, Some(&account.id), change.proven.as_ref(), origin);
    let stops = account.log_in_names().map(|name| limits::log_in_stop(context, name));
    let stops: Vec<_> = stops.chain([limits::change_stop(context, &account.id)]).collect();
    let _ = context.ask("throttle_store.lift", context.throttle.lift(&stops)).await;
}

/// After a failure it is not known whether the password was set: the account tells. If it was, the owner must hear of
/// it, and the caller must not be told that nothing happened.
async fn look_again(
    inner: &Inner,
    id: &AccountId,
    change: &CredentialChange,
    waits: &[Duration],
) -> Option<CredentialVersion> {
    let context = &inner.context;
    for wait in waits {
        context.spawner.sleep(*wait).await;
        let account = context.ask("user_directory.get", context.directory.get(id)).await.ok().flatten();
        let set = account.filter(|account| {
            account.password.as_ref().is_some_and(|stored| stored.is_same_as(&change.password))
        });
        if let Some(account) = set {
            return Some(account.credential_version);
        }
    }
    None
}

/// A change that the caller was told had failed may still take effect: a database that was slow, or out of reach,
/// finishes what it had begun. Then the owner hears of it late rather than never.
fn watch(inner: &Arc<Inner>, account: Account, change: CredentialChange, origin: Origin) {
    let watcher = Arc::clone(inner);
    inner.context.spawn_watch(async move {
        if look_again(&watcher, &account.id, &change, LATER).await.is_some() {
            tell_owner(&watcher, &account, &change, &origin).await;
        }
    });
}

/// When to look again at an account whose change ended in a failure, while the caller waits.
const SOON: &[Duration] = &[Duration::ZERO, Duration::from_millis(100), Duration::from_millis(500)];
/// When to look again afterwards.
const LATER: &[Duration] = &[Duration::from_secs(5), Duration::from_secs(30), Duration::from_secs(120)];
