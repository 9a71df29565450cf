//! E-mail, over TLS to a mail server.
//!
//! ```
//! use vestibule::adapters::smtp::{SmtpAddress, SmtpSender};
//! use vestibule::EmailAddress;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let address = SmtpAddress::parse("smtps://vestibule:s%2Fcret@mail.example.no")?;
//! let from = EmailAddress::parse("ikke-svar@example.no")?;
//! let sender = SmtpSender::builder(address, from, "Eksempelforbundet").build()?;
//! # Ok(())
//! # }
//! ```
//!
//! # What becomes of a failure
//!
//! | what happened | what the service is told |
//! |---|---|
//! | no connection, no greeting, a certificate that is not trusted, an answer 4xx | [`Transient`]: tried again |
//! | an answer 5xx, to the log-in too; an address that the server cannot write to | [`Permanent`] |
//! | no answer after the whole message was handed over | [`Ambiguous`]: a code is not sent twice |
//!
//! An error holds the server's status code and never its words, which often repeat the address.
//!
//! # Security
//!
//! lettre's own feature `tracing`, which this crate leaves off, writes the whole conversation to the log at level
//! `DEBUG`, password and codes included: an application that uses lettre elsewhere must leave it off too.
//!
//! [`Transient`]: crate::ports::SendError::Transient
//! [`Permanent`]: crate::ports::SendError::Permanent
//! [`Ambiguous`]: crate::ports::SendError::Ambiguous

mod address;
mod builder;
mod failure;
mod letterhead;
mod server;

use std::fmt;

use async_trait::async_trait;

pub use self::address::{SmtpAddress, SmtpAddressProblem};
pub use self::builder::{SmtpProblem, SmtpSenderBuilder};
use self::letterhead::Letterhead;
use self::server::Server;
use crate::contact::{Contact, EmailAddress};
use crate::message::Message;
use crate::ports::{CodeSender, Destination, SendError};

/// Sends e-mail through a mail server.
///
/// A message has a plain text and an HTML part, and tells automatic repliers that no person wrote it
/// (`Auto-Submitted`, RFC 3834). Connections are kept and used again.
///
/// It must be used on a tokio runtime whose I/O and timer are enabled; elsewhere, every message is refused.
pub struct SmtpSender {
    server: Server,
    letterhead: Letterhead,
}

impl SmtpSender {
    /// Begins a sender that hands its messages to the server at `address`, in the name of `from`; `name` is what
    /// mail programs show beside it.
    #[must_use]
    pub fn builder(address: SmtpAddress, from: EmailAddress, name: impl Into<String>) -> SmtpSenderBuilder {
        SmtpSenderBuilder::new(address, from, name.into())
    }
}

#[async_trait]
impl CodeSender for SmtpSender {
    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let Contact::Email(to) = &message.to else {
            return Err(failure::not_an_email());
        };
        let letter = self.letterhead.letter(to, message)?;
        self.server.deliver(&letter).await
    }

    fn destination(&self) -> Destination {
        Destination::People
    }
}

impl fmt::Debug for SmtpSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSender").field("server", &self.server).finish_non_exhaustive()
    }
}
