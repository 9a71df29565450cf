//! A service on memory ports, with a clock that the test turns, and a script that watches every call to a port and
//! can make any one of them fail.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

pub mod background;
pub mod passing;
pub mod script;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use vestibule::account::{CredentialChange, PasswordChange, Registration};
use vestibule::adapters::memory::{ManualClock, MemoryCodes, MemoryDirectory, MemoryEvents, MemoryThrottle};
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::event::{Event, EventKind};
use vestibule::message::{Message, MessageKind};
use vestibule::ports::{Clock, CodeSender, UserDirectory};
use vestibule::secrecy::SecretString;
use vestibule::service::AccountServiceBuilder;
use vestibule::{
    AccountId, AccountService, CallingCode, Code, CodeRequest, Contact, EmailAddress, Error, KeyRing, Login,
    NewPassword, Origin, PasswordHash, PhoneNumber, Redeemed, ServiceKey, ServiceProfile, Settings,
};

use self::background::Background;
use self::script::{Script, Scripted};

pub const PASSWORD: &str = "tolv grønne elger på tur";
pub const ANOTHER: &str = "sju blå hvaler i fjorden";
/// For tests that try many: the rules take their time with a sentence.
pub const SHORT: &str = "xq7vk2mzp9wtr4j";

/// Everything a test looks at.
#[derive(Clone, Debug)]
pub struct World {
    pub service: AccountService,
    pub directory: MemoryDirectory,
    pub codes: MemoryCodes,
    pub throttle: MemoryThrottle,
    pub outbox: MemoryOutbox,
    pub events: MemoryEvents,
    pub clock: ManualClock,
    pub script: Script,
    /// Of clock, texts, events and background, where the world is a [`swift`](World::swift) one.
    pub aside: Script,
    pub background: Background,
}

pub fn keys() -> KeyRing {
    KeyRing::new(ServiceKey::from_bytes([1; 32]), ServiceKey::from_bytes([2; 32]))
}

pub fn profile() -> ServiceProfile {
    ServiceProfile::new("Eksempelforbundet", "medlem@example.no, 22 00 00 00")
}

impl World {
    pub fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub fn with_settings(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::default();
        change(&mut settings);
        Self::with(|builder| builder.settings(settings))
    }

    /// A service whose builder the test may change.
    pub fn with(change: impl FnOnce(AccountServiceBuilder) -> AccountServiceBuilder) -> Self {
        Self::assembled(None, change)
    }

    /// A service whose background can be held back and waits a thousand times as short, so that a store that hangs
    /// costs 10 ms. The other script watches clock, texts, events and background.
    pub fn swift(change: impl FnOnce(AccountServiceBuilder) -> AccountServiceBuilder) -> Self {
        Self::swift_with_sender(None, change)
    }

    /// The same, with a sender of the test's own.
    pub fn swift_with_sender(
        sender: Option<Arc<dyn CodeSender>>,
        change: impl FnOnce(AccountServiceBuilder) -> AccountServiceBuilder,
    ) -> Self {
        let (background, aside) = (Background::default(), Script::default());
        let (clock, events) = (ManualClock::default(), MemoryEvents::keeping(100_000));
        let world = Self::assembled(sender, |builder| {
            change(
                builder
                    .clock(Scripted::new(clock.clone(), &aside))
                    .events(Scripted::new(events.clone(), &aside))
                    .texts(Scripted::new(vestibule::texts::BuiltInTexts::default(), &aside))
                    .spawner(Scripted::new(background.clone(), &aside)),
            )
        });
        Self { background, aside, clock, events, ..world }
    }

    fn assembled(
        sender: Option<Arc<dyn CodeSender>>,
        change: impl FnOnce(AccountServiceBuilder) -> AccountServiceBuilder,
    ) -> Self {
        let directory = MemoryDirectory::default();
        let codes = MemoryCodes::default();
        let throttle = MemoryThrottle::default();
        let outbox = MemoryOutbox::default();
        let events = MemoryEvents::default();
        let clock = ManualClock::default();
        let script = Script::default();
        let builder = AccountService::builder(
            Scripted::new(directory.clone(), &script),
            Scripted::new(codes.clone(), &script),
            Scripted::new(throttle.clone(), &script),
            sender.unwrap_or_else(|| Arc::new(Scripted::new(outbox.clone(), &script))),
            keys(),
            profile(),
        )
        .clock(clock.clone())
        .events(events.clone())
        .dangerous()
        .cheapest_hashing();
        let service = change(builder).build().unwrap();
        let (aside, background) = (Script::default(), Background::default());
        Self { service, directory, codes, throttle, outbox, events, clock, script, aside, background }
    }

    pub fn register(&self, email: &str) -> AccountId {
        self.directory.register(Registration::new(address(email))).unwrap()
    }

    pub fn register_with_phone(&self, email: &str, phone: &str) -> AccountId {
        self.directory.register(Registration::new(address(email)).contact(number(phone))).unwrap()
    }

