//! What it does: one file per flow, each a list of steps.

mod activation;
mod builder;
mod charge;
mod line;
mod login;
mod operator;
mod password_change;
mod proof;
mod recovery;
mod redemption;
mod resending;
mod spray;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use subtle::ConstantTimeEq;
use time::OffsetDateTime;

pub use self::builder::{AccountServiceBuilder, BuildError, Dangerous};
use self::line::Lines;
pub use self::login::Login;
pub use self::operator::{Invitation, Purged};
pub use self::password_change::PasswordChanged;
pub use self::redemption::{CodeRequest, Redeemed};
use self::spray::SprayMeter;
use crate::account::{Account, AccountId, AccountState, CredentialVersion};
use crate::code::{Code, CodeFormat, CodeHandle};
use crate::contact::{Contact, EmailAddress};
use crate::context::Context;
use crate::delivery::Delivery;
use crate::device::{Device, DeviceToken};
use crate::error::{BackendError, BackendErrorKind, Error};
use crate::event::{EventKind, Flow};
use crate::hasher::{HashFailure, HashPool, Lane, Overloaded, Place, PoolStats, Standing};
use crate::locale::Locale;
use crate::origin::Origin;
use crate::password::{NewPassword, PasswordPolicy, PasswordProblem, PersonWord};
use crate::ports::{BreachedPasswords, WhenUnavailable};

/// The accounts of a service: activation, log-in, recovery and change of password.
///
/// It is one cheap `Clone`, without type parameters, to be kept in an application's state. Make it with
/// [`builder`](Self::builder).
///
/// | who | asks | with | gets |
/// |---|---|---|---|
/// | anybody | [`request_activation`](Self::request_activation) | contact | a [`CodeRequest`], whoever it is |
/// | | [`request_recovery`](Self::request_recovery) | contact | the same |
/// | | [`resend_code`](Self::resend_code) | handle | the same |
/// | holder of handle and code | [`activate`](Self::activate), [`recover`](Self::recover) | new password | [`Redeemed`]: not logged in |
/// | holder of a password | [`log_in`](Self::log_in) | e-mail address | a [`Login`] |
/// | somebody logged in | [`change_password`](Self::change_password) | current and new password | [`PasswordChanged`] |
/// | the application | [`is_current`](Self::is_current) | id and version of a session | whether it lives on |
/// | an operator | [`invite`](Self::invite), [`lift_throttle`](Self::lift_throttle), [`purge`](Self::purge) | | |
/// | the program | [`check_stores`](Self::check_stores) | | whether directory and stores answer |
/// | | [`drain`](Self::drain) | at most so long | what is left |
#[derive(Clone)]
pub struct AccountService {
    inner: Arc<Inner>,
}

/// What every flow works with, beyond the context that the background shares.
struct Inner {
    context: Arc<Context>,
    delivery: Arc<Delivery>,
    pool: HashPool,
    lines: Lines,
    spray: SprayMeter,
    policy: Arc<PasswordPolicy>,
    breached: Option<(Arc<dyn BreachedPasswords>, WhenUnavailable)>,
}

impl AccountService {
    /// Asks for the code again, with the handle of the first time. Tries and expiry stay what they were, and the
    /// earlier code is worth nothing any more. Keep the handle that is returned: it says when the code can be sent
    /// once more.
    ///
    /// # Errors
    ///
    /// [`Error::Throttled`] when it is too soon, or after too many requests; [`Error::CodeRejected`] when the code
    /// cannot be sent again, though it may still work ([`NotSentAgain`](crate::code::CodeProblem::NotSentAgain)), or
    /// has expired; [`Error::Overloaded`]; [`Error::Backend`]. None depends on who is registered.
    pub async fn resend_code(&self, handle: &CodeHandle, origin: &Origin) -> Result<CodeRequest, Error> {
        resending::resend(&self.inner, handle, origin).await
    }

