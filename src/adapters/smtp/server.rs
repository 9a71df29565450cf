//! The conversation with a mail server, in three steps, each with a deadline, and the connections that are kept.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use secrecy::ExposeSecret;
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::adapters::smtp::address::{Encryption, SmtpAddress};
use crate::adapters::smtp::failure::{self, Step};
use crate::adapters::smtp::letterhead::Letter;
use crate::ports::SendError;

pub(super) struct Server {
    address: SmtpAddress,
    hello: ClientId,
    tls: TlsParameters,
    step_deadline: Duration,
    idle: Mutex<Vec<AsyncSmtpConnection>>,
    most_idle: usize,
}

/// How long a kept connection has to show that it is still alive.
const STILL_THERE: Duration = Duration::from_secs(2);

impl Server {
    pub(super) fn new(
        address: SmtpAddress,
        own_domain: &str,
        tls: TlsParameters,
        step_deadline: Duration,
        most_idle: usize,
    ) -> Self {
        let hello = ClientId::Domain(own_domain.to_owned());
        Self { address, hello, tls, step_deadline, idle: Mutex::default(), most_idle }
    }

    /// Hands a letter over. lettre's own transport reports a connection that breaks before the message was given away
    /// like one that breaks after it: the steps are taken one by one, because the first is tried again and the second
    /// is not.
    pub(super) async fn deliver(&self, letter: &Letter) -> Result<(), SendError> {
        if Handle::try_current().is_err() {
            return Err(failure::no_runtime());
        }
        let mut connection = self.step(Step::Connecting, self.connection()).await?;
        if !AsRef::<str>::as_ref(&letter.to).is_ascii()
            && !connection.server_info().supports_feature(Extension::SmtpUtfEight)
        {
            self.keep(connection);
            return Err(failure::no_smtputf8());
        }
        let addressed = self.step(Step::Addressing, address(&mut connection, letter)).await;
        let handed_over = match addressed {
            Ok(()) => {
                self.step(Step::HandingOver, async { connection.message(&letter.content).await.map(drop) })
                    .await
            }
            Err(failed) => Err(failed),
        };
        if handed_over.is_ok() {
            self.keep(connection);
        }
        handed_over
    }

    async fn step<T>(
        &self,
        step: Step,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, SendError> {
        match timeout(self.step_deadline, work).await {
            Ok(done) => done.map_err(|error| failure::at(step, error)),
            Err(_) => Err(failure::too_slow(step)),
        }
    }

    async fn connection(&self) -> Result<AsyncSmtpConnection, Error> {
        while let Some(mut kept) = self.take_kept() {
            // Servers close what is idle, most after five minutes; RSET finds out, and clears what may be left.
            if timeout(STILL_THERE, kept.command(Rset)).await.is_ok_and(|answer| answer.is_ok()) {
                return Ok(kept);
            }
        }
        self.connect().await
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let SmtpAddress { host, port, encryption, login } = &self.address;
        let tls = (*encryption == Encryption::FromTheFirstByte).then(|| self.tls.clone());
        // A host has several addresses, and one that does not answer must leave time for the next.
        let each = Some(self.step_deadline / 3);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1((host.as_str(), *port), each, &self.hello, tls, None).await?;
        if *encryption == Encryption::StartTls {
            connection.starttls(self.tls.clone(), &self.hello).await?;
        }
        if let Some(login) = login {
            let credentials = Credentials::new(login.user.clone(), login.password.expose_secret().to_owned());
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await?;
        }
        Ok(connection)
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle();
        if idle.len() < self.most_idle {
            idle.push(connection);
        }
    }

    fn take_kept(&self) -> Option<AsyncSmtpConnection> {
        self.idle().pop()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<AsyncSmtpConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says from whom and to whom, up to the point where the server waits for the message.
async fn address(connection: &mut AsyncSmtpConnection, letter: &Letter) -> Result<(), Error> {
    let mut options = Vec::new();
    if !AsRef::<str>::as_ref(&letter.to).is_ascii() {
        options.push(MailParameter::SmtpUtfEight);
    }
    if !letter.content.is_ascii() {
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    connection.command(Mail::new(Some(letter.from.clone()), options)).await?;
    connection.command(Rcpt::new(letter.to.clone(), Vec::new())).await?;
    connection.command(Data).await?;
    Ok(())
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .field("idle", &self.idle().len())
            .finish_non_exhaustive()
    }
}
