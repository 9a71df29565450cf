//! Watches every call to a port, and makes a chosen one fail, hang or panic.

mod scripted;

use std::fmt;
use std::sync::{Arc, Mutex};

use vestibule::account::{AccountId, CredentialChange, CredentialVersion};
use vestibule::error::{BackendError, BackendErrorKind};
use vestibule::ports::{ArmedCode, PendingCode};
use vestibule::throttle::Charge;
use vestibule::{Account, Contact};

pub use self::scripted::Scripted;

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