    /// Logs in with e-mail address and password.
    ///
    /// # Errors
    ///
    /// [`Error::CredentialsRejected`], whoever it is and whatever the reason; [`Error::Throttled`] and
    /// [`Error::PasswordStopped`] after too many failures, known or unknown; [`Error::Overloaded`] when too much is
    /// being hashed, which counts nothing; [`Error::Backend`].
    pub async fn log_in(
        &self,
        email: &EmailAddress,
        password: SecretString,
        origin: &Origin,
    ) -> Result<Login, Error> {
        login::log_in(&self.inner, email, &password, origin).await
    }

    /// Changes the password of somebody who is logged in. Every other session of the account ends.
    ///
    /// # Errors
    ///
    /// [`Error::PasswordRejected`] where another new password must be chosen; [`Error::CurrentPasswordRejected`] when the
    /// current one is wrong; [`Error::Throttled`] and [`Error::PasswordStopped`] after too many failures, counted
    /// apart from log-ins; [`Error::Overloaded`]; [`Error::Backend`].
    pub async fn change_password(
        &self,
        id: &AccountId,
        current: SecretString,
        new: NewPassword,
        origin: &Origin,
    ) -> Result<PasswordChanged, Error> {
        password_change::change_password(&self.inner, id, &current, new, origin).await
    }

    /// Whether a session with this account and credential version lives on: the account is active, and neither its
    /// password nor its state nor a contact has changed.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`] when the directory cannot be asked. The session is then not known to be good.
    pub async fn is_current(&self, id: &AccountId, version: &CredentialVersion) -> Result<bool, Error> {
        let current = self.current_version(id).await?;
        Ok(current
            .is_some_and(|current| current.as_str().as_bytes().ct_eq(version.as_str().as_bytes()).into()))
    }

    /// The credential version that a session of this account must have now; `None` where none lives on, because the account
    /// is not active or there is none of that id. For frameworks that compare it themselves;
    /// [`is_current`](Self::is_current) asks the same of one session.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`] when the directory cannot be asked. No session is then known to be good.
    pub async fn current_version(&self, id: &AccountId) -> Result<Option<CredentialVersion>, Error> {
        let context = &self.inner.context;
        let account = context.ask("user_directory.get", context.directory.get(id)).await?;
        let active = account.filter(|account| account.state == AccountState::Active);
        Ok(active.map(|account| account.credential_version))
    }

    /// A sentence for the person who was refused, in her language or the service's.
    #[must_use]
    pub fn explain(&self, error: &Error, locale: Option<&Locale>) -> String {
        let context = &self.inner.context;
        context.explain(error, locale.unwrap_or(&context.profile.locale))
    }

    /// Which passwords may be chosen, so that a page can say so before one is: the policy that was set, with the name of
    /// the service among the words that none may be made of.
    ///
    /// ```
    /// # use vestibule::AccountService;
    /// fn hint(accounts: &AccountService) -> String {
    ///     format!("At least {} characters.", accounts.password_policy().minimum())
    /// }
    /// ```
    #[must_use]
    pub fn password_policy(&self) -> &PasswordPolicy {
        &self.inner.policy
    }

    /// What the hash pool is doing, for metrics.
    #[must_use]
    pub fn hash_pool(&self) -> PoolStats {
        self.inner.pool.stats()
    }

    /// Waits until the background is idle: messages are sent, and what callers have left has run to its end. At most
    /// so long; says how many jobs are left then. For the end of a program, after it stopped taking requests.
    pub async fn drain(&self, at_most: Duration) -> usize {
        self.inner.delivery.drain(at_most).await
    }
}

impl fmt::Debug for AccountService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountService").field("hash_pool", &self.hash_pool()).finish_non_exhaustive()
    }
}

