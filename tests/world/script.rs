//! Watches every call to a port, and makes a chosen one fail, hang or panic.

use std::fmt;
use std::sync::{Arc, Mutex};
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

/// How a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It fails without effect.
    Fails,
    /// It takes effect, and then fails: the answer is lost.
    AnswerLost,
    /// It never ends, without effect.
    Hangs,
    /// It panics, without effect.
    Panics,
}

pub const FAULTS: [Fault; 4] = [Fault::Fails, Fault::AnswerLost, Fault::Hangs, Fault::Panics];

/// Every call to every port, in order, and which of them goes wrong.
#[derive(Clone, Debug, Default)]
pub struct Script(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    calls: Vec<&'static str>,
    faults: Vec<(Which, Fault)>,
    counted: usize,
    inserted: Vec<PendingCode>,
    armed: Vec<ArmedCode>,
    charged: Vec<Vec<Charge>>,
    changes: Vec<(AccountId, CredentialVersion, CredentialChange)>,
    yields: bool,
    without_password: Vec<AccountId>,
    mistaken_for: Option<Contact>,
    hook: Option<Hook>,
}

/// What happens just before the next call to an operation.
struct Hook {
    operation: &'static str,
    run: Box<dyn FnOnce() + Send>,
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.operation)
    }
}

#[derive(Clone, Copy, Debug)]
enum Which {
    Nth(usize),
    From(usize),
    Every(&'static str),
}

impl Script {
    /// The calls since the last [`clear`](Self::clear), as `port.operation`.
    pub fn calls(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().calls.clone()
    }

    /// How many records were handed out for comparison: no more MACs can have been evaluated.
    pub fn counted(&self) -> usize {
        self.0.lock().unwrap().counted
    }

    /// The rows that were to be written, as the store is given them.
    pub fn inserted(&self) -> Vec<PendingCode> {
        self.0.lock().unwrap().inserted.clone()
    }

    /// What rows were to be armed with.
    pub fn armed(&self) -> Vec<ArmedCode> {
        self.0.lock().unwrap().armed.clone()
    }

    /// The batches that were to be charged.
    pub fn charged(&self) -> Vec<Vec<Charge>> {
        self.0.lock().unwrap().charged.clone()
    }

    /// The credentials that were to be replaced.
    pub fn changes(&self) -> Vec<(AccountId, CredentialVersion, CredentialChange)> {
        self.0.lock().unwrap().changes.clone()
    }

    /// Forgets calls and faults.
    pub fn clear(&self) {
        let mut state = self.0.lock().unwrap();
        let (yields, without_password) = (state.yields, std::mem::take(&mut state.without_password));
        *state = State { yields, without_password, ..State::default() };
    }

    /// Makes every call pause once before it takes effect and once after, as over a network.
    pub fn pause_at_every_call(&self) {
        self.0.lock().unwrap().yields = true;
    }

    /// Does something in the middle of a flow, just before the next call to an operation takes effect.
    pub fn before(&self, operation: &'static str, run: impl FnOnce() + Send + 'static) {
        self.0.lock().unwrap().hook = Some(Hook { operation, run: Box::new(run) });
    }

    /// Makes the directory find this contact whatever it is asked for, as one with too lax a collation would.
    pub fn mistake_everybody_for(&self, contact: &Contact) {
        self.0.lock().unwrap().mistaken_for = Some(contact.clone());
    }

    /// Makes the directory hand out an account without its password.
    pub fn drop_password_of(&self, id: &AccountId) {
        self.0.lock().unwrap().without_password.push(id.clone());
    }

    /// Makes the nth call from now on (from 0) go wrong.
    pub fn fault_at(&self, nth: usize, fault: Fault) {
        let mut state = self.0.lock().unwrap();
        let at = state.calls.len() + nth;
        state.faults.push((Which::Nth(at), fault));
    }

    /// Makes the nth call from now on (from 0) go wrong, and every later one.
    pub fn fault_from(&self, nth: usize, fault: Fault) {
        let mut state = self.0.lock().unwrap();
        let from = state.calls.len() + nth;
        state.faults.push((Which::From(from), fault));
    }

    /// Makes every call to an operation go wrong.
    pub fn fault_in(&self, operation: &'static str, fault: Fault) {
        self.0.lock().unwrap().faults.push((Which::Every(operation), fault));
    }

    fn note(&self, operation: &'static str) -> Option<Fault> {
        let mut state = self.0.lock().unwrap();
        let nth = state.calls.len();
        state.calls.push(operation);
        if let Some(hook) = state.hook.take_if(|hook| hook.operation == operation) {
            drop(state);
            (hook.run)();
            state = self.0.lock().unwrap();
        }
        let hit = |which: Which| match which {
            Which::Nth(at) => at == nth,
            Which::From(from) => from <= nth,
            Which::Every(name) => name == operation,
        };
        state.faults.iter().find(|(which, _)| hit(*which)).map(|(_, fault)| *fault)
    }

    async fn play<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, BackendError>>,
    ) -> Result<T, BackendError> {
        let failed = |kind| Err(BackendError::new(kind, AS_THE_SCRIPT_SAYS));
        let yields = self.0.lock().unwrap().yields;
        match self.note(operation) {
            None if yields => {
                futures_lite::future::yield_now().await;
                let result = call.await;
                futures_lite::future::yield_now().await;
                result
            }
            None => call.await,
            Some(Fault::Fails) => failed(BackendErrorKind::Unavailable),
            Some(Fault::AnswerLost) => {
                call.await?;
                failed(BackendErrorKind::TimedOut)
            }
            Some(Fault::Hangs) => std::future::pending().await,
            Some(Fault::Panics) => panic!("{AS_THE_SCRIPT_SAYS}"),
        }
    }

    /// For ports that are not asynchronous: they can only panic.
    fn play_now(&self, operation: &'static str) {
        if self.note(operation).is_some() {
            panic!("{AS_THE_SCRIPT_SAYS}");
        }
    }

    fn hand_out(&self, mut account: Account) -> Account {
        if self.0.lock().unwrap().without_password.contains(&account.id) {
            account.password = None;
        }
        account
    }
}

const AS_THE_SCRIPT_SAYS: &str = "as the script says";

/// Keeps panics that the script ordered out of the tests' output.
pub fn expect_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if info.payload_as_str() != Some(AS_THE_SCRIPT_SAYS) {
                usual(info);
            }
        }));
    });
}

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
