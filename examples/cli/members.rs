//! Everything that a command works with: the database, the keys, the outbox, and the service on top of them.

use std::error::Error as StdError;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use vestibule::adapters::outbox::JsonLinesOutbox;
use vestibule::adapters::sqlite::{SqliteCodes, SqliteDirectory, SqliteThrottle, connect_options, migrate};
use vestibule::{AccountService, Error, ServiceProfile};

use crate::arguments::Arguments;
use crate::events::EventLog;
use crate::failure::{Failure, advice};
use crate::words::Words;
use crate::{keys, screen};

/// How long messages that are on their way, and connections, are waited for.
const PATIENCE: Duration = Duration::from_secs(5);

const SERVICE: &str = "Eksempelforbundet";
const SUPPORT: &str = "medlem@example.no, 22 00 00 00";

/// The members of the example union.
#[derive(Debug)]
pub struct Members {
    pub service: AccountService,
    pub directory: SqliteDirectory,
    pub events: EventLog,
    pub words: Words,
    pool: SqlitePool,
    impatient: AtomicBool,
}

impl Members {
    /// Opens the database, and makes what is missing.
    pub async fn open(arguments: &Arguments, words: Words) -> Result<Self, Failure> {
        let pool = open_database(&arguments.db, words).await?;
        let keys = keys::read_or_make(&arguments.db, words)?;
        let outbox = match &arguments.outbox {
            Some(path) => path.clone(),
            None => keys::beside(&arguments.db, ".outbox.jsonl"),
        };
        let sender = JsonLinesOutbox::open(&outbox)
            .map_err(|error| Failure::Told(words.cannot_use(&outbox, &advice(&error))))?;
        let events = EventLog::open(pool.clone())
            .await
            .map_err(|error| Failure::Told(words.cannot_use(&arguments.db, &error.to_string())))?;
        let profile = ServiceProfile::new(SERVICE, SUPPORT)
            .pages(
                "https://min.example.no/login",
                "https://min.example.no/activate",
                "https://min.example.no/recover",
            )
            .locale(words.locale());
        let directory = SqliteDirectory::new(pool.clone());
        let service = AccountService::builder(
            directory.clone(),
            SqliteCodes::new(pool.clone()),
            SqliteThrottle::new(pool.clone()),
            sender,
            keys,
            profile,
        )
        .events(events.clone())
        .build()
        .map_err(|error| Failure::Told(words.cannot_start(&error)))?;
        Ok(Self { service, directory, events, words, pool, impatient: AtomicBool::new(false) })
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
        self.pool.close().await;
    }
}

async fn open_database(path: &Path, words: Words) -> Result<SqlitePool, Failure> {
    let cannot = |error: &dyn StdError| Failure::Told(words.cannot_use(path, &error.to_string()));
    // SQLite would let everybody read it: it holds addresses and password hashes.
    keys::private().create(true).truncate(false).open(path).map_err(|error| cannot(&error))?;
    let options = SqlitePoolOptions::new().max_connections(4).acquire_timeout(PATIENCE);
    let pool = options.connect_with(connect_options(path)).await.map_err(|error| cannot(&error))?;
    migrate(&pool).await.map_err(|error| Failure::Told(words.cannot_use(path, &advice(&error))))?;
    Ok(pool)
}
