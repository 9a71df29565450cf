//! Logging in with e-mail address and password.

use std::sync::Arc;

use secrecy::SecretString;

use crate::account::{Account, AccountId, AccountState, CredentialVersion};
use crate::contact::{Contact, EmailAddress};
use crate::context::Context;
use crate::device::{Device, DeviceToken};
use crate::error::Error;
use crate::event::{EventKind, Flow, LogInRefusal};
use crate::hasher::{PasswordHash, Place, Standing};
use crate::limits;
use crate::origin::Origin;
use crate::password;
use crate::ports::Found;
use crate::service::Inner;
use crate::service::charge::{Attempt, charge};
use crate::service::line::Turn;
use crate::service::password_change::refusal;
use crate::throttle::ThrottleKey;

/// Somebody is who she says. What a session needs; the library makes none.
///
/// # Examples
///
/// ```
/// use vestibule::{AccountId, AccountService, CredentialVersion, EmailAddress, Error, Origin, secrecy::SecretString};
///
/// /// What an application keeps in its own session.
/// struct Session {
///     account: AccountId,
///     version: CredentialVersion,
/// }
///
/// async fn log_in(
///     accounts: &AccountService, email: &EmailAddress, password: SecretString, origin: &Origin,
/// ) -> Result<Session, Error> {
///     let login = accounts.log_in(email, password, origin).await?;
///     Ok(Session { account: login.account_id, version: login.credential_version })
/// }
///
/// /// Asked at each request.
/// async fn lives_on(accounts: &AccountService, session: &Session) -> Result<bool, Error> {
///     accounts.is_current(&session.account, &session.version).await
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Login {
    /// Who.
    pub account_id: AccountId,
    /// Keep it in the session, and ask [`is_current`](crate::AccountService::is_current) with it at each request.
    pub credential_version: CredentialVersion,
    /// A fresh token for this browser, in place of the one it brought.
    pub device: Option<DeviceToken>,
}

/// Logs in. Every refusal costs the same hashes, says the same, and is counted before it is judged.
pub(super) async fn log_in(
    inner: &Arc<Inner>,
    email: &EmailAddress,
    typed: &SecretString,
    origin: &Origin,
) -> Result<Login, Error> {
    let context = &inner.context;
    let flow = Flow::LogIn;
    // No stored password is this long: refused by its length alone, whoever it is.
    let Some(password) = password::normalised(typed) else { return Err(Error::CredentialsRejected) };
    let name = Contact::Email(email.clone());
    let device = inner.recognise(origin, &name);

    // The line comes first: waiting in it holds no place in the hasher. The place comes before the charge: a full
    // hasher counts nothing.
    let line = limits::log_in_line(context, &name, device.as_ref());
    let Some(turn) = inner.lines.wait_for_turn(line).await else {
        return Err(inner.overloaded(flow, origin));
    };
    // The places that are kept for known devices are shared fairly between their owners, not their addresses.
    let source = origin.source();
    let (standing, lane) = match &device {
        Some(_) => (Standing::Trusted, name.key().as_bytes()),
        None => (Standing::Anyone, &*source),
    };
    let place = inner.reserve_hasher(flow, origin, standing, lane)?;
    let counting = Counting {
        context: Arc::clone(context),
        name: name.clone(),
        origin: origin.clone(),
        device,
        place,
        turn,
    };
    let Counted { mut attempt, mut device, mut place } = context.finish(counting.run()).await?;

    let found = context.ask("user_directory.find", context.directory.find(&name)).await?;
    let (account, unknown) = match found {
        Found::One(account) => (Some(account), LogInRefusal::Unknown),
        Found::Nobody => (None, LogInRefusal::Unknown),
        Found::Several => (None, LogInRefusal::Ambiguous),
    };
    // A directory whose collation is laxer than ours may find somebody else.
    let account = account.filter(|account| account.registered(&name).is_some());
    if let (Some(known), Some(account)) = (&device, &account)
        && !known.is_current(&account.credential_version)
    {
        // The token is from before the last change: its holder is a stranger like any other.
        device = None;
        let charges = limits::log_in(context, &name, origin, None);
        attempt = context.finish(attempt.recharge(flow, charges, origin.clone())).await?;
    }

    // Where no password would do, none is tried: the decoy costs what every refusal costs.
    let in_use = account.as_ref().filter(|account| account.state == AccountState::Active);
    let stored = in_use.and_then(|account| account.password.clone());
    let verdict = place.verify(password.clone(), stored.clone()).await;
    let verdict = verdict.map_err(|failure| inner.hashing_failed(failure))?;
    if let (Some(reason), Some(account)) = (verdict.unverifiable, &account) {
        inner.tell_about(EventKind::HashUnverifiable { reason }, Some(&account.id), None, origin);
    }
    drop(place);
    let active = |account: &Account| verdict.matches && account.state == AccountState::Active;
    let Some(account) = account.as_ref().filter(|account| active(account)) else {
        attempt.failed();
        let reason = account.as_ref().map_or(unknown, |account| refusal(Some(account)));
        let id = account.as_ref().map(|account| &account.id);
        inner.tell_about(EventKind::LogInRefused { reason }, id, Some(&name), origin);
        return Err(Error::CredentialsRejected);
    };

    attempt.succeeded_ending(row_of_failures(inner, &name, device.as_ref())).await;
    if let (true, Some(old)) = (verdict.rehash_wanted, stored) {
        renew_hash(inner, account.id.clone(), old, password, origin.clone());
    }
    let event = EventKind::LoggedIn { known_device: device.is_some() };
    inner.tell_about(event, Some(&account.id), Some(&name), origin);
    Ok(Login {
        account_id: account.id.clone(),
        credential_version: account.credential_version.clone(),
        device: inner.issue_device(Some(&name), &account.credential_version),
    })
}

