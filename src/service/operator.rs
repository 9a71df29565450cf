//! What operators do: invite people, lift a throttle, clear away what has had its time.

use std::sync::Arc;
use std::time::Duration;

use crate::account::{AccountId, AccountState, CredentialVersion};
use crate::code::HandleDigest;
use crate::contact::Contact;
use crate::delivery::Sending;
use crate::error::Error;
use crate::event::{ContactDigest, EventKind};
use crate::limits;
use crate::message::Notice;
use crate::origin::Origin;
use crate::ports::Found;
use crate::service::AccountService;

/// What came of inviting somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Invitation {
    /// An invitation was left to be sent. What becomes of it is an event.
    Queued,
    /// It was not left to be sent: the queue is full, or the number is not one that SMS go to. An event says which.
    NotQueued,
    /// There is no such account.
    Unknown,
    /// The account was activated before, or is suspended.
    NotPending,
    /// The account has no contact to write to.
    NoContact,
}

/// How much was cleared away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Purged {
    /// Expired codes.
    pub codes: u64,
    /// Counts that may be forgotten.
    pub throttles: u64,
    /// Messages of the stored queue that expired before they were sent.
    pub messages: u64,
}

/// For how long events are kept beyond their time: as long as a clock may be wrong before its events are disbelieved.
const CLOCKS_DIFFER_BY: time::Duration = time::Duration::hours(1);

/// How long a store may take to remove what has had its time, in its small batches: some million rows.
const PURGING: Duration = Duration::from_secs(600);

impl AccountService {
    /// Writes to a registered person that the account can be activated, at the first of its e-mail addresses, or at
    /// its first number. The message carries no secret, only the address of the page.
    ///
    /// It is for operators: its answer tells whether somebody is registered.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`] when the directory cannot be asked.
    pub async fn invite(&self, id: &AccountId) -> Result<Invitation, Error> {
        let context = &self.inner.context;
        let account = context.ask("user_directory.get", context.directory.get(id)).await?;
        let Some(account) = account else { return Ok(Invitation::Unknown) };
        if account.state != AccountState::Pending {
            return Ok(Invitation::NotPending);
        }
        let Some(to) = account.log_in_names().chain(&account.contacts).next().cloned() else {
            return Ok(Invitation::NoContact);
        };
        self.inner.tell_about(EventKind::Invited, Some(&account.id), Some(&to), &Origin::without_address());
        if self.inner.delivery.send(Sending::notice(Notice::Invitation, to, account.locale)).await {
            Ok(Invitation::Queued)
        } else {
            Ok(Invitation::NotQueued)
        }
    }

    /// Lifts the waits and stops of a contact, of the account it belongs to with all its contacts, and of the place
    /// the person asks from, for somebody who cannot get in. Events name the address that requests came from.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`] when a store cannot be asked. Calling it again does no harm.
    pub async fn lift_throttle(&self, contact: &Contact, origin: &Origin) -> Result<(), Error> {
        let context = &self.inner.context;
        let mut keys = limits::of_contact(context, contact, origin);
        keys.extend(limits::of_source(context, origin));
        let find = context.directory.find(contact);
        if let Found::One(account) = context.ask("user_directory.find", find).await? {
            keys.extend(limits::of_account(context, &account.id));
            let others = account.contacts.iter().filter(|other| !other.is_same_as(contact));
            keys.extend(others.flat_map(|other| limits::of_contact(context, other, origin)));
        }
        context.ask("throttle_store.lift", context.throttle.lift(&keys)).await?;
        self.inner.tell_about(EventKind::ThrottleLifted, None, Some(contact), &Origin::without_address());
        Ok(())
    }

    /// Takes up the messages of the stored queue that were accepted and not sent, because a process died, or had no place
    /// for them, or gave up for the time being; says how many. Call it when the program starts, and every minute:
    /// a process that died is heard of no more after one minute. Several processes may call it at once.
    ///
    /// Without a [`message_queue`](crate::service::AccountServiceBuilder::message_queue) there is nothing to take up.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`] when the queue cannot be asked. Calling it again does no harm.
    #[cfg(feature = "message-queue")]
    pub async fn resume_deliveries(&self) -> Result<usize, Error> {
        Ok(self.inner.delivery.resume().await?)
    }

    /// Removes expired codes, counts that may be forgotten, and stored messages that expired. Call it every hour or so:
    /// nothing depends on it but the size of the stores. Each store has ten minutes.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`] when a store cannot be asked. Calling it again does no harm.
    pub async fn purge(&self) -> Result<Purged, Error> {
        let context = &self.inner.context;
        let now = context.now()?;
        let codes = context.ask_for(PURGING, "code_store.purge", context.codes.purge(now)).await?;
        // Where another machine's clock is behind, what this one could forget still counts.
        let forgotten = now.saturating_sub(CLOCKS_DIFFER_BY);
        let throttles =
            context.ask_for(PURGING, "throttle_store.purge", context.throttle.purge(forgotten)).await?;
        #[cfg(feature = "message-queue")]
        let messages = match &context.message_queue {
            Some(queue) => context.ask_for(PURGING, "message_queue.purge", queue.purge(now)).await?,
            None => 0,
        };
        #[cfg(not(feature = "message-queue"))]
        let messages = 0;
        Ok(Purged { codes, throttles, messages })
    }

    /// Asks the directory and both stores for nothing, each as it is asked for something later: so that a program learns when
    /// it starts, and whoever watches over it at any time, that a schema is missing, a server is gone or a file is
    /// read-only. Nothing is counted, and nobody is looked for.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`] of the first that does not answer: the error in it says what to do.
    pub async fn check_stores(&self) -> Result<(), Error> {
        let context = Arc::clone(&self.inner.context);
        let now = context.now()?;
        // Drawn anew, so that it is nobody's: neither an account's, nor a code's, nor a count's.
        let nobodys = CredentialVersion::random()?;
        let (id, key) = (
            AccountId::new(nobodys.as_str()),
            context.keys.identifier("nobody", &[nobodys.as_str().as_bytes()]),
        );
        let handle = HandleDigest::from_bytes(*key.as_bytes());
        // In the background, where what fails is seen by nobody.
        self.inner
            .context
            .to_the_end(async move {
                context.ask("user_directory.get", context.directory.get(&id)).await?;
                context.ask("code_store.take", context.codes.take(&handle, 1, now)).await?;
                context.ask("throttle_store.lift", context.throttle.lift(&[key])).await?;
                Ok(())
            })
            .await
    }

    /// How events name a contact, so that an operator who is asked by a person can find what happened to her.
    #[must_use]
    pub fn contact_digest(&self, contact: &Contact) -> ContactDigest {
        self.inner.context.digest(contact)
    }
}
