//! A gateway as it is put together.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::Uri;
use hyper::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use secrecy::{ExposeSecret, SecretString};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::adapters::sms_gateway::answer::Signs;
use crate::adapters::sms_gateway::client::Client;
use crate::adapters::sms_gateway::request::Requests;
use crate::adapters::sms_gateway::template::Template;
use crate::adapters::sms_gateway::{SmsGateway, SmsGatewayProblem, originator};

/// Puts an [`SmsGateway`] together.
#[derive(Clone)]
pub struct SmsGatewayBuilder {
    address: String,
    template: Result<Template, SmsGatewayProblem>,
    originator: String,
    user: SecretString,
    password: SecretString,
    headers: Vec<(String, SecretString)>,
    idempotency_header: Option<String>,
    signs: Signs,
    root_certificates: Vec<Vec<u8>>,
    step_deadline: Duration,
    plain_http: bool,
}

impl SmsGatewayBuilder {
    pub(super) fn new(
        address: String,
        template: Result<Template, SmsGatewayProblem>,
        originator: String,
    ) -> Self {
        Self {
            address,
            template,
            originator,
            user: SecretString::default(),
            password: SecretString::default(),
            headers: Vec::new(),
            idempotency_header: None,
            signs: Signs::default(),
            root_certificates: Vec::new(),
            step_deadline: Duration::from_secs(7),
            plain_http: false,
        }
    }

