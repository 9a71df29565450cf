//! Ports that break a promise of their contract, each in the way that real ones have: the checker must see it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_lite::future::yield_now;
use time::OffsetDateTime;
use vestibule::account::{AccountId, AccountState, CredentialChange, CredentialVersion};
use vestibule::adapters::memory::MemoryDirectory;
use vestibule::code::HandleDigest;
use vestibule::error::{BackendError, BackendErrorKind};
use vestibule::ports::{
    ArmedCode, Attempt, CodeStore, Found, PendingCode, Reissue, ThrottleStore, UserDirectory,
};
use vestibule::throttle::{Charge, Settlement, ThrottleKey, ThrottleState, Ticket, Verdict, settle};
use vestibule::{Account, Contact, PasswordHash};

use crate::game::Ports;
use crate::reference::TRIES;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    CountsAfterwards,
    NewIssueResetsTries,
    ForgetsExpiry,
    AsksTheDirectory,
    SwapsInTwoSteps,
    IgnoresTheVersion,
    VersionOfThePasswordAlone,
    OverlooksSuspension,
    ReadsThenWrites,
    RefundsEverything,
}

pub fn counts_afterwards(ports: &mut Ports, directory: &MemoryDirectory) {
    break_codes(ports, directory, Flaw::CountsAfterwards);
}

pub fn new_issue_resets_tries(ports: &mut Ports, directory: &MemoryDirectory) {
    break_codes(ports, directory, Flaw::NewIssueResetsTries);
}

pub fn forgets_expiry(ports: &mut Ports, directory: &MemoryDirectory) {
    break_codes(ports, directory, Flaw::ForgetsExpiry);
}

pub fn asks_the_directory(ports: &mut Ports, directory: &MemoryDirectory) {
    break_codes(ports, directory, Flaw::AsksTheDirectory);
}

pub fn swaps_in_two_steps(ports: &mut Ports, directory: &MemoryDirectory) {
    break_directory(ports, directory, Flaw::SwapsInTwoSteps);
}

pub fn ignores_the_version(ports: &mut Ports, directory: &MemoryDirectory) {
    break_directory(ports, directory, Flaw::IgnoresTheVersion);
}

pub fn version_of_the_password_alone(ports: &mut Ports, directory: &MemoryDirectory) {
    break_directory(ports, directory, Flaw::VersionOfThePasswordAlone);
}

pub fn overlooks_suspension(ports: &mut Ports, directory: &MemoryDirectory) {
    break_directory(ports, directory, Flaw::OverlooksSuspension);
}

pub fn reads_then_writes(ports: &mut Ports, _: &MemoryDirectory) {
    let port = Arc::clone(&ports.throttle);
    ports.throttle = Arc::new(BrokenThrottle { port, flaw: Flaw::ReadsThenWrites, rows: Mutex::default() });
}

pub fn refunds_everything(ports: &mut Ports, _: &MemoryDirectory) {
    let port = Arc::clone(&ports.throttle);
    ports.throttle = Arc::new(BrokenThrottle { port, flaw: Flaw::RefundsEverything, rows: Mutex::default() });
}

fn break_codes(ports: &mut Ports, directory: &MemoryDirectory, flaw: Flaw) {
    let (port, directory) = (Arc::clone(&ports.codes), directory.clone());
    ports.codes = Arc::new(BrokenCodes { port, directory, flaw, tries: Mutex::default() });
}

fn break_directory(ports: &mut Ports, directory: &MemoryDirectory, flaw: Flaw) {
    ports.directory = Arc::new(BrokenDirectory { port: directory.clone(), flaw });
}

/// Its rows have tries without end: it counts by itself, and wrongly.
#[derive(Debug)]
struct BrokenCodes {
    port: Arc<dyn CodeStore>,
    directory: MemoryDirectory,
    flaw: Flaw,
    tries: Mutex<HashMap<HandleDigest, u32>>,
}

#[async_trait]
impl CodeStore for BrokenCodes {
    async fn insert(&self, code: &PendingCode) -> Result<(), BackendError> {
        if self.flaw == Flaw::AsksTheDirectory
            && matches!(self.directory.find(&code.contact).await?, Found::Nobody)
        {
            return Err(BackendError::new(BackendErrorKind::Other, "nobody has this contact"));
        }
        self.port.insert(&PendingCode { max_attempts: u32::MAX, ..code.clone() }).await
    }

    async fn arm(
        &self,
        handle: &HandleDigest,
        issue: u32,
        code: &ArmedCode,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        self.port.arm(handle, issue, code, now).await
    }

