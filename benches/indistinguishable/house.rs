//! A service on one of the stores, whose background can be waited for and whose clock is turned by hand.

use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use vestibule::adapters::memory::{ManualClock, MemoryCodes, MemoryDirectory, MemoryThrottle};
use vestibule::adapters::{postgres, sqlite};
use vestibule::contract::ManagedDirectory;
use vestibule::hasher::HashingSettings;
use vestibule::message::Message;
use vestibule::ports::{
    Clock, CodeSender, CodeStore, Destination, SendError, Sleep, Spawner, Task, ThrottleStore,
};
use vestibule::throttle::Schedule;
use vestibule::{AccountService, KeyRing, Origin, ServiceKey, ServiceProfile, Settings, async_trait};

use crate::stores::Store;

/// What is tried, and what is needed to try it.
pub struct House {
    pub accounts: AccountService,
    pub directory: Arc<dyn ManagedDirectory>,
    pub clock: ManualClock,
    codes: Arc<dyn CodeStore>,
    throttle: Arc<dyn ThrottleStore>,
    background: Background,
    sources: AtomicU32,
    /// How many people have been met.
    pub numbers: AtomicU32,
    /// Whether ids are 1, 2, 3 and so on.
    pub counts_ids: bool,
    /// Whether processor time is taken instead of the clock's.
    pub by_processor: bool,
}

impl House {
    /// A service on the store. Without settings for hashing, a hash costs next to nothing.
    pub fn on(store: &Store, hashing: Option<HashingSettings>) -> Self {
        let (directory, codes, throttle) = ports(store);
        let (clock, background) = (ManualClock::new(), Background::default());
        let keys = KeyRing::new(ServiceKey::generate().unwrap(), ServiceKey::generate().unwrap());
        let profile = ServiceProfile::new("Eksempelforbundet", "medlem@example.no, 22 00 00 00");
        let (at, given) = ((directory.clone(), codes.clone()), throttle.clone());
        let builder = AccountService::builder(at.0, at.1, given, Nowhere, keys, profile)
            .settings(settings())
            .clock(clock.clone())
            .spawner(background.clone());
        let builder = match hashing {
            Some(hashing) => builder.hashing(hashing),
            None => builder.dangerous().cheapest_hashing(),
        };
        let (sources, numbers) = (AtomicU32::new(0), AtomicU32::new(0));
        let accounts = builder.build().unwrap();
        let counts_ids = matches!(store, Store::Memory);
        Self {
            accounts,
            directory,
            clock,
            codes,
            throttle,
            background,
            sources,
            numbers,
            counts_ids,
            by_processor: false,
        }
    }

    /// Waits until what the last call left to the background is done, whoever it was for.
    pub async fn rest(&self) {
        self.background.rest().await;
    }

    /// Lets so much time go by that everything is forgotten, and clears it away: every pass meets the same stores.
    pub async fn forget(&self) {
        self.clock.turn(Duration::from_secs(91 * 24 * 60 * 60));
        let now = self.clock.now();
        self.codes.purge(now).await.unwrap();
        self.throttle.purge(now).await.unwrap();
    }

    /// Somewhere nobody has asked from.
    pub fn elsewhere(&self) -> Origin {
        let [_, a, b, c] = self.sources.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        Origin::from_address(Ipv4Addr::new(10, a, b, c).into())
    }
}

type Ports = (Arc<dyn ManagedDirectory>, Arc<dyn CodeStore>, Arc<dyn ThrottleStore>);

fn ports(store: &Store) -> Ports {
    match store {
        Store::Memory => {
            (Arc::new(MemoryDirectory::new()), Arc::new(MemoryCodes::new()), Arc::new(MemoryThrottle::new()))
        }
        Store::Sqlite(pool) => (
            Arc::new(sqlite::SqliteDirectory::new(pool.clone())),
            Arc::new(sqlite::SqliteCodes::new(pool.clone())),
            Arc::new(sqlite::SqliteThrottle::new(pool.clone())),
        ),
        Store::Postgres(pool) => (
            Arc::new(postgres::PostgresDirectory::new(pool.clone())),
            Arc::new(postgres::PostgresCodes::new(pool.clone())),
            Arc::new(postgres::PostgresThrottle::new(pool.clone())),
        ),
    }
}

/// The defaults, with the limits over all people and all sources raised so far that the number of samples meets none.
fn settings() -> Settings {
    let mut settings = Settings::default();
    let many = Schedule::window(10_000, Duration::from_secs(3_600)).unwrap();
    (settings.sms_per_prefix, settings.sms_in_total) = (many, many);
    settings.wrong_codes_that_mean_attack = u32::MAX;
    settings
}

/// Sends nothing, at once.
#[derive(Debug)]
struct Nowhere;

#[async_trait]
impl CodeSender for Nowhere {
    async fn send(&self, _message: &Message) -> Result<(), SendError> {
        Ok(())
    }

    fn destination(&self) -> Destination {
        Destination::People
    }
}

/// The tokio runtime, with a count of what runs on it.
#[derive(Clone, Default)]
struct Background(Arc<Running>);

#[derive(Default)]
struct Running {
    tasks: AtomicUsize,
    fewer: Notify,
}

impl Background {
    async fn rest(&self) {
        while self.0.tasks.load(Ordering::SeqCst) > 0 {
            self.0.fewer.notified().await;
        }
    }
}

impl Spawner for Background {
    fn spawn(&self, task: Task) {
        let running = Arc::clone(&self.0);
        running.tasks.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(async move {
            task.await;
            running.tasks.fetch_sub(1, Ordering::SeqCst);
            running.fewer.notify_one();
        });
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}

impl fmt::Debug for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Background").field("tasks", &self.0.tasks).finish()
    }
}
