//! What stands between the service and its ports: it lets every call pause before and after its effect, makes chosen
//! calls go wrong, and tells the model what took effect, and for which flow.

use std::fmt;
use std::future::Future;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use time::OffsetDateTime;
use vestibule::account::{AccountId, CredentialChange, CredentialVersion};
use vestibule::code::HandleDigest;
use vestibule::error::{BackendError, BackendErrorKind};
use vestibule::ports::{
    ArmedCode, Attempt, CodeStore, Found, PendingCode, Reissue, ThrottleStore, UserDirectory,
};
use vestibule::throttle::{Charge, ThrottleKey, Ticket, Verdict};
use vestibule::{Account, Contact, PasswordHash};

use crate::executor::{Executor, FlowId};
use crate::reference::Model;
use crate::world::script::Fault;

#[derive(Clone)]
pub struct Eye(Arc<Seen>);

struct Seen {
    executor: Executor,
    model: Mutex<Model>,
    faults: Mutex<Faults>,
    killing: AtomicBool,
}

#[derive(Default)]
struct Faults {
    calls: u64,
    at: Vec<(u64, Fault)>,
}

impl Eye {
    pub fn new(executor: Executor, model: Model) -> Self {
        Self(Arc::new(Seen {
            executor,
            model: Mutex::new(model),
            faults: Mutex::default(),
            killing: AtomicBool::new(false),
        }))
    }

    pub fn model(&self) -> MutexGuard<'_, Model> {
        self.0.model.lock().unwrap()
    }

    /// Makes a call go wrong: the one that is so many after the next.
    pub fn fault(&self, after: u64, fault: Fault) {
        let mut faults = self.0.faults.lock().unwrap();
        let at = faults.calls + after;
        faults.at.push((at, fault));
    }

    /// Whether what is dropped is so because its machine dies.
    pub fn killing(&self, killing: bool) {
        self.0.killing.store(killing, Ordering::SeqCst);
    }

    pub fn no_more_faults(&self) {
        self.0.faults.lock().unwrap().at.clear();
    }

    fn next_fault(&self) -> Option<Fault> {
        let mut faults = self.0.faults.lock().unwrap();
        let call = faults.calls;
        faults.calls += 1;
        faults.at.iter().find(|(at, _)| *at == call).map(|(_, fault)| *fault)
    }

    pub async fn call<T>(
        &self,
        call: impl Future<Output = Result<T, BackendError>>,
        seen: impl FnOnce(&mut Model, FlowId, &T),
    ) -> Result<T, BackendError> {
        let mut watch = Watch { eye: self, flow: self.0.executor.current(), ended: false };
        let fault = self.next_fault();
        if fault.is_some() {
            watch.went_wrong();
        }
        self.0.executor.pause().await;
        match fault {
            Some(Fault::Fails) => return Err(failure(BackendErrorKind::Unavailable)),
            Some(Fault::Hangs) => std::future::pending().await,
            // Without the hook that prints panics: this one is ordered.
            Some(Fault::Panics) => resume_unwind(Box::new(AS_ORDERED)),
            Some(Fault::AnswerLost) | None => {}
        }
        let result = call.await?;
        seen(&mut self.model(), watch.flow, &result);
        self.0.executor.pause().await;
        watch.ended = true;
        if fault == Some(Fault::AnswerLost) { Err(failure(BackendErrorKind::TimedOut)) } else { Ok(result) }
    }
}

const AS_ORDERED: &str = "as ordered";

fn failure(kind: BackendErrorKind) -> BackendError {
    BackendError::new(kind, AS_ORDERED)
}

impl fmt::Debug for Eye {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Eye")
    }
}

/// A call that is under way. One that is given up, because its time has run out, went wrong; one whose caller hung up
/// did not.
struct Watch<'a> {
    eye: &'a Eye,
    flow: FlowId,
    ended: bool,
}

impl Watch<'_> {
    fn went_wrong(&mut self) {
        self.eye.model().flows[self.flow].faulted = true;
        self.ended = true;
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        let killing = self.eye.0.killing.load(Ordering::SeqCst);
        if !self.ended && !killing && !self.eye.0.executor.is_hanging_up() {
            self.went_wrong();
        }
    }
}

