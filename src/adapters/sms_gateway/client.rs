//! One request, one connection, and how far it came when something fails.
//!
//! A client with a pool does not tell whether a request that took too long had left: then nobody knows whether the
//! message may be sent again. SMS are few, and a connection each costs less than a second code.

use std::sync::Arc;
use std::time::Duration;

use futures_lite::FutureExt;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::adapters::sms_gateway::answer::Signs;
use crate::error::{BackendError, BackendErrorKind};
use crate::ports::SendError;

pub(super) struct Client {
    pub(super) host: String,
    pub(super) port: u16,
    /// None towards this machine, or where plain text was asked for by its dangerous name.
    pub(super) tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    pub(super) step_deadline: Duration,
    pub(super) signs: Signs,
}

/// More of an answer than this is not read. In octets; gateways answer with a few hundred.
const LONGEST_ANSWER: usize = 64 * 1024;

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

impl Client {
    pub(super) async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<(), SendError> {
        if Handle::try_current().is_err() {
            return Err(SendError::Permanent(BackendError::new(
                BackendErrorKind::Misconfigured,
                "this sender needs a tokio runtime: build the service within one, with the feature `tokio`",
            )));
        }
        let wire = match timeout(self.step_deadline, self.connect()).await {
            Ok(connected) => connected.map_err(not_sent)?,
            Err(_) => return Err(not_sent(too_slow())),
        };
        match timeout(self.step_deadline, self.converse(wire, request)).await {
            Ok(judged) => judged,
            Err(_) => Err(SendError::Ambiguous(too_slow())),
        }
    }

    async fn connect(&self) -> Result<Box<dyn Wire>, BackendError> {
        let tcp = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(|error| {
            BackendError::new(
                BackendErrorKind::Unavailable,
                "the gateway cannot be reached: check address and firewall",
            )
            .with_source(error)
        })?;
        let Some((config, name)) = &self.tls else { return Ok(Box::new(tcp)) };
        let tls = TlsConnector::from(Arc::clone(config)).connect(name.clone(), tcp).await;
        let tls = tls.map_err(|error| {
            BackendError::new(
                BackendErrorKind::Misconfigured,
                "no trust in the gateway: check the address, its certificate and the root certificates",
            )
            .with_source(error)
        })?;
        Ok(Box::new(tls))
    }

    async fn converse(&self, wire: Box<dyn Wire>, request: Request<Full<Bytes>>) -> Result<(), SendError> {
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(wire)).await.map_err(|error| broken(&error))?;
        let exchange = async {
            let (head, body) =
                sender.send_request(request).await.map_err(|error| broken(&error))?.into_parts();
            // Of an answer that breaks off or never ends, the status alone is judged.
            let body = Limited::new(body, LONGEST_ANSWER).collect().await;
            let body = body.map(|body| body.to_bytes()).unwrap_or_default();
            Ok(Response::from_parts(head, body))
        };
        let driven = async {
            // Its end, and its error, reach the exchange as well.
            let _ = connection.await;
            std::future::pending().await
        };
        let answer = exchange.or(driven).await?;
        self.signs.judge(answer.status(), answer.headers(), answer.body())
    }
}

const fn not_sent(source: BackendError) -> SendError {
    SendError::Transient { retry_after: None, source }
}

fn broken(error: &hyper::Error) -> SendError {
    SendError::Ambiguous(
        BackendError::new(
            BackendErrorKind::Unavailable,
            "the gateway broke off, or answered what is not HTTP, after the message was handed over",
        )
        // Only its kind: what the other side sent may repeat the message.
        .with_source(error.to_string()),
    )
}

fn too_slow() -> BackendError {
    BackendError::new(BackendErrorKind::TimedOut, "the gateway did not answer in time")
}
