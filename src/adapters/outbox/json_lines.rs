use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::contact::{Channel, Contact};
use crate::error::{BackendError, BackendErrorKind};
use crate::message::{Message, MessageKind};
use crate::ports::{CodeSender, Destination, SendError};

/// Appends each message to a file instead of sending it: for development and tests.
///
/// A message is one line, an [`OutboxLine`] as JSON; [`read_lines`](Self::read_lines) reads them back, for a developer's
/// test.
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

    /// Reads the messages of a file, the oldest first.
    ///
    /// ```
    /// use vestibule::adapters::outbox::JsonLinesOutbox;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("outbox.jsonl");
    /// # JsonLinesOutbox::open(&path)?;
    /// let lines = JsonLinesOutbox::read_lines(&path)?;
    /// let code = lines.iter().rev().find(|line| line.to == "kari@example.no").and_then(|line| line.code.clone());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When it cannot be read, or a line of it is none that an outbox wrote.
    pub fn read_lines(path: impl AsRef<Path>) -> Result<Vec<OutboxLine>, BackendError> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            let advice = "the outbox file cannot be read: check its path and its permissions";
            BackendError::new(BackendErrorKind::Misconfigured, advice).with_source(error)
        })?;
        let read = |line| {
            // The error of the reader may hold the line.
            serde_json::from_str(line).map_err(|_| {
                let advice = "the outbox file holds a line that is no message: remove the file";
                BackendError::new(BackendErrorKind::Corrupt, advice)
            })
        };
        text.lines().map(read).collect()
    }

    fn append(&self, message: &Message) -> io::Result<()> {
        let mut line = serde_json::to_vec(&OutboxLine::of(message))?;
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

    fn destination(&self) -> Destination {
        Destination::Outbox
    }
}

/// A message in an outbox. It holds a code in the clear.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OutboxLine {
    /// The address or the number, as it is registered.
    pub to: String,
    /// How it would have travelled: `email` or `sms`.
    pub channel: Channel,
    /// What kind of message it is.
    pub kind: MessageKind,
    /// The subject of an e-mail; `null` for an SMS.
    pub subject: Option<String>,
    /// The plain text.
    pub text: String,
    /// The code, where the message holds one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl OutboxLine {
    fn of(message: &Message) -> Self {
        Self {
            to: match &message.to {
                Contact::Email(address) => address.as_str().to_owned(),
                Contact::Phone(number) => number.as_str().to_owned(),
            },
            channel: message.to.channel(),
            kind: message.kind,
            subject: message.text.subject().map(String::from),
            text: message.text.expose_text().to_owned(),
            code: message.expose_code().map(String::from),
        }
    }
}

impl fmt::Debug for OutboxLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboxLine").field("kind", &self.kind).finish_non_exhaustive()
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
        let read = JsonLinesOutbox::read_lines(&path).unwrap();
        assert_eq!(read, [OutboxLine::of(&code()), OutboxLine::of(&invitation())]);
        assert!(!format!("{read:?}").contains("01234567"));
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
    fn a_file_with_something_else_in_it_is_not_read_as_messages() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("outbox.jsonl");
        assert_eq!(JsonLinesOutbox::read_lines(&path).unwrap_err().kind(), BackendErrorKind::Misconfigured);
        std::fs::write(&path, "{\"to\": 1}\n").unwrap();
        assert_eq!(JsonLinesOutbox::read_lines(&path).unwrap_err().kind(), BackendErrorKind::Corrupt);
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_a_misconfiguration() {
        let directory = tempfile::tempdir().unwrap();
        let problem = JsonLinesOutbox::open(directory.path().join("missing/outbox.jsonl")).unwrap_err();
        assert_eq!(problem.kind(), BackendErrorKind::Misconfigured);
    }
}