    /// Sends requests to another address than the preset's: that of another country, of a proxy, of a test.
    #[must_use]
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = address.into();
        self
    }

    /// The same path on another host.
    pub(super) fn on(mut self, scheme: &str, authority: &str) -> Self {
        let path = self.address.splitn(4, '/').nth(3).unwrap_or_default();
        self.address = format!("{scheme}://{authority}/{path}");
        self
    }

    /// Authenticates by user and password (HTTP Basic, RFC 7617).
    #[must_use]
    pub fn basic_authentication(self, user: &str, password: &SecretString) -> Self {
        let login = SecretString::from(format!("{user}:{}", password.expose_secret()));
        let value = format!("Basic {}", STANDARD.encode(login.expose_secret()));
        self.header(AUTHORIZATION.as_str(), value.into())
    }

    /// Authenticates by a token (RFC 6750).
    #[must_use]
    pub fn bearer_token(self, token: &SecretString) -> Self {
        let value = format!("Bearer {}", token.expose_secret());
        self.header(AUTHORIZATION.as_str(), value.into())
    }

    /// Puts user and password into the body, in the places `{user}` and `{password}` of the template.
    #[must_use]
    pub fn login_in_body(mut self, user: impl Into<String>, password: SecretString) -> Self {
        self.user = user.into().into();
        self.password = password;
        self
    }

    /// Adds a header to every request, such as one that carries a key.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: SecretString) -> Self {
        self.headers.push((name.into(), value));
        self
    }

    /// The header in which the gateway wants an idempotency key, often `Idempotency-Key`. Default: none. Every attempt
    /// to send one message has the same key.
    #[must_use]
    pub fn idempotency_header(mut self, name: impl Into<String>) -> Self {
        self.idempotency_header = Some(name.into());
        self
    }

    /// Where a JSON answer shows that the message was taken, as a JSON pointer (RFC 6901): there must be something
    /// there that is neither null, false, zero nor empty. Default: an answer 2xx is enough, so that a proxy that
    /// answers in the gateway's place loses messages unseen.
    #[must_use]
    pub fn taken_when(mut self, pointer: impl Into<String>) -> Self {
        self.signs.taken = Some(pointer.into());
        self
    }

    /// Where a JSON answer 2xx shows that the message was refused, as a JSON pointer. May be given several times; it
    /// is looked at where [`taken_when`](Self::taken_when) finds nothing.
    #[must_use]
    pub fn refused_when(mut self, pointer: impl Into<String>) -> Self {
        self.signs.refused.push(pointer.into());
        self
    }

    /// Trusts certificates of one more authority, in PEM form. Default: those that Mozilla trusts.
    #[must_use]
    pub fn root_certificate_pem(mut self, certificate: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(certificate.into());
        self
    }

    /// How long each of two steps may take: connecting, and the exchange. Default: 7 s, so that two gateways, one
    /// behind the other, end before the 30 s that the service gives a sender.
    #[must_use]
    pub const fn step_deadline(mut self, deadline: Duration) -> Self {
        self.step_deadline = deadline;
        self
    }

    /// Accepts an address that begins with `http://`, on any machine.
    ///
    /// # Security
    ///
    /// Whoever can read or change what travels between the two machines can read the codes and the password.
    #[must_use]
    pub const fn dangerous_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Builds the sender. Nothing is connected to yet.
    ///
    /// # Errors
    ///
    /// The [`SmsGatewayProblem`] says what to change.
    pub fn build(self) -> Result<SmsGateway, SmsGatewayProblem> {
        let address: Uri = self.address.trim().parse().map_err(|_| SmsGatewayProblem::Address)?;
        let authority = address.authority().ok_or(SmsGatewayProblem::Address)?;
        let host = address.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if host.is_empty() || authority.as_str().contains('@') {
            return Err(SmsGatewayProblem::Address);
        }
        let (tls, default_port) = match address.scheme_str() {
            Some("https") => {
                let name = ServerName::try_from(host.clone()).map_err(|_| SmsGatewayProblem::Address)?;
                (Some((self.tls()?, name)), 443)
            }
            Some("http") if self.plain_http || is_this_machine(&host) => (None, 80),
            Some("http") => return Err(SmsGatewayProblem::PlainText),
            _ => return Err(SmsGatewayProblem::Address),
        };
        let requests = Requests {
            target: address.path_and_query().map_or("/", |path| path.as_str()).parse().unwrap_or_default(),
            host: HeaderValue::from_str(authority.as_str()).map_err(|_| SmsGatewayProblem::Address)?,
            headers: self.headers()?,
            idempotency_header: self.idempotency_header.as_deref().map(header_name).transpose()?,
            template: self.template?,
            originator: originator::checked(self.originator)?,
            user: self.user,
            password: self.password,
        };
        let port = address.port_u16().unwrap_or(default_port);
        let client = Client { host, port, tls, step_deadline: self.step_deadline, signs: self.signs };
        Ok(SmsGateway { client, requests })
    }

    fn headers(&self) -> Result<HeaderMap, SmsGatewayProblem> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        // Some gateways sit behind a guard that turns away who gives no name.
        headers
            .insert(USER_AGENT, HeaderValue::from_static(concat!("vestibule/", env!("CARGO_PKG_VERSION"))));
        for (name, value) in &self.headers {
            let value = HeaderValue::from_str(value.expose_secret());
            let mut value = value.map_err(|_| SmsGatewayProblem::Header)?;
            value.set_sensitive(true);
            headers.insert(header_name(name)?, value);
        }
        Ok(headers)
    }

    fn tls(&self) -> Result<Arc<ClientConfig>, SmsGatewayProblem> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for pem in &self.root_certificates {
            let before = roots.len();
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|_| SmsGatewayProblem::RootCertificate)?;
                roots.add(certificate).map_err(|_| SmsGatewayProblem::RootCertificate)?;
            }
            if roots.len() == before {
                return Err(SmsGatewayProblem::RootCertificate);
            }
        }
        // Ours by name: an application may have made another the process's default, or none.
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|_| SmsGatewayProblem::RootCertificate)?;
        Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
    }
}

fn header_name(name: &str) -> Result<HeaderName, SmsGatewayProblem> {
    HeaderName::try_from(name).map_err(|_| SmsGatewayProblem::Header)
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Debug for SmsGatewayBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmsGatewayBuilder").field("originator", &self.originator).finish_non_exhaustive()
    }
}
