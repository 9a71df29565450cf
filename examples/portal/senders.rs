//! Who carries messages: a mail server and an SMS gateway, or, where neither is configured, an outbox for development.

use std::sync::Arc;

use vestibule::EmailAddress;
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::adapters::routing::ByChannel;
use vestibule::adapters::sms_gateway::SmsGateway;
use vestibule::adapters::smtp::{SmtpAddress, SmtpSender};
use vestibule::ports::CodeSender;
use vestibule::secrecy::SecretString;

use crate::service::{MAIL_FROM, NAME, SMS_FROM};

/// Where real messages are handed over.
#[derive(Clone, Debug)]
pub struct Senders {
    pub smtp: SmtpAddress,
    pub sms_gateway: String,
    pub sms_token: Option<SecretString>,
}

/// The sender, and the outbox if that is it.
pub type Chosen = (Arc<dyn CodeSender>, Option<MemoryOutbox>);

pub fn choose(configured: Option<&Senders>) -> Result<Chosen, String> {
    let Some(Senders { smtp, sms_gateway, sms_token }) = configured else {
        let outbox = MemoryOutbox::new();
        return Ok((Arc::new(outbox.clone()), Some(outbox)));
    };
    let from = EmailAddress::parse(MAIL_FROM).map_err(|problem| format!("{MAIL_FROM}: {problem}."))?;
    let email = SmtpSender::builder(smtp.clone(), from, NAME).build();
    let email = email.map_err(|problem| format!("SMTP_URL cannot be used: {problem}."))?;
    // A gateway of another kind takes another template: see the presets of `SmsGateway`.
    let mut sms =
        SmsGateway::json(sms_gateway, r#"{"from": "{from}", "to": "{to}", "text": "{text}"}"#, SMS_FROM);
    if let Some(token) = sms_token {
        sms = sms.bearer_token(token);
    }
    let sms = sms.build().map_err(|problem| format!("SMS_GATEWAY_URL cannot be used: {problem}."))?;
    Ok((Arc::new(ByChannel::new(email, sms)), None))
}