    async fn reissue(
        &self,
        handle: &HandleDigest,
        resend_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Reissue, BackendError> {
        if self.flaw == Flaw::NewIssueResetsTries {
            self.tries.lock().unwrap().remove(handle);
        }
        self.port.reissue(handle, resend_at, now).await
    }

    async fn count_attempt(
        &self,
        handle: &HandleDigest,
        now: OffsetDateTime,
    ) -> Result<Attempt, BackendError> {
        let tries = self.tries.lock().unwrap().get(handle).copied().unwrap_or(0);
        if tries >= TRIES {
            return Ok(Attempt::Exhausted);
        }
        let now = if self.flaw == Flaw::ForgetsExpiry { OffsetDateTime::UNIX_EPOCH } else { now };
        if self.flaw == Flaw::CountsAfterwards {
            yield_now().await;
        }
        let attempt = match self.port.count_attempt(handle, now).await? {
            Attempt::Counted(mut stored) => {
                stored.pending.max_attempts = TRIES;
                stored.attempts = tries + 1;
                Attempt::Counted(stored)
            }
            other => other,
        };
        self.tries.lock().unwrap().insert(*handle, tries + 1);
        Ok(attempt)
    }

    async fn take(
        &self,
        handle: &HandleDigest,
        issue: u32,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        self.port.take(handle, issue, now).await
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        self.port.purge(before).await
    }
}

#[derive(Debug)]
struct BrokenDirectory {
    port: MemoryDirectory,
    flaw: Flaw,
}

impl BrokenDirectory {
    fn hand_out(&self, mut account: Account) -> Account {
        match self.flaw {
            Flaw::OverlooksSuspension if account.password.is_some() => account.state = AccountState::Active,
            Flaw::VersionOfThePasswordAlone => {
                let hash = account.password.as_ref().map_or("none", PasswordHash::expose_for_storage);
                account.credential_version = CredentialVersion::from_stored(hash);
            }
            _ => {}
        }
        account
    }
}

#[async_trait]
impl UserDirectory for BrokenDirectory {
    async fn find(&self, contact: &Contact) -> Result<Found, BackendError> {
        Ok(match self.port.find(contact).await? {
            Found::One(account) => Found::One(self.hand_out(account)),
            other => other,
        })
    }

    async fn get(&self, id: &AccountId) -> Result<Option<Account>, BackendError> {
        Ok(self.port.get(id).await?.map(|account| self.hand_out(account)))
    }

    async fn replace_credential(
        &self,
        id: &AccountId,
        expected: &CredentialVersion,
        change: &CredentialChange,
    ) -> Result<Option<CredentialVersion>, BackendError> {
        let Some(account) = self.get(id).await? else { return Ok(None) };
        if self.flaw != Flaw::IgnoresTheVersion && account.credential_version != *expected {
            return Ok(None);
        }
        if self.flaw == Flaw::SwapsInTwoSteps {
            yield_now().await;
        }
        let Some(as_it_is) = self.port.get(id).await? else { return Ok(None) };
        let replaced = self.port.replace_credential(id, &as_it_is.credential_version, change).await?;
        let Some(version) = replaced else { return Ok(None) };
        let account = self.get(id).await?;
        Ok(Some(account.map_or(version, |account| account.credential_version)))
    }

    async fn replace_hash(
        &self,
        id: &AccountId,
        expected: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, BackendError> {
        self.port.replace_hash(id, expected, new).await
    }
}

#[derive(Debug)]
struct BrokenThrottle {
    port: Arc<dyn ThrottleStore>,
    flaw: Flaw,
    rows: Mutex<HashMap<ThrottleKey, ThrottleState>>,
}

#[async_trait]
impl ThrottleStore for BrokenThrottle {
    async fn charge(&self, charges: &[Charge], now: OffsetDateTime) -> Result<Verdict, BackendError> {
        if self.flaw != Flaw::ReadsThenWrites {
            return self.port.charge(charges, now).await;
        }
        let state_of = |key| self.rows.lock().unwrap().get(&key).cloned().unwrap_or_default();
        let loaded: Vec<_> = charges.iter().map(|charge| (*charge, state_of(charge.key))).collect();
        yield_now().await;
        Ok(match settle(&loaded, now) {
            Settlement::Allowed { rows, ticket } => {
                self.rows.lock().unwrap().extend(rows.into_iter().map(|row| (row.key, row.state)));
                Verdict::Allowed(ticket)
            }
            Settlement::Wait(wait) => Verdict::Wait(wait),
            Settlement::Stopped => Verdict::Stopped,
        })
    }

    async fn refund(&self, ticket: &Ticket) -> Result<(), BackendError> {
        let keys: Vec<_> = ticket.entries().iter().map(|entry| entry.key).collect();
        self.lift(&keys).await
    }

    async fn lift(&self, keys: &[ThrottleKey]) -> Result<(), BackendError> {
        self.rows.lock().unwrap().retain(|key, _| !keys.contains(key));
        self.port.lift(keys).await
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        self.port.purge(before).await
    }
}
