use std::collections::HashMap;
use std::fmt;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::Shared;
use crate::error::BackendError;
use crate::ports::ThrottleStore;
use crate::throttle::{Charge, Settlement, ThrottleKey, ThrottleState, Ticket, Verdict, settle};

/// A throttle store in memory: limits hold for one process, and start anew with it.
#[derive(Clone, Default)]
pub struct MemoryThrottle {
    rows: Shared<HashMap<ThrottleKey, Row>>,
}

struct Row {
    state: ThrottleState,
    forget_at: OffsetDateTime,
}

impl MemoryThrottle {
    /// A store without any events.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl ThrottleStore for MemoryThrottle {
    async fn charge(&self, charges: &[Charge], now: OffsetDateTime) -> Result<Verdict, BackendError> {
        // One lock from reading to writing: between the two, nobody else may count.
        let mut rows = self.rows.lock();
        let state_of = |key| rows.get(key).map(|row| row.state.clone()).unwrap_or_default();
        let loaded: Vec<_> = charges.iter().map(|charge| (*charge, state_of(&charge.key))).collect();
        Ok(match settle(&loaded, now) {
            Settlement::Allowed { rows: settled, ticket } => {
                let settled = settled.into_iter();
                rows.extend(settled.map(|row| (row.key, Row { state: row.state, forget_at: row.forget_at })));
                Verdict::Allowed(ticket)
            }
            Settlement::Wait(wait) => Verdict::Wait(wait),
            Settlement::Stopped => Verdict::Stopped,
        })
    }

    async fn refund(&self, ticket: &Ticket) -> Result<(), BackendError> {
        let mut rows = self.rows.lock();
        for entry in ticket.entries() {
            let Some(row) = rows.get_mut(&entry.key) else { continue };
            row.state = row.state.without_event(entry.recorded);
            if row.state.is_empty() {
                rows.remove(&entry.key);
            }
        }
        Ok(())
    }

    async fn lift(&self, keys: &[ThrottleKey]) -> Result<(), BackendError> {
        let mut rows = self.rows.lock();
        for key in keys {
            rows.remove(key);
        }
        Ok(())
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        let mut rows = self.rows.lock();
        let all = rows.len();
        rows.retain(|_, row| row.forget_at > before);
        Ok((all - rows.len()) as u64)
    }
}

impl fmt::Debug for MemoryThrottle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryThrottle").field("keys", &self.rows.lock().len()).finish()
    }
}
