//! Puts the library together: this is all that the portal has to say to it.

use std::sync::Arc;

use vestibule::adapters::tracing::TracingEvents;
use vestibule::ports::CodeSender;
use vestibule::{AccountService, Locale, ServiceProfile};

use crate::app::Site;
use crate::configuration::Configuration;
use crate::database::Database;
use crate::keys;

/// The name people know the service by.
pub const NAME: &str = "Eksempelforbundet";
/// Whom people can contact.
pub const SUPPORT: &str = "medlem@example.no, 22 00 00 00";
/// Whom messages come from.
pub const MAIL_FROM: &str = "ikke-svar@example.no";

pub fn build(
    configuration: &Configuration,
    site: &Site,
    database: &Database,
    sender: Arc<dyn CodeSender>,
) -> Result<AccountService, String> {
    let mut profile = ServiceProfile::new(NAME, SUPPORT)
        .pages(site.address_of("/login"), site.address_of("/activate"), site.address_of("/recover"))
        .locale(Locale::NORWEGIAN);
    if let Some(host) = site.sms_host() {
        profile = profile.sms_host(host);
    }
    AccountService::builder(
        database.directory(),
        database.codes(),
        database.throttle(),
        sender,
        keys::read_or_make(&configuration.key_file)?,
        profile,
    )
    .message_queue(database.messages())
    .events(TracingEvents::default())
    .build()
    .map_err(|error| error.to_string())
}
