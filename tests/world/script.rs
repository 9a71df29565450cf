//! Watches every call to a port, and makes a chosen one fail, hang or panic.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use time::OffsetDateTime;
use vestibule::account::{AccountId, CredentialChange, CredentialVersion};
use vestibule::code::HandleDigest;
use vestibule::error::{BackendError, BackendErrorKind};
use vestibule::message::Message;
use vestibule::ports::{
    ArmedCode, Attempt, CodeSender, CodeStore, Found, PendingCode, Reissue, SendError, ThrottleStore,
    UserDirectory,
};
use vestibule::throttle::{Charge, ThrottleKey, Ticket, Verdict};
use vestibule::{Account, Contact, PasswordHash};

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
}

#[derive(Clone, Copy, Debug)]
enum Which {
    Nth(usize),
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

    /// Forgets calls and faults.
    pub fn clear(&self) {
        *self.0.lock().unwrap() = State::default();
    }

    /// Makes the nth call from now on (from 0) go wrong.
    pub fn fault_at(&self, nth: usize, fault: Fault) {
        let mut state = self.0.lock().unwrap();
        let at = state.calls.len() + nth;
        state.faults.push((Which::Nth(at), fault));
    }

    /// Makes every call to an operation go wrong.
    pub fn fault_in(&self, operation: &'static str, fault: Fault) {
        self.0.lock().unwrap().faults.push((Which::Every(operation), fault));
    }

    fn note(&self, operation: &'static str) -> Option<Fault> {
        let mut state = self.0.lock().unwrap();
        let nth = state.calls.len();
        state.calls.push(operation);
        let hit = |which: Which| match which {
            Which::Nth(at) => at == nth,
            Which::Every(name) => name == operation,
        };
        state.faults.iter().find(|(which, _)| hit(*which)).map(|(_, fault)| *fault)
    }

    async fn play<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, BackendError>>,
    ) -> Result<T, BackendError> {
        let lost = || BackendError::new(BackendErrorKind::Unavailable, "as the script says");
        match self.note(operation) {
            None => call.await,
            Some(Fault::Fails) => Err(lost()),
            Some(Fault::AnswerLost) => {
                call.await?;
                Err(lost())
            }
            Some(Fault::Hangs) => std::future::pending().await,
            Some(Fault::Panics) => panic!("as the script says"),
        }
    }
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
        self.script.play("user_directory.find", self.port.find(contact)).await
    }

    async fn get(&self, id: &AccountId) -> Result<Option<Account>, BackendError> {
        self.script.play("user_directory.get", self.port.get(id)).await
    }

    async fn replace_credential(
        &self,
        id: &AccountId,
        expected: &CredentialVersion,
        change: &CredentialChange,
    ) -> Result<Option<CredentialVersion>, BackendError> {
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
        self.script.play("code_store.insert", self.port.insert(code)).await
    }

    async fn arm(
        &self,
        handle: &HandleDigest,
        issue: u32,
        code: &ArmedCode,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
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

#[async_trait]
impl<T: CodeSender> CodeSender for Scripted<T> {
    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let call = async { self.port.send(message).await.map_err(|_| unreachable!("the outbox takes all")) };
        self.script
            .play("code_sender.send", call)
            .await
            .map_err(|source| SendError::Transient { retry_after: None, source })
    }
}
