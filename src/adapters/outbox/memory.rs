use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::code::Code;
use crate::contact::Contact;
use crate::message::Message;
use crate::ports::{CodeSender, Destination, SendError};

/// Keeps the latest messages in memory instead of sending them: for development and tests.
///
/// Clones share one outbox. It keeps codes in the clear.
#[derive(Clone)]
pub struct MemoryOutbox {
    latest: Arc<Mutex<VecDeque<Message>>>,
    capacity: usize,
}

impl MemoryOutbox {
    /// How many messages [`new`](Self::new) keeps: more than a test sends, and a few megabytes.
    pub const DEFAULT_CAPACITY: usize = 1_000;

    /// Keeps the latest [`DEFAULT_CAPACITY`](Self::DEFAULT_CAPACITY) messages.
    #[must_use]
    pub fn new() -> Self {
        Self::keeping(Self::DEFAULT_CAPACITY)
    }

    /// Keeps the latest `capacity` messages.
    #[must_use]
    pub fn keeping(capacity: usize) -> Self {
        Self { latest: Arc::default(), capacity }
    }

    /// The messages that are kept, the oldest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.lock().iter().cloned().collect()
    }

    /// The messages to one contact, the oldest first.
    #[must_use]
    pub fn messages_to(&self, contact: &Contact) -> Vec<Message> {
        self.lock().iter().filter(|message| message.to.is_same_as(contact)).cloned().collect()
    }

    /// The latest code that was sent to a contact.
    #[must_use]
    pub fn last_code_to(&self, contact: &Contact) -> Option<Code> {
        let latest = self.lock();
        let mut to_contact = latest.iter().rev().filter(|message| message.to.is_same_as(contact));
        to_contact.find_map(|message| Code::parse(message.expose_code()?).ok())
    }

    /// Takes the messages that are kept, the oldest first, and leaves the outbox empty.
    #[must_use]
    pub fn take(&self) -> Vec<Message> {
        self.lock().drain(..).collect()
    }

    /// What is kept, for one step. No step leaves it half changed: what a panic elsewhere left behind can be used.
    fn lock(&self) -> MutexGuard<'_, VecDeque<Message>> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryOutbox {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl CodeSender for MemoryOutbox {
    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let mut latest = self.lock();
        latest.push_back(message.clone());
        while latest.len() > self.capacity {
            latest.pop_front();
        }
        Ok(())
    }

    fn destination(&self) -> Destination {
        Destination::Outbox
    }
}

impl fmt::Debug for MemoryOutbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryOutbox")
            .field("messages", &self.lock().len())
            .field("capacity", &self.capacity)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_lite::future::block_on;

    use super::*;
    use crate::code::Purpose;
    use crate::contact::EmailAddress;
    use crate::message::{MessageText, Notice};

    fn email(address: &str) -> Contact {
        EmailAddress::parse(address).unwrap().into()
    }

    fn code(to: &str, code: &str) -> Message {
        let code = Code::parse(code).unwrap();
        let notice = Notice::Code { purpose: Purpose::Recovery, code, valid_for: Duration::from_secs(600) };
        Message::new(email(to), &notice, MessageText::sms("..."))
    }

    fn invitation(to: &str) -> Message {
        Message::new(email(to), &Notice::Invitation, MessageText::sms("..."))
    }

    #[test]
    fn the_last_code_to_a_contact_is_found_behind_other_messages() {
        let outbox = MemoryOutbox::new();
        for message in [
            code("ola@example.no", "00000001"),
            code("ola@example.no", "00000002"),
            code("kari@example.no", "00000003"),
            invitation("ola@example.no"),
        ] {
            block_on(outbox.send(&message)).unwrap();
        }
        assert_eq!(outbox.last_code_to(&email("OLA@example.no")).unwrap().expose(), "00000002");
        assert!(outbox.last_code_to(&email("nobody@example.no")).is_none());
        assert_eq!(outbox.messages_to(&email("ola@example.no")).len(), 3);
        assert_eq!(outbox.take().len(), 4);
        assert!(outbox.messages().is_empty());
    }

    #[test]
    fn the_oldest_message_goes_when_there_are_too_many() {
        let outbox = MemoryOutbox::keeping(1);
        for message in [code("ola@example.no", "00000001"), code("kari@example.no", "00000002")] {
            block_on(outbox.send(&message)).unwrap();
        }
        assert_eq!(outbox.messages().len(), 1);
        assert!(outbox.last_code_to(&email("ola@example.no")).is_none());
        assert_eq!(format!("{outbox:?}"), "MemoryOutbox { messages: 1, capacity: 1 }");
    }
}
