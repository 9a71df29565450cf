//! Changing a password with the old one; and [`set_password`], the only place that writes one.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use crate::account::{Account, AccountId, AccountState, CredentialChange, CredentialVersion};
use crate::delivery::{FIRST_WAIT, LONGEST_WAIT, Sending};
use crate::device::DeviceToken;
use crate::error::{BackendError, Error};
use crate::event::{EventKind, Flow, LogInRefusal};
use crate::hasher::{PasswordHash, Place, Standing};
use crate::limits;
use crate::message::Notice;
use crate::origin::Origin;
use crate::password::{self, NewPassword};
use crate::service::Inner;
use crate::service::charge::{Attempt, charge};
use crate::service::line::Turn;
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
    let (new, lane) = (Arc::new(new), id.as_str().as_bytes());
    inner.check_password(flow, &new, origin, Standing::Trusted, lane).await?;
    let Some(current) = password::normalised(current) else { return Err(Error::CurrentPasswordRejected) };
    let Some(turn) = inner.lines.wait_for_turn(limits::change_stop(context, id)).await else {
        return Err(inner.overloaded(flow, origin));
    };
    let place = inner.reserve_hasher(flow, origin, Standing::Trusted, lane)?;
    let change = Change { inner: Arc::clone(inner), id: id.clone(), current, new, origin: origin.clone() };
    let (change, place, attempt) = context.finish(change.count(place, turn)).await?;
    context.to_the_end(change.run(place, attempt)).await
}

struct Change {
    inner: Arc<Inner>,
    id: AccountId,
    current: SecretString,
    new: Arc<NewPassword>,
    origin: Origin,
}

impl Change {
    async fn count(self, place: Place, turn: Turn) -> Result<(Self, Place, Attempt), Error> {
        let context = &self.inner.context;
        let charges = limits::change(context, &self.id);
        let ticket = charge(context, Flow::ChangePassword, &charges, &self.origin).await?;
        let attempt = Attempt::new(Arc::clone(context), ticket, place.progress(), turn);
        Ok((self, place, attempt))
    }

    async fn run(self, mut place: Place, attempt: Attempt) -> Result<PasswordChanged, Error> {
        let context = &self.inner.context;
        let account = context.ask("user_directory.get", context.directory.get(&self.id)).await?;
        let in_use = account.as_ref().filter(|account| account.state == AccountState::Active);
        let stored = in_use.and_then(|account| account.password.clone());
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
            return Err(Error::CurrentPasswordRejected);
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
        Error::CurrentPasswordRejected
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
    let replaced = context.ask("user_directory.replace_credential", replace).await;
    let setting =
        Setting { inner: Arc::clone(inner), account: account.clone(), change, origin: origin.clone() };
    match replaced {
        Ok(Some(version)) => {
            setting.announce().await;
            Ok(Some(version))
        }
        Ok(None) => Ok(None),
        Err(error) => match setting.took_effect_soon().await {
            Some(version) => {
                setting.announce().await;
                Ok(Some(version))
            }
            None => {
                context.spawn(setting.announce_if_it_takes_effect());
                Err(error.into())
            }
        },
    }
}

/// A password that the directory was asked to set.
struct Setting {
    inner: Arc<Inner>,
    account: Account,
    change: CredentialChange,
    origin: Origin,
}

impl Setting {
    /// Tells the owner and the operator, and clears what an owner's success clears.
    async fn announce(&self) {
        let Self { inner, account, change, origin } = self;
        let context = &inner.context;
        for contact in &account.contacts {
            let notice = Notice::PasswordSet(change.how);
            inner.delivery.send(Sending::notice(notice, contact.clone(), account.locale.clone())).await;
        }
        let event = EventKind::PasswordSet { how: change.how };
        inner.tell_about(event, Some(&account.id), change.proven.as_ref(), origin);
        let stops = account.log_in_names().map(|name| limits::log_in_stop(context, name));
        let stops: Vec<_> = stops.chain([limits::change_stop(context, &account.id)]).collect();
        let _ = context.ask("throttle_store.lift", context.throttle.lift(&stops)).await;
    }

    /// After a failure it is not known whether the password was set: the account tells. If it was, the caller must
    /// not be told that nothing happened. `None` when it was not, or the directory cannot be asked either.
    async fn took_effect_soon(&self) -> Option<CredentialVersion> {
        let mut took_effect = self.took_effect().await;
        for wait in LOOK_AGAIN {
            if took_effect.is_ok() {
                break;
            }
            self.inner.context.spawner.sleep(wait).await;
            took_effect = self.took_effect().await;
        }
        took_effect.ok().flatten()
    }

    /// Looks again, long after the caller was told of a failure: no one sets a password without the owner hearing of
    /// it, though the store went down with the answer, or carried out the change after its time.
    async fn announce_if_it_takes_effect(self) {
        let context = &self.inner.context;
        let (mut wait, mut waited) = (FIRST_WAIT, Duration::ZERO);
        while waited < context.settings.sending_patience {
            context.spawner.sleep(wait).await;
            waited = waited.saturating_add(wait);
            match self.took_effect().await {
                Ok(Some(_)) => return self.announce().await,
                Ok(None) if waited >= LONGEST_WAIT => return,
                Ok(None) | Err(_) => wait = (wait * 2).min(LONGEST_WAIT),
            }
        }
    }

    async fn took_effect(&self) -> Result<Option<CredentialVersion>, BackendError> {
        let context = &self.inner.context;
        let account = context.ask("user_directory.get", context.directory.get(&self.account.id)).await?;
        let account = account.filter(|account| {
            account.password.as_ref().is_some_and(|stored| stored.is_same_as(&self.change.password))
        });
        Ok(account.map(|account| account.credential_version))
    }
}

/// How long to wait before looking again at an account whose change ended in a failure.
const LOOK_AGAIN: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(500)];
