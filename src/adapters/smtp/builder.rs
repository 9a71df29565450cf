//! A sender as it is put together.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use thiserror::Error;

use crate::adapters::smtp::SmtpSender;
use crate::adapters::smtp::address::SmtpAddress;
use crate::adapters::smtp::letterhead::{Letterhead, lettre_address};
use crate::adapters::smtp::server::Server;
use crate::contact::EmailAddress;

/// Puts an [`SmtpSender`] together.
#[derive(Debug)]
pub struct SmtpSenderBuilder {
    address: SmtpAddress,
    from: EmailAddress,
    name: String,
    reply_to: Option<EmailAddress>,
    root_certificates: Vec<Vec<u8>>,
    step_deadline: Duration,
    idle_connections: usize,
}

/// Why a sender could not be put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SmtpProblem {
    /// The sender's name holds a line break or another control character, or is longer than 200 octets.
    #[error("the sender's name must be one line of at most 200 octets")]
    SenderName,
    /// An address is internationalised before the `@`, and cannot be written into a header that every server reads.
    #[error("the addresses of the sender and for replies must be ASCII before the @")]
    SenderAddress,
    /// A root certificate is not a certificate in PEM form.
    #[error("a root certificate is not a certificate in PEM form, from BEGIN CERTIFICATE to END CERTIFICATE")]
    RootCertificate,
}

impl SmtpSenderBuilder {
    pub(super) const fn new(address: SmtpAddress, from: EmailAddress, name: String) -> Self {
        Self {
            address,
            from,
            name,
            reply_to: None,
            root_certificates: Vec::new(),
            step_deadline: Duration::from_secs(9),
            idle_connections: 4,
        }
    }

    /// Where replies go. Default: to the sender's address.
    #[must_use]
    pub fn reply_to(mut self, address: EmailAddress) -> Self {
        self.reply_to = Some(address);
        self
    }

    /// Trusts certificates of one more authority, in PEM form: a private one. Default: those that Mozilla trusts.
    #[must_use]
    pub fn root_certificate_pem(mut self, certificate: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(certificate.into());
        self
    }

    /// How long each of three steps may take: connecting and logging in, naming sender and recipient, handing over the
    /// message. Default: 9 s, so that all three end before the 30 s that the service gives a sender, and what a step
    /// knows about a slow server is not lost.
    #[must_use]
    pub const fn step_deadline(mut self, deadline: Duration) -> Self {
        self.step_deadline = deadline;
        self
    }

    /// How many connections are kept open for the next message. Default: 4.
    #[must_use]
    pub const fn idle_connections(mut self, most: usize) -> Self {
        self.idle_connections = most;
        self
    }

    /// Builds the sender. Nothing is connected to yet.
    ///
    /// # Errors
    ///
    /// The [`SmtpProblem`] says what to change.
    pub fn build(self) -> Result<SmtpSender, SmtpProblem> {
        if self.name.len() > 200 || self.name.chars().any(char::is_control) {
            return Err(SmtpProblem::SenderName);
        }
        let ascii = |address: &EmailAddress| {
            lettre_address(address)
                .filter(|_| !address.is_internationalised())
                .ok_or(SmtpProblem::SenderAddress)
        };
        let from = ascii(&self.from)?;
        let reply_to = self.reply_to.as_ref().map(ascii).transpose()?;

        let mut tls = TlsParameters::builder(self.address.host.clone());
        for pem in &self.root_certificates {
            tls = tls
                .add_root_certificate(Certificate::from_pem(pem).map_err(|_| SmtpProblem::RootCertificate)?);
        }
        let tls = tls.build_rustls().map_err(|_| SmtpProblem::RootCertificate)?;
        Ok(SmtpSender {
            server: Server::new(
                self.address,
                self.from.domain(),
                tls,
                self.step_deadline,
                self.idle_connections,
            ),
            letterhead: Letterhead {
                from: Mailbox::new(Some(self.name).filter(|name| !name.is_empty()), from),
                reply_to: reply_to.map(|address| Mailbox::new(None, address)),
            },
        })
    }
}