/// A port that is watched.
#[derive(Debug)]
pub struct Watched<T> {
    pub port: T,
    pub eye: Eye,
}

impl<T> Watched<T> {
    pub fn new(port: T, eye: &Eye) -> Self {
        Self { port, eye: eye.clone() }
    }
}

#[async_trait]
impl<T: UserDirectory> UserDirectory for Watched<T> {
    async fn find(&self, contact: &Contact) -> Result<Found, BackendError> {
        let call = self.port.find(contact);
        self.eye.call(call, |model, flow, _| model.found(flow, contact)).await
    }

    async fn get(&self, id: &AccountId) -> Result<Option<Account>, BackendError> {
        self.eye.call(self.port.get(id), |model, flow, _| model.got(flow, id)).await
    }

    async fn replace_credential(
        &self,
        id: &AccountId,
        expected: &CredentialVersion,
        change: &CredentialChange,
    ) -> Result<Option<CredentialVersion>, BackendError> {
        let call = self.port.replace_credential(id, expected, change);
        let seen = |model: &mut Model, flow, replaced: &Option<_>| {
            if replaced.is_some() {
                model.replaced(flow, id);
            }
        };
        self.eye.call(call, seen).await
    }

    async fn replace_hash(
        &self,
        id: &AccountId,
        expected: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, BackendError> {
        self.eye.call(self.port.replace_hash(id, expected, new), |_, _, _| {}).await
    }
}

#[async_trait]
impl<T: CodeStore> CodeStore for Watched<T> {
    async fn insert(&self, code: &PendingCode) -> Result<(), BackendError> {
        self.eye.call(self.port.insert(code), |model, flow, ()| model.inserted(flow, code)).await
    }

    async fn arm(
        &self,
        handle: &HandleDigest,
        issue: u32,
        code: &ArmedCode,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        let seen = |model: &mut Model, flow, armed: &bool| {
            if *armed {
                model.armed(flow, handle, issue, code);
            }
        };
        self.eye.call(self.port.arm(handle, issue, code, now), seen).await
    }

    async fn reissue(
        &self,
        handle: &HandleDigest,
        resend_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Reissue, BackendError> {
        let call = self.port.reissue(handle, resend_at, now);
        let seen = |model: &mut Model, flow, answer: &Reissue| {
            if let Reissue::Again(_) = answer {
                model.reissued(flow, handle);
            }
        };
        self.eye.call(call, seen).await
    }

    async fn count_attempt(
        &self,
        handle: &HandleDigest,
        now: OffsetDateTime,
    ) -> Result<Attempt, BackendError> {
        let seen = |model: &mut Model, flow, attempt: &Attempt| {
            if let Attempt::Counted(stored) = attempt {
                model.counted(flow, handle, stored, now);
            }
        };
        self.eye.call(self.port.count_attempt(handle, now), seen).await
    }

    async fn take(
        &self,
        handle: &HandleDigest,
        issue: u32,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        let seen = |model: &mut Model, _, taken: &bool| {
            if *taken {
                model.taken(handle);
            }
        };
        self.eye.call(self.port.take(handle, issue, now), seen).await
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        self.eye.call(self.port.purge(before), |_, _, _| {}).await
    }
}

#[async_trait]
impl<T: ThrottleStore> ThrottleStore for Watched<T> {
    async fn charge(&self, charges: &[Charge], now: OffsetDateTime) -> Result<Verdict, BackendError> {
        let seen = |model: &mut Model, flow, verdict: &Verdict| {
            if let Verdict::Allowed(ticket) = verdict {
                model.charged(flow, charges, ticket, now);
            }
        };
        self.eye.call(self.port.charge(charges, now), seen).await
    }

    async fn refund(&self, ticket: &Ticket) -> Result<(), BackendError> {
        self.eye.call(self.port.refund(ticket), |model, flow, ()| model.refunded(flow, ticket)).await
    }

    async fn lift(&self, keys: &[ThrottleKey]) -> Result<(), BackendError> {
        self.eye.call(self.port.lift(keys), |model, _, ()| model.lifted(keys)).await
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        self.eye.call(self.port.purge(before), |_, _, _| {}).await
    }
}
