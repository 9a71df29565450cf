//! Stored queues that break a promise of their contract: the checker must see it.

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;
use vestibule::adapters::memory::MemoryDirectory;
use vestibule::error::BackendError;
use vestibule::message::MessageId;
use vestibule::ports::{ClaimedMessage, MessageQueue, QueuedMessage};

use crate::game::Ports;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    ForgetsThatItWasBegun,
    IgnoresLostClaims,
    DropsWhatItClaims,
}

pub fn forgets_that_it_was_begun(ports: &mut Ports, _: &MemoryDirectory) {
    break_queue(ports, Flaw::ForgetsThatItWasBegun);
}

pub fn ignores_lost_claims(ports: &mut Ports, _: &MemoryDirectory) {
    break_queue(ports, Flaw::IgnoresLostClaims);
}

pub fn drops_what_it_claims(ports: &mut Ports, _: &MemoryDirectory) {
    break_queue(ports, Flaw::DropsWhatItClaims);
}

fn break_queue(ports: &mut Ports, flaw: Flaw) {
    let port = Arc::clone(&ports.messages);
    ports.messages = Arc::new(BrokenQueue { port, flaw });
}

#[derive(Debug)]
struct BrokenQueue {
    port: Arc<dyn MessageQueue>,
    flaw: Flaw,
}

#[async_trait]
impl MessageQueue for BrokenQueue {
    async fn put(&self, message: &QueuedMessage, due_at: OffsetDateTime) -> Result<(), BackendError> {
        self.port.put(message, due_at).await
    }

    async fn claim(
        &self,
        now: OffsetDateTime,
        due_at: OffsetDateTime,
        limit: u32,
    ) -> Result<Vec<ClaimedMessage>, BackendError> {
        let mut claimed = self.port.claim(now, due_at, limit).await?;
        for message in &mut claimed {
            match self.flaw {
                Flaw::ForgetsThatItWasBegun => message.is_begun = false,
                Flaw::DropsWhatItClaims => self.port.remove(&message.message.id).await?,
                Flaw::IgnoresLostClaims => {}
            }
        }
        if self.flaw == Flaw::DropsWhatItClaims {
            claimed.clear();
        }
        Ok(claimed)
    }

    async fn begin(&self, id: &MessageId, claim: u32, due_at: OffsetDateTime) -> Result<bool, BackendError> {
        let begun = self.port.begin(id, claim, due_at).await?;
        Ok(begun || self.flaw == Flaw::IgnoresLostClaims)
    }

    async fn release(
        &self,
        id: &MessageId,
        claim: u32,
        due_at: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        self.port.release(id, claim, due_at).await
    }

    async fn remove(&self, id: &MessageId) -> Result<(), BackendError> {
        self.port.remove(id).await
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        self.port.purge(before).await
    }
}
