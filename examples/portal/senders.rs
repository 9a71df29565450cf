//! Who carries messages: a mail server and an SMS gateway, or, where neither is configured, an outbox for development.

use std::sync::Arc;

use vestibule::EmailAddress;
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::adapters::routing::ByChannel;
use vestibule::adapters::sms_gateway::{SmsGateway, SmsGatewayAddress};
use vestibule::adapters::smtp::{SmtpAddress, SmtpSender};
use vestibule::ports::CodeSender;

use crate::service::{MAIL_FROM, NAME};

/// Where real messages are handed over.
#[derive(Clone, Debug)]
pub struct Senders {
    pub smtp: SmtpAddress,
    pub sms_gateway: SmsGatewayAddress,
}

/// The sender, and the outbox if that is it.
pub type Chosen = (Arc<dyn CodeSender>, Option<MemoryOutbox>);

pub fn choose(configured: Option<&Senders>) -> Result<Chosen, String> {
    let Some(Senders { smtp, sms_gateway }) = configured else {
        let outbox = MemoryOutbox::new();
        return Ok((Arc::new(outbox.clone()), Some(outbox)));
    };
    let from = EmailAddress::parse(MAIL_FROM).map_err(|problem| format!("{MAIL_FROM}: {problem}."))?;
    let email = SmtpSender::builder(smtp.clone(), from, NAME).build();
    let email = email.map_err(|problem| format!("SMTP_URL cannot be used: {problem}."))?;
    let sms = SmsGateway::at(sms_gateway).build();
    let sms = sms.map_err(|problem| format!("SMS_GATEWAY_URL cannot be used: {problem}."))?;
    Ok((Arc::new(ByChannel::new(email, sms)), None))
}
