//! A throttle store that can be broken.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use vestibule::async_trait;
use vestibule::error::{BackendError, BackendErrorKind};
use vestibule::ports::ThrottleStore;
use vestibule::throttle::{
    Charge, Decision, Settlement, ThrottleKey, ThrottleState, Ticket, Verdict, settle,
};
use vestibule::time::OffsetDateTime;

use crate::Defect;

#[derive(Debug)]
pub(crate) struct BreakableThrottle {
    rows: Mutex<BTreeMap<ThrottleKey, Row>>,
    key_locks: Mutex<HashMap<ThrottleKey, Arc<tokio::sync::Mutex<()>>>>,
    defect: Defect,
}

#[derive(Clone, Debug, Default)]
struct Row {
    state: ThrottleState,
    recorded: Vec<OffsetDateTime>,
    forget_at: Option<OffsetDateTime>,
}

impl BreakableThrottle {
    pub(crate) fn with(defect: &'static str) -> Self {
        Self { rows: Mutex::default(), key_locks: Mutex::default(), defect: Defect::new(defect) }
    }

    fn is(&self, defect: &str) -> bool {
        self.defect.is(defect)
    }

    fn read(&self, key: &ThrottleKey) -> Row {
        self.rows.lock().unwrap().get(key).cloned().unwrap_or_default()
    }

    /// Counts an event on one key, without asking whether it may be.
    fn count(&self, charge: &Charge, now: OffsetDateTime) {
        let mut row = self.read(&charge.key);
        let (state, recorded) = row.state.with_event(&charge.schedule, now);
        let forget_at = state.forget_at(&charge.schedule);
        if row.forget_at.is_none() || !self.is("forget_from_the_first_event_on") {
            row.forget_at = Some(forget_at);
        }
        row.state = state;
        row.recorded.push(recorded);
        self.rows.lock().unwrap().insert(charge.key, row);
    }

    /// What a database does that locks row by row, and gives up when it notices that it is stuck.
    async fn locked_one_by_one(
        &self,
        charges: &[Charge],
    ) -> Result<Vec<tokio::sync::OwnedMutexGuard<()>>, BackendError> {
        let mut locks = Vec::new();
        for charge in charges {
            let lock = Arc::clone(self.key_locks.lock().unwrap().entry(charge.key).or_default());
            let locked = tokio::time::timeout(Duration::from_millis(500), lock.lock_owned()).await;
            locks.push(locked.map_err(|_| BackendError::new(BackendErrorKind::Busy, "deadlock detected"))?);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(locks)
    }
}

#[async_trait]
impl ThrottleStore for BreakableThrottle {
    async fn charge(&self, charges: &[Charge], now: OffsetDateTime) -> Result<Verdict, BackendError> {
        let _locks = if self.is("lock_keys_in_the_order_of_the_batch") {
            self.locked_one_by_one(charges).await?
        } else {
            Vec::new()
        };
        let _turn = self.defect.turn_unless("charge_without_a_lock").await;
        let loaded: Vec<_> = charges.iter().map(|charge| (*charge, self.read(&charge.key).state)).collect();
        let decided = |(charge, state): &(Charge, ThrottleState)| charge.schedule.decide(state, now);
        if self.is("charge_a_refused_batch_in_part") {
            for one in loaded.iter().take_while(|one| decided(one) == Decision::Allowed) {
                self.count(&one.0, now);
            }
        }
        let first_wait = loaded.iter().find_map(|one| match decided(one) {
            Decision::Wait(wait) => Some(wait),
            _ => None,
        });
        self.defect.pause_if("charge_without_a_lock").await;
        match (settle(&loaded, now), first_wait) {
            (Settlement::Allowed { ticket, .. }, _) => {
                let keys = match self.defect.name {
                    "count_on_the_first_key_alone" => 1,
                    "charge_a_refused_batch_in_part" => 0,
                    _ => charges.len(),
                };
                charges.iter().take(keys).for_each(|charge| self.count(charge, now));
                Ok(Verdict::Allowed(ticket))
            }
            (Settlement::Stopped, Some(wait)) if self.is("wait_rather_than_stop") => Ok(Verdict::Wait(wait)),
            (Settlement::Stopped, _) => Ok(Verdict::Stopped),
            (Settlement::Wait(longest), first) => {
                if self.is("count_refusals") {
                    charges.iter().for_each(|charge| self.count(charge, now));
                }
                Ok(Verdict::Wait(match self.defect.name {
                    "return_the_first_wait" => first.unwrap_or(longest),
                    "wait_for_whole_minutes" => Duration::from_secs(longest.as_secs().div_ceil(60) * 60),
                    _ => longest,
                }))
            }
        }
    }

    async fn refund(&self, ticket: &Ticket) -> Result<(), BackendError> {
        let keys = if self.is("refund_the_first_key_alone") { 1 } else { usize::MAX };
        for entry in ticket.entries().iter().take(keys) {
            let mut row = self.read(&entry.key);
            let undone = match row.recorded.last() {
                Some(latest) if self.is("refund_the_latest_charge") => *latest,
                _ => entry.recorded,
            };
            row.state = row.state.without_event(undone);
            if self.is("refund_all_of_a_key") {
                row.state = ThrottleState::default();
            }
            self.rows.lock().unwrap().insert(entry.key, row);
        }
        Ok(())
    }

    async fn lift(&self, keys: &[ThrottleKey]) -> Result<(), BackendError> {
        let all = self.is("lift_everything");
        self.rows.lock().unwrap().retain(|other, _| !keys.contains(other) && !all);
        Ok(())
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        let mut rows = self.rows.lock().unwrap();
        let batch = if self.is("purge_one_batch_only") { 500 } else { usize::MAX };
        let gone = rows.iter().filter(|(_, row)| row.forget_at.is_none_or(|forget_at| forget_at <= before));
        let gone: Vec<_> = gone.map(|(key, _)| *key).take(batch).collect();
        rows.retain(|key, _| gone.binary_search(key).is_err());
        Ok(gone.len() as u64)
    }
}
