//! SMS, over HTTPS to a gateway.
//!
//! ```
//! use vestibule::adapters::sms_gateway::SmsGateway;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let password = vestibule::secrecy::SecretString::from("secret");
//! let sender = SmsGateway::sveve("user", password, "Forbundet").build()?;
//! # Ok(())
//! # }
//! ```
//!
//! [`SmsGateway::twilio`], [`SmsGateway::sinch`], [`SmsGateway::sveve`] and [`SmsGateway::link_mobility`] know the
//! requests of those gateways, as their public documentation shows them; [`SmsGateway::json`] and
//! [`SmsGateway::form`] make others from a template.
//!
//! Where the gateway is a matter of configuration, it is one line: see [`SmsGatewayAddress`].
//!
//! # What becomes of an answer
//!
//! | the gateway | the service is told |
//! |---|---|
//! | 2xx, and the answer shows that the message was taken | sent |
//! | 2xx, and the answer says why not | [`Permanent`] |
//! | 2xx, and the answer shows neither; no answer in time, or a broken one | [`Ambiguous`]: a code is not sent twice |
//! | 502 and 504: a proxy had no answer from it | [`Ambiguous`] |
//! | 429 and other 5xx, with the wait it asks for (`Retry-After` in seconds); no connection | [`Transient`]: tried again |
//! | other 4xx; 3xx, since redirects are not followed | [`Permanent`] |
//!
//! An error holds the status and never the answer, which may repeat the number or the text.
//!
//! [`Transient`]: crate::ports::SendError::Transient
//! [`Permanent`]: crate::ports::SendError::Permanent
//! [`Ambiguous`]: crate::ports::SendError::Ambiguous

mod address;
mod answer;
mod builder;
mod client;
mod originator;
mod presets;
mod problem;
mod request;
mod template;

use std::fmt;

use async_trait::async_trait;

pub use self::address::{SmsGatewayAddress, SmsGatewayAddressProblem};
pub use self::builder::SmsGatewayBuilder;
use self::client::Client;
pub use self::problem::SmsGatewayProblem;
use self::request::Requests;
use crate::contact::Contact;
use crate::error::{BackendError, BackendErrorKind};
use crate::message::Message;
use crate::ports::{CodeSender, Destination, SendError};

/// Sends SMS through a gateway.
///
/// It must be used on a tokio runtime whose I/O and timer are enabled; elsewhere, every message is refused.
pub struct SmsGateway {
    client: Client,
    requests: Requests,
}

#[async_trait]
impl CodeSender for SmsGateway {
    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let Contact::Phone(number) = &message.to else {
            return Err(SendError::Permanent(BackendError::new(
                BackendErrorKind::Misconfigured,
                "this sender carries SMS alone: give e-mail a sender of its own, with ByChannel",
            )));
        };
        let request = self.requests.request(number, message)?;
        self.client.exchange(request).await
    }

    fn destination(&self) -> Destination {
        Destination::People
    }
}

impl fmt::Debug for SmsGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmsGateway").field("requests", &self.requests).finish_non_exhaustive()
    }
}
