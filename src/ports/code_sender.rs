use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

use crate::error::BackendError;
use crate::message::Message;

/// Carries a message to a person: a mail server, an SMS gateway.
///
/// It is called in the background, never while somebody waits for an answer, and never for a contact that is not
/// registered.
///
/// # Contract
///
/// - `Ok` means that the message was taken over by the next hand: a mail server, a gateway.
/// - The message goes to `message.to` and nowhere else, over an encrypted connection.
/// - Nothing of the text or the code reaches a log or an error.
/// - What cannot be sent now and may be later is [`SendError::Transient`]; what can never be sent is
///   [`SendError::Permanent`]; where it is not known whether the message was taken over, [`SendError::Ambiguous`]: a
///   code is then not sent again.
/// - A sender that sends nothing says so by its [`destination`](CodeSender::destination), and one that hands on to others
///   says what they say.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a code sender",
    note = "take one of `vestibule::adapters`, such as `SmtpSender` or `MemoryOutbox::new()`"
)]
#[async_trait]
pub trait CodeSender: Debug + Send + Sync + 'static {
    /// Sends a message.
    async fn send(&self, message: &Message) -> Result<(), SendError>;

    /// Where messages end up. The service asks once, when it is built, and warns the operator of an outbox.
    fn destination(&self) -> Destination;
}

#[async_trait]
impl<T: CodeSender + ?Sized> CodeSender for Arc<T> {
    async fn send(&self, message: &Message) -> Result<(), SendError> {
        (**self).send(message).await
    }

    fn destination(&self) -> Destination {
        (**self).destination()
    }
}

/// Where messages end up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a service must know whether it reaches anybody")]
pub enum Destination {
    /// They are on their way to people.
    People,
    /// They are kept, codes in the clear, and sent to nobody: for development and tests.
    Outbox,
}

/// Why a message was not sent.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SendError {
    /// It may be sent later.
    #[error("the message could not be sent now")]
    Transient {
        /// When the other side asked to be tried again, where it did.
        retry_after: Option<Duration>,
        /// What went wrong.
        source: BackendError,
    },
    /// It can never be sent.
    #[error("the message was refused for good")]
    Permanent(#[source] BackendError),
    /// It is not known whether it was sent.
    #[error("it is not known whether the message was sent")]
    Ambiguous(#[source] BackendError),
}
