use std::sync::Arc;

use async_trait::async_trait;

use crate::adapters::routing::either;
use crate::contact::Channel;
use crate::message::Message;
use crate::ports::{CodeSender, Destination, SendError};

/// One sender for e-mail and another for SMS.
#[derive(Clone, Debug)]
pub struct ByChannel {
    email: Arc<dyn CodeSender>,
    sms: Arc<dyn CodeSender>,
}

impl ByChannel {
    /// Hands e-mail to the first, SMS to the second.
    #[must_use]
    pub fn new(email: impl CodeSender, sms: impl CodeSender) -> Self {
        Self { email: Arc::new(email), sms: Arc::new(sms) }
    }
}

#[async_trait]
impl CodeSender for ByChannel {
    async fn send(&self, message: &Message) -> Result<(), SendError> {
        match message.to.channel() {
            Channel::Email => self.email.send(message).await,
            Channel::Sms => self.sms.send(message).await,
        }
    }

    fn destination(&self) -> Destination {
        either(&self.email, &self.sms)
    }
}
