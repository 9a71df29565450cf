use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use async_trait::async_trait;
use serde::Serialize;

use crate::adapters::outbox::announce;
use crate::contact::{Channel, Contact};
use crate::error::{BackendError, BackendErrorKind};
use crate::message::{Message, MessageKind};
use crate::ports::{CodeSender, EventSink, SendError};

/// Appends each message to a file instead of sending it: for development and tests.
///
/// A message is one line, a JSON object with `to`, `channel` (`email` or `sms`), `kind`
/// ([`MessageKind`]), `subject` (`null` for an SMS), `text` and, where the message holds one, `code`.
///
/// Each line is appended in one write, so that several processes can share the file. The write happens on the task
/// that sends: a disk that is slow holds up that thread.
///
/// # Security
///
/// The file holds one-time codes in the clear. On Unix, a file that is new can be read and written by its owner alone.
pub struct JsonLinesOutbox {
    file: File,
}

impl JsonLinesOutbox {
    /// Opens the file to append to it, and makes it if there is none.
    ///
    /// # Errors
    ///
    /// When it cannot be opened, as where its directory is missing.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, BackendError> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| {
            BackendError::new(
                BackendErrorKind::Misconfigured,
                "the outbox file cannot be opened: check its path and its permissions",
            )
            .with_source(error)
        })?;
        Ok(Self { file })
    }

    /// Tells the operator, once and now, that messages are kept here and sent to nobody.
    #[must_use]
    pub fn announced_to(self, events: &dyn EventSink) -> Self {
        announce(events);
        self
    }

    fn append(&self, message: &Message) -> io::Result<()> {
        let mut line = serde_json::to_vec(&Line::of(message))?;
        line.push(b'\n');
        (&self.file).write_all(&line)
    }
}

#[async_trait]
impl CodeSender for JsonLinesOutbox {
    async fn send(&self, message: &Message) -> Result<(), SendError> {
        self.append(message).map_err(|error| SendError::Transient {
            retry_after: None,
            source: BackendError::new(
                BackendErrorKind::Unavailable,
                "the outbox file cannot be written: check that there is room on the disk",
            )
            .with_source(error),
        })
    }
}

#[derive(Serialize)]
struct Line<'a> {
    to: &'a str,
    channel: Channel,
    kind: MessageKind,
    subject: Option<&'a str>,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn of(message: &'a Message) -> Self {
        Self {
            to: match &message.to {
                Contact::Email(address) => address.as_str(),
                Contact::Phone(number) => number.as_str(),
            },
            channel: message.to.channel(),
            kind: message.kind,
            subject: message.text.subject(),
            text: message.text.expose_text(),
            code: message.expose_code(),
        }
    }
}

impl fmt::Debug for JsonLinesOutbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsonLinesOutbox(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_lite::future::block_on;
    use serde_json::{Value, json};

    use super::*;
    use crate::code::{Code, Purpose};
    use crate::contact::{EmailAddress, PhoneNumber};
    use crate::message::{MessageText, Notice};

    fn code() -> Message {
        let to = PhoneNumber::from_e164("+4741234567").unwrap();
        let code = Code::parse("01234567").unwrap();
        let notice = Notice::Code { purpose: Purpose::Activation, code, valid_for: Duration::from_secs(600) };
        Message::new(to.into(), &notice, MessageText::sms("Koden er 01234567"))
    }

    fn invitation() -> Message {
        let to = EmailAddress::parse("Ola@example.no").unwrap();
        let text = MessageText::email("Velkommen", "Linje \"en\"\nlinje to", "<p>Velkommen</p>");
        Message::new(to.into(), &Notice::Invitation, text)
    }

    #[test]
    fn two_outboxes_on_one_file_append_a_line_for_each_message() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("outbox.jsonl");
        let outboxes = [JsonLinesOutbox::open(&path).unwrap(), JsonLinesOutbox::open(&path).unwrap()];
        block_on(outboxes[0].send(&code())).unwrap();
        block_on(outboxes[1].send(&invitation())).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let expected = [
            json!({
                "to": "+4741234567", "channel": "sms", "kind": "activation_code", "subject": null,
                "text": "Koden er 01234567", "code": "01234567",
            }),
            json!({
                "to": "Ola@example.no", "channel": "email", "kind": "invitation", "subject": "Velkommen",
                "text": "Linje \"en\"\nlinje to",
            }),
        ];
        assert_eq!(lines, expected);
        assert!(text.ends_with('\n'));
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;

        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("outbox.jsonl");
        JsonLinesOutbox::open(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_a_misconfiguration() {
        let directory = tempfile::tempdir().unwrap();
        let problem = JsonLinesOutbox::open(directory.path().join("missing/outbox.jsonl")).unwrap_err();
        assert_eq!(problem.kind(), BackendErrorKind::Misconfigured);
    }
}
