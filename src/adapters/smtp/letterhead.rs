//! What goes around the words: the headers. None of them holds anything that a stranger has typed.

use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

use crate::adapters::smtp::failure;
use crate::contact::EmailAddress;
use crate::message::{Message, MessageId};
use crate::ports::SendError;

/// In whose name messages go out.
pub(super) struct Letterhead {
    pub(super) from: Mailbox,
    pub(super) reply_to: Option<Mailbox>,
}

/// A message as a mail server takes it.
pub(super) struct Letter {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) content: Vec<u8>,
}

impl Letterhead {
    pub(super) fn letter(&self, to: &EmailAddress, message: &Message) -> Result<Letter, SendError> {
        let to = lettre_address(to).ok_or_else(failure::cannot_be_written)?;
        // A line break in a subject would begin a header; lettre panics on some. The built-in texts have none.
        let subject = message.text.subject().unwrap_or_default().replace(char::is_control, " ");
        let plain = message.text.expose_text().to_owned();
        let mut builder = lettre::Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(subject)
            .message_id(Some(self.message_id(message)?))
            .date_now();
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        let composed = match message.text.expose_html() {
            Some(html) => builder.multipart(MultiPart::alternative_plain_html(plain, html.to_owned())),
            None => builder.singlepart(lettre::message::SinglePart::plain(plain)),
        };
        let mut composed = composed.map_err(|_| failure::cannot_be_written())?;
        let headers = composed.headers_mut();
        headers.insert_raw(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
        Ok(Letter { from: self.from.email.clone(), to, content: composed.formatted() })
    }

    /// The message's own, which is random, under the sender's domain: a mailbox that gets it twice can tell. A hash of what
    /// is sent would let others test guesses of the code.
    fn message_id(&self, message: &Message) -> Result<String, SendError> {
        let transient = |source| SendError::Transient { retry_after: None, source };
        let id = message.id.map_or_else(MessageId::draw, Ok).map_err(transient)?;
        Ok(format!("<{id}@{}>", self.from.email.domain()))
    }
}

/// The address with its domain as A-labels, or `None` where lettre takes it for none.
pub(super) fn lettre_address(address: &EmailAddress) -> Option<Address> {
    Address::new(address.local_part(), address.domain()).ok()
}