    /// A registered person who has activated the account with [`PASSWORD`].
    pub async fn active(&self, email: &str) -> AccountId {
        let id = self.register(email);
        self.activate(&address(email).into()).await.unwrap();
        self.service.drain(Duration::from_secs(5)).await;
        id
    }

    /// The same, who did nothing in this world yet.
    pub async fn active_at_once(&self, email: &str) -> AccountId {
        let id = self.register(email);
        self.set_hash(&id, real_hash().await).await;
        id
    }

    /// Gives an account a stored hash, and activates it.
    pub async fn set_hash(&self, id: &AccountId, password: PasswordHash) {
        let account = self.directory.get(id).await.unwrap().unwrap();
        let at = self.clock.now();
        let change = CredentialChange { password, how: PasswordChange::Activated, proven: None, at };
        let set = self.directory.replace_credential(id, &account.credential_version, &change).await;
        assert!(set.unwrap().is_some());
    }

    /// Asks for an activation code and redeems what arrives.
    pub async fn activate(&self, contact: &Contact) -> Result<Redeemed, Error> {
        // A code that was asked for before is sent beside this one, and may arrive after it.
        self.settle().await;
        let request = self.service.request_activation(contact, &here()).await?;
        let code = self.code_to(contact).await;
        self.service.activate(&request.handle, &code, new(PASSWORD), &here()).await
    }

    pub async fn log_in(&self, email: &str, password: &str) -> Result<Login, Error> {
        self.service.log_in(&address(email), secret(password), &here()).await
    }

    /// Waits for the background, and gives the last code that was sent to the contact.
    pub async fn code_to(&self, contact: &Contact) -> Code {
        self.settle().await;
        let sent = self.codes_to(contact);
        sent.into_iter().next_back().expect("a code was sent")
    }

    pub fn codes_to(&self, contact: &Contact) -> Vec<Code> {
        let messages = self.outbox.messages();
        let to_contact = messages.iter().filter(|message| message.to.is_same_as(contact));
        to_contact.filter_map(Message::expose_code).map(|code| Code::parse(code).unwrap()).collect()
    }

    /// Waits until the background is idle.
    pub async fn settle(&self) {
        let began = Instant::now();
        while self.service.drain(Duration::from_secs(1)).await > 0 {
            assert!(began.elapsed() < Duration::from_secs(10), "the background comes to rest");
        }
    }

    pub fn kinds_sent(&self) -> Vec<MessageKind> {
        self.outbox.messages().iter().map(|message| message.kind).collect()
    }

    pub fn event_kinds(&self) -> Vec<EventKind> {
        self.events.events().into_iter().map(|event: Event| event.kind).collect()
    }

    pub fn saw(&self, kind: &EventKind) -> bool {
        self.event_kinds().contains(kind)
    }

    /// Goes on with a call until it has asked a store, and no further.
    pub async fn begin<T>(&self, call: impl Future<Output = T>) {
        let mut call = std::pin::pin!(call);
        self.script.clear();
        while self.script.calls().is_empty() {
            assert!(futures_lite::future::poll_once(&mut call).await.is_none(), "it ended already");
            tokio::task::yield_now().await;
        }
    }

    /// How many passwords the hash pool has worked on.
    pub fn hashed(&self) -> u64 {
        self.service.hash_pool().started
    }
}

/// A hash of [`PASSWORD`] at the cheapest cost, made once.
pub async fn real_hash() -> PasswordHash {
    static HASH: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    if HASH.get().is_none() {
        let world = World::new();
        world.active("ola@example.no").await;
        let made = world.directory.accounts()[0].password.clone().unwrap();
        let _ = HASH.set(made.expose_for_storage().to_owned());
    }
    PasswordHash::from_stored(HASH.get().unwrap().as_str())
}

/// A code of the right shape that is not the one given.
pub fn other_than(code: &Code) -> Code {
    let last = code.expose().chars().next_back().unwrap();
    let other = if last == '0' { '1' } else { '0' };
    let start = &code.expose()[..code.expose().len() - 1];
    Code::parse(&format!("{start}{other}")).unwrap()
}

pub fn any_code(request: &CodeRequest) -> Code {
    Code::parse(&"1".repeat(request.code_format.length())).unwrap()
}

pub fn address(email: &str) -> EmailAddress {
    EmailAddress::parse(email).unwrap()
}

pub fn number(phone: &str) -> PhoneNumber {
    PhoneNumber::parse(phone, CallingCode::NORWAY).unwrap()
}

pub fn email(email: &str) -> Contact {
    address(email).into()
}

pub fn phone(phone: &str) -> Contact {
    number(phone).into()
}

pub fn here() -> Origin {
    from(1)
}

/// An origin of its own for each number.
pub fn from(source: u32) -> Origin {
    Origin::from_address(IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + source)))
}

pub fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

pub fn new(password: &str) -> NewPassword {
    NewPassword::typed_twice(secret(password), secret(password)).unwrap()
}

/// What a refusal looks like from outside, to be compared.
pub fn outcome<T>(result: &Result<T, Error>) -> String {
    match result {
        Ok(_) => "ok".into(),
        Err(error) => format!("{error} / {error:?}"),
    }
}
