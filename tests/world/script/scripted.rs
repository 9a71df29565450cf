//! Ports whose calls a script watches.

use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;
use vestibule::account::{AccountId, CredentialChange, CredentialVersion};
use vestibule::code::HandleDigest;
use vestibule::contact::Channel;
use vestibule::error::{BackendError, BackendErrorKind};
use vestibule::event::Event;
#[cfg(feature = "message-queue")]
use vestibule::message::MessageId;
use vestibule::message::{Message, MessageText, Notice};
use vestibule::ports::{
    ArmedCode, Attempt, Clock, CodeSender, CodeStore, Destination, EventSink, Found, PendingCode, Reissue,
    SendError, Sleep, Spawner, Task, Texts, ThrottleStore, UserDirectory,
};
#[cfg(feature = "message-queue")]
use vestibule::ports::{ClaimedMessage, MessageQueue, QueuedMessage};
use vestibule::throttle::{Charge, ThrottleKey, Ticket, Verdict};
use vestibule::{Account, Contact, Error, Locale, PasswordHash, ServiceProfile};

use super::Script;

/// A port that the script watches.
#[derive(Clone, Debug)]
pub struct Scripted<T> {
    port: T,
    script: Script,
}

impl<T> Scripted<T> {
    pub fn new(port: T, script: &Script) -> Self {
        Self { port, script: script.clone() }
    }
}

#[async_trait]
impl<T: UserDirectory> UserDirectory for Scripted<T> {
    async fn find(&self, contact: &Contact) -> Result<Found, BackendError> {
        let mistaken = self.script.0.lock().unwrap().mistaken_for.clone();
        let contact = mistaken.as_ref().unwrap_or(contact);
        let found = self.script.play("user_directory.find", self.port.find(contact)).await?;
        Ok(match found {
            Found::One(account) => Found::One(self.script.hand_out(account)),
            other => other,
        })
    }

    async fn get(&self, id: &AccountId) -> Result<Option<Account>, BackendError> {
        let account = self.script.play("user_directory.get", self.port.get(id)).await?;
        Ok(account.map(|account| self.script.hand_out(account)))
    }

    async fn replace_credential(
        &self,
        id: &AccountId,
        expected: &CredentialVersion,
        change: &CredentialChange,
    ) -> Result<Option<CredentialVersion>, BackendError> {
        self.script.0.lock().unwrap().changes.push((id.clone(), expected.clone(), change.clone()));
        let call = self.port.replace_credential(id, expected, change);
        self.script.play("user_directory.replace_credential", call).await
    }

    async fn replace_hash(
        &self,
        id: &AccountId,
        expected: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, BackendError> {
        self.script.play("user_directory.replace_hash", self.port.replace_hash(id, expected, new)).await
    }
}

#[async_trait]
impl<T: CodeStore> CodeStore for Scripted<T> {
    async fn insert(&self, code: &PendingCode) -> Result<(), BackendError> {
        self.script.0.lock().unwrap().inserted.push(code.clone());
        self.script.play("code_store.insert", self.port.insert(code)).await
    }

    async fn arm(
        &self,
        handle: &HandleDigest,
        issue: u32,
        code: &ArmedCode,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        self.script.0.lock().unwrap().armed.push(code.clone());
        self.script.play("code_store.arm", self.port.arm(handle, issue, code, now)).await
    }

    async fn reissue(
        &self,
        handle: &HandleDigest,
        resend_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Reissue, BackendError> {
        self.script.play("code_store.reissue", self.port.reissue(handle, resend_at, now)).await
    }

    async fn count_attempt(
        &self,
        handle: &HandleDigest,
        now: OffsetDateTime,
    ) -> Result<Attempt, BackendError> {
        let attempt =
            self.script.play("code_store.count_attempt", self.port.count_attempt(handle, now)).await?;
        if matches!(attempt, Attempt::Counted(_)) {
            self.script.0.lock().unwrap().counted += 1;
        }
        Ok(attempt)
    }

    async fn take(
        &self,
        handle: &HandleDigest,
        issue: u32,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        self.script.play("code_store.take", self.port.take(handle, issue, now)).await
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        self.script.play("code_store.purge", self.port.purge(before)).await
    }
}

#[async_trait]
impl<T: ThrottleStore> ThrottleStore for Scripted<T> {
    async fn charge(&self, charges: &[Charge], now: OffsetDateTime) -> Result<Verdict, BackendError> {
        self.script.0.lock().unwrap().charged.push(charges.to_vec());
        self.script.play("throttle_store.charge", self.port.charge(charges, now)).await
    }

