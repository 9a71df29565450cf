//! From a message to a request.

use std::fmt;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Uri};
use secrecy::{ExposeSecret, SecretString};

use crate::adapters::sms_gateway::template::{Filling, Template};
use crate::contact::PhoneNumber;
use crate::error::{BackendError, BackendErrorKind};
use crate::message::{Message, MessageId};
use crate::ports::SendError;

/// How every request to a gateway looks.
pub(super) struct Requests {
    /// The path and the query, which may hold a key.
    pub(super) target: Uri,
    pub(super) host: HeaderValue,
    pub(super) template: Template,
    pub(super) originator: String,
    /// Put into the body, where the gateway wants them there.
    pub(super) user: SecretString,
    pub(super) password: SecretString,
    pub(super) headers: HeaderMap,
    pub(super) idempotency_header: Option<HeaderName>,
}

impl Requests {
    pub(super) fn request(
        &self,
        number: &PhoneNumber,
        message: &Message,
    ) -> Result<Request<Full<Bytes>>, SendError> {
        let body = self.template.fill(&Filling {
            to: number.as_str(),
            from: &self.originator,
            text: message.text.expose_text(),
            user: self.user.expose_secret(),
            password: self.password.expose_secret(),
        });
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.target.clone();
        *request.headers_mut() = self.headers.clone();
        let headers = request.headers_mut();
        headers.insert(HOST, self.host.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.template.content_type()));
        if let Some(name) = &self.idempotency_header {
            headers.insert(name, idempotency_key(message)?);
        }
        Ok(request)
    }
}

/// The message's own: the same for every attempt to send it, and another for the next of its kind, which must not be
/// swallowed. A message that the service did not make has none, and each attempt another key.
fn idempotency_key(message: &Message) -> Result<HeaderValue, SendError> {
    let transient = |source| SendError::Transient { retry_after: None, source };
    let id = message.id.map_or_else(MessageId::draw, Ok).map_err(transient)?;
    HeaderValue::try_from(id.to_string()).map_err(|error| {
        transient(BackendError::new(BackendErrorKind::Other, "a header was refused").with_source(error))
    })
}

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Requests")
            .field("host", &self.host)
            .field("template", &self.template)
            .field("originator", &self.originator)
            .finish_non_exhaustive()
    }
}