/// What it takes to count an attempt.
struct Counting {
    context: Arc<Context>,
    name: Contact,
    origin: Origin,
    device: Option<Device>,
    place: Place,
    turn: Turn,
}

struct Counted {
    attempt: Attempt,
    /// The device, unless its tries are used up.
    device: Option<Device>,
    place: Place,
}

impl Counting {
    /// Counts the attempt against the device, or, where there is none or its tries are used up, against the address
    /// that all strangers share.
    async fn run(self) -> Result<Counted, Error> {
        let Self { context, name, origin, mut device, place, turn } = self;
        let charges = limits::log_in(&context, &name, &origin, device.as_ref());
        let ticket = match charge(&context, Flow::LogIn, &charges, &origin).await {
            Err(Error::PasswordStopped) if device.is_some() => {
                device = None;
                let charges = limits::log_in(&context, &name, &origin, None);
                charge(&context, Flow::LogIn, &charges, &origin).await?
            }
            verdict => verdict?,
        };
        let attempt = Attempt::new(context, ticket, place.progress(), turn);
        Ok(Counted { attempt, device, place })
    }
}

/// The row of failures that the owner's success ends: the one that would stop the password. What a stranger can see stays.
fn row_of_failures(inner: &Inner, name: &Contact, device: Option<&Device>) -> ThrottleKey {
    match device {
        Some(device) => limits::device_void(&inner.context, device),
        None => limits::log_in_stop(&inner.context, name),
    }
}

/// Replaces a hash of older parameters by one of today's, after the answer: a log-in takes no longer for it.
fn renew_hash(inner: &Arc<Inner>, id: AccountId, old: PasswordHash, password: SecretString, origin: Origin) {
    let lane = origin.source();
    let Ok(mut place) = inner.reserve_hasher(Flow::LogIn, &origin, Standing::Anyone, &lane) else { return };
    let inner = Arc::clone(inner);
    let context = Arc::clone(&inner.context);
    context.spawn(async move {
        let context = &inner.context;
        let Ok(new) = place.hash(password).await else { return };
        let replace = context.directory.replace_hash(&id, &old, &new);
        if matches!(context.ask("user_directory.replace_hash", replace).await, Ok(true)) {
            inner.tell_about(EventKind::HashRenewed, Some(&id), None, &origin);
        }
    });
}
