//! Everything that a command works with: the database, the keys, the outbox, and the service on top of them.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use vestibule::adapters::outbox::JsonLinesOutbox;
use vestibule::{AccountService, Error, ServiceProfile};

use crate::address::Address;
use crate::arguments::Arguments;
use crate::database::Database;
use crate::events::EventLog;
use crate::failure::{Failure, advice};
use crate::words::Words;
use crate::{keys, screen};

/// How long messages that are on their way are waited for.
const PATIENCE: Duration = Duration::from_secs(5);

const SERVICE: &str = "Eksempelforbundet";
const SUPPORT: &str = "medlem@example.no, 22 00 00 00";

/// The members of the example union.
#[derive(Debug)]
pub struct Members {
    pub service: AccountService,
    pub database: Database,
    pub events: EventLog,
    pub words: Words,
    /// Where the keys are.
    pub keys: PathBuf,
    impatient: AtomicBool,
}

impl Members {
    /// Opens the database, and makes what is missing.
    pub async fn open(arguments: &Arguments, words: Words) -> Result<Self, Failure> {
        let address = Address::read(&arguments.db).map_err(|_| Failure::Told(words.unknown_address()))?;
        let database = Database::open(&address, words).await?;
        let key_file = address.companion(".key");
        let keys = keys::read_or_make(&key_file, words)?;
        let outbox = match &arguments.outbox {
            Some(path) => path.clone(),
            None => address.companion(".outbox.jsonl"),
        };
        let sender = JsonLinesOutbox::open(&outbox)
            .map_err(|error| Failure::Told(words.cannot_use(&outbox, &advice(&error))))?;
        let events = EventLog::open(database.clone())
            .await
            .map_err(|error| Failure::Told(words.cannot_use_database(&address, &error.to_string())))?;
        let profile = ServiceProfile::new(SERVICE, SUPPORT)
            .pages(
                "https://min.example.no/login",
                "https://min.example.no/activate",
                "https://min.example.no/recover",
            )
            .locale(words.locale());
        let service = AccountService::builder(
            database.directory(),
            database.codes(),
            database.throttle(),
            sender,
            keys,
            profile,
        )
        .events(events.clone())
        .build()
        .map_err(|error| Failure::Told(words.cannot_start(&error)))?;
        Ok(Self { service, database, events, words, keys: key_file, impatient: AtomicBool::new(false) })
    }

    /// A refusal in the person's language.
    pub fn explain(&self, error: &Error) -> String {
        self.service.explain(error, Some(&self.words.locale()))
    }

    /// Whom people can contact.
    pub const fn support(&self) -> &'static str {
        SUPPORT
    }

    /// Waits until messages are written. `false` means that some are not: the outbox takes none.
    pub async fn messages_are_written(&self) -> bool {
        // Patience is lost once: an outbox that took nothing for so long is out of order.
        let patience = if self.impatient.load(Ordering::SeqCst) { Duration::ZERO } else { PATIENCE };
        let written = self.service.drain(patience).await == 0;
        self.impatient.fetch_or(!written, Ordering::SeqCst);
        written
    }

    /// Ends in order: messages first, then the events that tell of them, then the database. Says what was lost.
    pub async fn close(self) {
        if !self.messages_are_written().await {
            screen::complain(&self.words.messages_unwritten());
        }
        // What has had its time. If this fails, the next program does it.
        let _ = self.service.purge().await;
        let lost = self.events.flush().await;
        if lost > 0 {
            screen::complain(&self.words.events_lost(lost));
        }
        self.database.close().await;
    }
}