impl Inner {
    /// The rules that need nobody: they run before anything is counted, and answer the same whether or not the code
    /// is right. Nothing limits how often a stranger asks for this: it is done in a place of the hasher, of which each
    /// source has its share, and not where the caller's other work would wait for it.
    async fn check_password(
        &self,
        flow: Flow,
        password: &Arc<NewPassword>,
        origin: &Origin,
        standing: Standing,
        lane: &[u8],
    ) -> Result<(), Error> {
        // What is refused by its length alone is refused at once.
        self.policy.check_length(password)?;
        let mut place = self.reserve_hasher(flow, origin, standing, lane)?;
        let (policy, judged) = (Arc::clone(&self.policy), Arc::clone(password));
        let judgement = place.judge(move || policy.check(&judged)).await;
        judgement.map_err(|failure| self.hashing_failed(failure))??;
        drop(place);
        let Some((breached, when_unavailable)) = &self.breached else { return Ok(()) };
        let contains = breached.contains(password.secret());
        match (self.context.ask("breached_passwords.contains", contains).await, when_unavailable) {
            (Ok(true), _) => Err(PasswordProblem::Breached.into()),
            (Ok(false), _) | (Err(_), WhenUnavailable::Accept) => Ok(()),
            (Err(error), WhenUnavailable::Refuse) => Err(error.into()),
        }
    }

    /// The rules about the person: only who has proven to be her sees their answer.
    fn check_person(
        &self,
        password: &NewPassword,
        account: &Account,
        code: Option<&Code>,
    ) -> Result<(), Error> {
        let contacts = account.contacts.iter().map(|contact| match contact {
            Contact::Email(address) => PersonWord::EmailAddress(address.as_str()),
            Contact::Phone(number) => PersonWord::PhoneNumber(number.as_str()),
        });
        let name = account.name.as_deref().map(PersonWord::DisplayName);
        let code = code.map(|code| PersonWord::Code(code.expose()));
        let words: Vec<_> = contacts.chain(name).chain(code).collect();
        Ok(self.policy.check_person(password, &words)?)
    }

    /// Takes a place in the hasher, fair between those who share a lane, or refuses at once.
    fn reserve_hasher(
        &self,
        flow: Flow,
        origin: &Origin,
        standing: Standing,
        lane: &[u8],
    ) -> Result<Place, Error> {
        let lane = self.context.keys.identifier("hasher lane", &[lane]);
        let [a, b, c, d, e, f, g, h, ..] = *lane.as_bytes();
        let lane = Lane::new(u64::from_be_bytes([a, b, c, d, e, f, g, h]));
        self.pool.reserve(lane, standing).map_err(|Overloaded| self.overloaded(flow, origin))
    }

    fn overloaded(&self, flow: Flow, origin: &Origin) -> Error {
        self.tell_about(EventKind::Overloaded { flow }, None, None, origin);
        Error::Overloaded
    }

    fn hashing_failed(&self, failure: HashFailure) -> Error {
        let error =
            BackendError::new(BackendErrorKind::Other, "hashing a password failed").with_source(failure);
        self.context.record(EventKind::PortFailed { operation: "hash_pool", failure: error.kind() });
        error.into()
    }

    /// The device that the origin's token speaks for, if it was earned with this log-in name.
    fn recognise(&self, origin: &Origin, log_in_name: &Contact) -> Option<Device> {
        origin.device.as_ref().and_then(|token| token.recognise(&self.context.keys, log_in_name))
    }

    /// A fresh token. Without one the log-in is as good: a generator that fails is no reason to refuse it.
    fn issue_device(
        &self,
        log_in_name: Option<&Contact>,
        version: &CredentialVersion,
    ) -> Option<DeviceToken> {
        log_in_name.and_then(|name| DeviceToken::issue(&self.context.keys, name, version).ok())
    }

    fn code_format(&self, now: OffsetDateTime) -> CodeFormat {
        let settings = &self.context.settings;
        if self.spray.is_alarmed(now) { settings.code_format_under_attack } else { settings.code_format }
    }

    fn tell_about(
        &self,
        kind: EventKind,
        account: Option<&AccountId>,
        contact: Option<&Contact>,
        origin: &Origin,
    ) {
        self.context.tell(kind, |mut event| {
            event.account = account.cloned();
            event.contact = contact.map(|contact| self.context.digest(contact));
            event.source = origin.address;
            event
        });
    }
}