    async fn refund(&self, ticket: &Ticket) -> Result<(), BackendError> {
        self.script.play("throttle_store.refund", self.port.refund(ticket)).await
    }

    async fn lift(&self, keys: &[ThrottleKey]) -> Result<(), BackendError> {
        self.script.play("throttle_store.lift", self.port.lift(keys)).await
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        self.script.play("throttle_store.purge", self.port.purge(before)).await
    }
}

#[cfg(feature = "message-queue")]
#[async_trait]
impl<T: MessageQueue> MessageQueue for Scripted<T> {
    async fn put(&self, message: &QueuedMessage, due_at: OffsetDateTime) -> Result<(), BackendError> {
        self.script.play("message_queue.put", self.port.put(message, due_at)).await
    }

    async fn claim(
        &self,
        now: OffsetDateTime,
        due_at: OffsetDateTime,
        limit: u32,
    ) -> Result<Vec<ClaimedMessage>, BackendError> {
        self.script.play("message_queue.claim", self.port.claim(now, due_at, limit)).await
    }

    async fn begin(&self, id: &MessageId, claim: u32, due_at: OffsetDateTime) -> Result<bool, BackendError> {
        self.script.play("message_queue.begin", self.port.begin(id, claim, due_at)).await
    }

    async fn release(
        &self,
        id: &MessageId,
        claim: u32,
        due_at: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        self.script.play("message_queue.release", self.port.release(id, claim, due_at)).await
    }

    async fn remove(&self, id: &MessageId) -> Result<(), BackendError> {
        self.script.play("message_queue.remove", self.port.remove(id)).await
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        self.script.play("message_queue.purge", self.port.purge(before)).await
    }
}

#[async_trait]
impl<T: CodeSender> CodeSender for Scripted<T> {
    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let call = async { self.port.send(message).await.map_err(|_| unreachable!("the outbox takes all")) };
        self.script.play("code_sender.send", call).await.map_err(|source| match source.kind() {
            BackendErrorKind::TimedOut => SendError::Ambiguous(source),
            _ => SendError::Transient { retry_after: None, source },
        })
    }

    fn destination(&self) -> Destination {
        // To the service, the script stands between it and people.
        Destination::People
    }
}

impl<T: Clock> Clock for Scripted<T> {
    fn now(&self) -> OffsetDateTime {
        self.script.play_now("clock.now");
        self.port.now()
    }
}

impl<T: EventSink> EventSink for Scripted<T> {
    fn record(&self, event: &Event) {
        self.script.play_now("event_sink.record");
        self.port.record(event);
    }
}

impl<T: Texts> Texts for Scripted<T> {
    fn compose(
        &self,
        notice: &Notice,
        channel: Channel,
        locale: &Locale,
        profile: &ServiceProfile,
    ) -> MessageText {
        self.script.play_now("texts.compose");
        self.port.compose(notice, channel, locale, profile)
    }

    fn explain(&self, error: &Error, locale: &Locale, profile: &ServiceProfile) -> String {
        self.script.play_now("texts.explain");
        self.port.explain(error, locale, profile)
    }
}

impl<T: Spawner> Spawner for Scripted<T> {
    fn spawn(&self, task: Task) {
        self.script.play_now("spawner.spawn");
        self.port.spawn(task);
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.script.play_now("spawner.sleep");
        self.port.sleep(duration)
    }
}
