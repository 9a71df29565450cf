//! What a stored queue of messages gives back, into which others could write.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures_lite::future::block_on;
use vestibule::account::Registration;
use vestibule::adapters::memory::{ManualClock, MemoryCodes, MemoryDirectory, MemoryThrottle};
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::error::BackendError;
use vestibule::message::MessageId;
use vestibule::ports::{ClaimedMessage, MessageQueue, QueuedMessage};
use vestibule::time::OffsetDateTime;
use vestibule::{AccountService, EmailAddress, KeyRing, ServiceKey, ServiceProfile, async_trait};

/// A queue that gives one message, once.
#[derive(Clone, Debug, Default)]
struct Planted(Arc<Mutex<Option<ClaimedMessage>>>);

#[async_trait]
impl MessageQueue for Planted {
    async fn put(&self, _: &QueuedMessage, _: OffsetDateTime) -> Result<(), BackendError> {
        Ok(())
    }

    async fn claim(
        &self,
        _: OffsetDateTime,
        _: OffsetDateTime,
        _: u32,
    ) -> Result<Vec<ClaimedMessage>, BackendError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).take().into_iter().collect())
    }

    async fn begin(&self, _: &MessageId, _: u32, _: OffsetDateTime) -> Result<bool, BackendError> {
        Ok(true)
    }

    async fn release(&self, _: &MessageId, _: u32, _: OffsetDateTime) -> Result<bool, BackendError> {
        Ok(true)
    }

    async fn remove(&self, _: &MessageId) -> Result<(), BackendError> {
        Ok(())
    }

    async fn purge(&self, _: OffsetDateTime) -> Result<u64, BackendError> {
        Ok(0)
    }
}

/// Rows of the stored queue: an id, an expiry, whether it was begun, and what is sealed. Whatever it is, the service goes
/// on, and writes to nobody but to whom it had sealed a message itself.
pub fn queued(data: &[u8]) {
    static HOUSE: OnceLock<(AccountService, Planted, MemoryOutbox)> = OnceLock::new();
    let Some((id, rest)) = data.split_first_chunk::<16>() else { return };
    let Some((expires_at, rest)) = rest.split_first_chunk::<8>() else { return };
    let Some((begun, sealed)) = rest.split_first() else { return };
    let expires_at = i128::from(i64::from_be_bytes(*expires_at)) * 1_000_000;
    let Ok(expires_at) = OffsetDateTime::from_unix_timestamp_nanos(expires_at) else { return };
    let (service, queue, outbox) = HOUSE.get_or_init(house);
    let message = QueuedMessage { id: MessageId::from_bytes(*id), expires_at, sealed: sealed.to_vec() };
    let claimed = ClaimedMessage { message, claim: 2, is_begun: begun % 2 == 1 };
    *queue.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(claimed);
    let taken_up = block_on(service.resume_deliveries()).expect("the queue answers");
    if taken_up > 0 {
        assert_eq!(block_on(service.drain(Duration::from_secs(60))), 0, "something stays at work");
        let messages = outbox.take();
        assert!(messages.iter().all(|message| message.to.as_str() == "ola@example.no"), "{messages:?}");
    }
}

fn house() -> (AccountService, Planted, MemoryOutbox) {
    let (directory, clock) = (MemoryDirectory::new(), ManualClock::new());
    let (queue, outbox) = (Planted::default(), MemoryOutbox::new());
    directory.register(Registration::new(EmailAddress::parse("ola@example.no").unwrap())).unwrap();
    let keys = KeyRing::new(ServiceKey::from_bytes([1; 32]), ServiceKey::from_bytes([2; 32]));
    let profile = ServiceProfile::new("Service", "help@example.no");
    let (codes, throttle) = (MemoryCodes::new(), MemoryThrottle::new());
    let builder = AccountService::builder(directory, codes, throttle, outbox.clone(), keys, profile);
    let service = builder.clock(clock).message_queue(queue.clone()).build().unwrap();
    (service, queue, outbox)
}
