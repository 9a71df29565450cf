//! Everything that a page works with.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderName;
use vestibule::AccountService;
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::ports::UserDirectory;

use crate::configuration::{Configuration, is_local};
use crate::database::Database;
use crate::log_ins::LogIns;
use crate::page::Templates;
use crate::sessions::Sessions;
use crate::{members, senders, service};

/// How long messages that are on their way are waited for at the end.
const PATIENCE: Duration = Duration::from_secs(20);

/// The state of the program: one cheap clone for each request.
#[derive(Clone, Debug)]
pub struct App {
    pub accounts: AccountService,
    pub directory: Arc<dyn UserDirectory>,
    pub sessions: Sessions,
    pub log_ins: LogIns,
    pub database: Database,
    pub templates: Arc<Templates>,
    pub site: Arc<Site>,
    /// What was sent, where there is no real sender.
    pub outbox: Option<MemoryOutbox>,
    pub client_header: Option<HeaderName>,
}

impl App {
    pub async fn start(configuration: &Configuration, site: Site) -> Result<Self, String> {
        let database = Database::open(&configuration.database, configuration.redis.as_ref()).await?;
        let (sender, outbox) = senders::choose(configuration.senders.as_ref())?;
        let accounts = service::build(configuration, &site, &database, sender)?;
        members::register(&database, configuration.members.as_deref()).await?;
        Ok(Self {
            directory: database.directory(),
            sessions: Sessions::new(database.pool.clone()),
            log_ins: LogIns::new(database.pool.clone()),
            templates: Arc::new(Templates::load().map_err(|error| format!("A template is broken: {error}"))?),
            accounts,
            database,
            site: Arc::new(site),
            outbox,
            client_header: configuration.client_header.clone(),
        })
    }

    /// Ends in order: messages first, then the database they are about.
    pub async fn stop(&self) {
        let left = self.accounts.drain(PATIENCE).await;
        if left > 0 {
            tracing::error!(left, "not everything in the background came to its end");
        }
        self.database.close().await;
    }
}

/// Where the portal is, as browsers see it. It is configuration: no `Host` header has a say in it.
#[derive(Debug)]
pub struct Site {
    origin: String,
    /// On a machine of one's own, the same place under its other names.
    aliases: Vec<String>,
}

impl Site {
    pub fn new(configured: Option<String>, listening: SocketAddr) -> Self {
        match configured {
            Some(origin) => Self { origin, aliases: Vec::new() },
            None => Self {
                origin: format!("http://{listening}"),
                aliases: vec![format!("http://localhost:{}", listening.port())],
            },
        }
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn address_of(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    pub fn is_secure(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// The host, where codes by SMS can be bound to it: that takes https on the usual port.
    pub fn sms_host(&self) -> Option<&str> {
        self.origin.strip_prefix("https://").filter(|host| !host.contains(':'))
    }

    /// Whether a page of this origin is one of ours.
    pub fn is_ours(&self, origin: &str) -> bool {
        self.origin == origin || self.aliases.iter().any(|alias| alias == origin)
    }

    /// Whether a request names this very machine. A page elsewhere, whose name was made to lead here, does not.
    pub fn is_local_host(host: &str) -> bool {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        is_local(host) || is_local(name)
    }
}
