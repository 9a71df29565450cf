//! What is watched on a message's way: the stored queue, and the sender.

use async_trait::async_trait;
use time::OffsetDateTime;
use vestibule::error::{BackendError, BackendErrorKind};
use vestibule::message::{Message, MessageId};
use vestibule::ports::{ClaimedMessage, CodeSender, Destination, MessageQueue, QueuedMessage, SendError};

use crate::eye::{Eye, Watched};
use crate::reference::Model;

/// A sender that sends nothing: the model keeps what it is given.
#[derive(Debug)]
pub struct Post(pub Eye);

#[async_trait]
impl CodeSender for Post {
    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let taken_over = async { Ok(()) };
        let sent = self.0.call(taken_over, |model, flow, ()| model.sent(flow, message)).await;
        sent.map_err(|source| match source.kind() {
            BackendErrorKind::TimedOut => SendError::Ambiguous(source),
            _ => {
                self.0.model().not_sent(message.id.as_ref());
                SendError::Transient { retry_after: None, source }
            }
        })
    }

    fn destination(&self) -> Destination {
        Destination::People
    }
}

#[async_trait]
impl<T: MessageQueue> MessageQueue for Watched<T> {
    async fn put(&self, message: &QueuedMessage, due_at: OffsetDateTime) -> Result<(), BackendError> {
        let call = self.port.put(message, due_at);
        self.eye.call(call, |model, flow, ()| model.put(flow, message.id, message.expires_at)).await?;
        self.eye.model().accepted(&message.id);
        Ok(())
    }

    async fn claim(
        &self,
        now: OffsetDateTime,
        due_at: OffsetDateTime,
        limit: u32,
    ) -> Result<Vec<ClaimedMessage>, BackendError> {
        let seen = |model: &mut Model, flow, claimed: &Vec<ClaimedMessage>| {
            claimed.iter().for_each(|claimed| model.claimed(flow, claimed));
        };
        self.eye.call(self.port.claim(now, due_at, limit), seen).await
    }

    async fn begin(&self, id: &MessageId, claim: u32, due_at: OffsetDateTime) -> Result<bool, BackendError> {
        let seen = |model: &mut Model, flow, begun: &bool| {
            if *begun {
                model.begun(flow, id);
            }
        };
        self.eye.call(self.port.begin(id, claim, due_at), seen).await
    }

    async fn release(
        &self,
        id: &MessageId,
        claim: u32,
        due_at: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        let seen = |model: &mut Model, _, released: &bool| {
            if *released {
                model.not_sent(Some(id));
            }
        };
        self.eye.call(self.port.release(id, claim, due_at), seen).await
    }

    async fn remove(&self, id: &MessageId) -> Result<(), BackendError> {
        self.eye.call(self.port.remove(id), |model, _, ()| model.forgotten(id)).await
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        self.eye.call(self.port.purge(before), |_, _, _| {}).await
    }
}
