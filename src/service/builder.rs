//! Ports in, settings with defaults, `build()`.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use thiserror::Error;

use crate::adapters::threads::Threads;
use crate::context::Context;
use crate::delivery::Delivery;
use crate::error::BackendError;
use crate::event::EventKind;
use crate::hasher::{Argon2Cost, HashPool, HashingSettings};
use crate::key::KeyRing;
use crate::password::PasswordPolicy;
use crate::ports::{
    BreachedPasswords, Clock, CodeSender, CodeStore, Destination, EventSink, NoEvents, Spawner, SystemClock,
    Texts, ThrottleStore, UserDirectory, WhenUnavailable,
};
use crate::profile::{ProfileProblem, ServiceProfile};
use crate::service::line::Lines;
use crate::service::spray::SprayMeter;
use crate::service::{AccountService, Inner};
use crate::settings::{Settings, SettingsProblem};
use crate::texts::BuiltInTexts;

/// Puts an [`AccountService`] together.
///
/// | optional | default |
/// |---|---|
/// | [`password_policy`](Self::password_policy) | 15 to 256 code points, nothing common |
/// | [`breached_passwords`](Self::breached_passwords) | none |
/// | [`hashing`](Self::hashing) | Argon2id, 19 MiB, 2 passes, as many threads as cores |
/// | [`settings`](Self::settings) | [`Settings::default`] |
/// | [`texts`](Self::texts) | Norwegian and English |
/// | [`events`](Self::events) | dropped |
/// | [`clock`](Self::clock) | the operating system's |
/// | `message_queue` (feature of that name) | none: what is not sent ends with the process |
/// | [`spawner`](Self::spawner) | the current tokio runtime, else two plain threads |
#[must_use = "nothing is built until build() is called"]
pub struct AccountServiceBuilder {
    directory: Arc<dyn UserDirectory>,
    codes: Arc<dyn CodeStore>,
    throttle: Arc<dyn ThrottleStore>,
    sender: Arc<dyn CodeSender>,
    keys: KeyRing,
    profile: ServiceProfile,
    policy: PasswordPolicy,
    breached: Option<(Arc<dyn BreachedPasswords>, WhenUnavailable)>,
    hashing: HashingSettings,
    cheapest_hashing: bool,
    settings: Settings,
    texts: Arc<dyn Texts>,
    events: Arc<dyn EventSink>,
    clock: Arc<dyn Clock>,
    spawner: Option<Arc<dyn Spawner>>,
    #[cfg(feature = "message-queue")]
    message_queue: Option<Arc<dyn crate::ports::MessageQueue>>,
}

impl AccountService {
    /// Begins a service with what it cannot do without.
    pub fn builder(
        directory: impl UserDirectory,
        codes: impl CodeStore,
        throttle: impl ThrottleStore,
        sender: impl CodeSender,
        keys: KeyRing,
        profile: ServiceProfile,
    ) -> AccountServiceBuilder {
        AccountServiceBuilder {
            directory: Arc::new(directory),
            codes: Arc::new(codes),
            throttle: Arc::new(throttle),
            sender: Arc::new(sender),
            keys,
            profile,
            policy: PasswordPolicy::default(),
            breached: None,
            hashing: HashingSettings::default(),
            cheapest_hashing: false,
            settings: Settings::default(),
            texts: Arc::new(BuiltInTexts::default()),
            events: Arc::new(NoEvents),
            clock: Arc::new(SystemClock),
            spawner: None,
            #[cfg(feature = "message-queue")]
            message_queue: None,
        }
    }
}

