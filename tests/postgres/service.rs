//! The whole service on PostgreSQL, or with codes and throttle on Redis, with an outbox and a clock that the test turns.

use std::num::NonZeroUsize;
use std::time::Duration;

use redis::Client;
use redis::aio::ConnectionManager;
use sqlx::postgres::PgPool;
use vestibule::adapters::memory::{ManualClock, MemoryEvents};
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::adapters::postgres::{PostgresCodes, PostgresDirectory, PostgresThrottle};
use vestibule::adapters::redis::{RedisCodes, RedisOptions, RedisThrottle, connection_config};
use vestibule::hasher::HashingSettings;
use vestibule::ports::{CodeStore, ThrottleStore};
use vestibule::{AccountService, Code, CodeRequest, Contact, Error, Login, Redeemed, Settings};

use crate::database::now;
use crate::world::script::{Script, Scripted};
use crate::world::{PASSWORD, address, from, here, keys, new, profile, secret};

pub(crate) struct Portal {
    pub(crate) service: AccountService,
    pub(crate) directory: PostgresDirectory,
    pub(crate) outbox: MemoryOutbox,
    pub(crate) events: MemoryEvents,
    pub(crate) clock: ManualClock,
    /// Watches the code store, and counts what is handed out for comparison.
    pub(crate) script: Script,
}

impl Portal {
    pub(crate) fn new(pool: &PgPool) -> Self {
        Self::with_settings(pool, Settings::default())
    }

    pub(crate) fn with_settings(pool: &PgPool, settings: Settings) -> Self {
        let (codes, throttle) = (PostgresCodes::new(pool.clone()), PostgresThrottle::new(pool.clone()));
        Self::on(pool, codes, throttle, settings)
    }

    /// One whose codes and counts are on the Redis at an address, under a prefix.
    pub(crate) async fn with_redis(pool: &PgPool, url: &str, prefix: &str, settings: Settings) -> Self {
        let client = Client::open(url).unwrap();
        let connection = ConnectionManager::new_with_config(client, connection_config()).await.unwrap();
        let options = RedisOptions::new().prefix(prefix);
        let codes = RedisCodes::open_with(connection.clone(), &options).await.unwrap();
        let throttle = RedisThrottle::open_with(connection, &options).await.unwrap();
        Self::on(pool, codes, throttle, settings)
    }

    fn on(pool: &PgPool, codes: impl CodeStore, throttle: impl ThrottleStore, settings: Settings) -> Self {
        let directory = PostgresDirectory::new(pool.clone());
        let script = Script::default();
        let codes = Scripted::new(codes, &script);
        let (outbox, events) = (MemoryOutbox::keeping(10_000), MemoryEvents::default());
        let clock = ManualClock::at(now());
        // As many places as anybody in a test needs: what refuses is a count, never a full queue.
        let hashing = HashingSettings::default().queue_places(NonZeroUsize::new(4_096).unwrap());
        let service =
            AccountService::builder(directory.clone(), codes, throttle, outbox.clone(), keys(), profile())
                .hashing(hashing)
                .clock(clock.clone())
                .events(events.clone())
                .settings(settings)
                .dangerous()
                .cheapest_hashing()
                .build()
                .unwrap();
        Self { service, directory, outbox, events, clock, script }
    }

    pub(crate) async fn settle(&self) {
        assert_eq!(self.service.drain(Duration::from_secs(60)).await, 0, "the background is idle");
    }

    pub(crate) async fn request(&self, contact: &Contact) -> Result<CodeRequest, Error> {
        self.service.request_activation(contact, &here()).await
    }

    pub(crate) async fn activate(&self, request: &CodeRequest, code: &Code) -> Result<Redeemed, Error> {
        self.service.activate(&request.handle, code, new(PASSWORD), &here()).await
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str, source: u32) -> Result<Login, Error> {
        self.service.log_in(&address(email), secret(password), &from(source)).await
    }

    /// The first code among the messages to a contact that come after so many.
    pub(crate) async fn code_after(&self, contact: &Contact, before: usize) -> Code {
        loop {
            let later = self.outbox.messages_to(contact).into_iter().skip(before);
            if let Some(code) = later.filter_map(|message| Some(message.expose_code()?.to_owned())).next() {
                return Code::parse(&code).unwrap();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(crate) fn last_code(&self, contact: &Contact) -> Option<Code> {
        self.outbox.last_code_to(contact)
    }
}