impl AccountServiceBuilder {
    /// Sets which passwords may be chosen. The service's name is added to the words that none may be made of.
    pub fn password_policy(mut self, policy: PasswordPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Refuses breached passwords too. What happens when the list cannot be asked must be said.
    pub fn breached_passwords(
        mut self,
        list: impl BreachedPasswords,
        when_unavailable: WhenUnavailable,
    ) -> Self {
        self.breached = Some((Arc::new(list), when_unavailable));
        self
    }

    /// Sets how passwords are hashed: cost, pepper, threads, legacy hashes.
    pub fn hashing(mut self, hashing: HashingSettings) -> Self {
        self.hashing = hashing;
        self.cheapest_hashing = false;
        self
    }

    /// Sets durations and limits.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Sets the words.
    pub fn texts(mut self, texts: impl Texts) -> Self {
        self.texts = Arc::new(texts);
        self
    }

    /// Sets who is told what happened.
    pub fn events(mut self, events: impl EventSink) -> Self {
        self.events = Arc::new(events);
        self
    }

    /// Sets who says what time it is.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets what runs the background.
    pub fn spawner(mut self, spawner: impl Spawner) -> Self {
        self.spawner = Some(Arc::new(spawner));
        self
    }

    /// Sets where messages are kept, sealed under the service key, from when they are accepted until they are sent. Call
    /// [`resume_deliveries`](AccountService::resume_deliveries) at the start and every minute.
    #[cfg(feature = "message-queue")]
    pub fn message_queue(mut self, queue: impl crate::ports::MessageQueue) -> Self {
        self.message_queue = Some(Arc::new(queue));
        self
    }

    /// Opens the settings that lower security.
    pub fn dangerous(self) -> Dangerous {
        Dangerous(self)
    }

    /// Builds the service: checks the settings and starts the hash pool.
    ///
    /// # Errors
    ///
    /// [`BuildError`] when settings contradict each other or a standard, or threads cannot be started. Its text says
    /// which, and what to do.
    pub fn build(self) -> Result<AccountService, BuildError> {
        self.settings.check()?;
        self.profile.check()?;
        let hashing = if self.cheapest_hashing {
            let cost = Argon2Cost::dangerous_cheapest();
            self.hashing.cost(cost).older_hashes([]).refusal_cost(cost)
        } else {
            self.hashing
        };
        let pool = HashPool::start(hashing)?;
        let spawner = match self.spawner {
            Some(spawner) => spawner,
            None => default_spawner()?,
        };
        let policy = Arc::new(self.policy.context_words([self.profile.name.as_str()]));
        let lines = Lines::new(self.settings.log_ins_in_line);
        let spray = SprayMeter::new(self.settings.wrong_codes_that_mean_attack);
        let context = Arc::new(Context {
            directory: self.directory,
            codes: self.codes,
            throttle: self.throttle,
            sender: self.sender,
            #[cfg(feature = "message-queue")]
            message_queue: self.message_queue,
            texts: self.texts,
            events: self.events,
            clock: self.clock,
            spawner,
            keys: self.keys,
            profile: self.profile,
            settings: self.settings,
            background: Arc::new(AtomicUsize::new(0)),
        });
        if context.sender.destination() == Destination::Outbox {
            context.record(EventKind::OutboxInUse);
        }
        let delivery = Arc::new(Delivery::new(Arc::clone(&context)));
        let inner = Inner { context, delivery, pool, lines, spray, policy, breached: self.breached };
        Ok(AccountService { inner: Arc::new(inner) })
    }
}

impl fmt::Debug for AccountServiceBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountServiceBuilder").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Settings that lower security. Each returns the builder.
#[derive(Debug)]
#[must_use = "choose a setting, and go on with the builder"]
pub struct Dangerous(AccountServiceBuilder);

impl Dangerous {
    /// Hashes at next to no cost, refusals too, until [`hashing`](AccountServiceBuilder::hashing) says otherwise: for tests that are not about hashing. Whoever steals such hashes has the passwords.
    pub fn cheapest_hashing(mut self) -> AccountServiceBuilder {
        self.0.cheapest_hashing = true;
        self.0
    }
}

/// The service could not be built.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The settings contradict a standard or each other.
    #[error("these settings do not go together: {0}")]
    Settings(#[from] SettingsProblem),
    /// The profile is not complete.
    #[error("this profile will not do: {0}")]
    Profile(#[from] ProfileProblem),
    /// The hash pool could not be set up, or threads could not be started.
    #[error("the service could not be started: {0}")]
    Start(#[from] BackendError),
}

fn default_spawner() -> Result<Arc<dyn Spawner>, BackendError> {
    #[cfg(feature = "tokio")]
    if let Some(current) = crate::adapters::tokio::TokioSpawner::current() {
        return Ok(Arc::new(current));
    }
    Ok(Arc::new(Threads::start(BACKGROUND_THREADS)?))
}

/// How many plain threads run the background where there is no runtime: one may be held up by a port that blocks.
const BACKGROUND_THREADS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);
