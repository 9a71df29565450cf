//! A service on memory ports, with Kari registered.

use std::time::Duration;

use vestibule::account::Registration;
use vestibule::adapters::memory::{MemoryCodes, MemoryDirectory, MemoryThrottle};
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::ports::{EventSink, NoEvents, UserDirectory};
use vestibule::{AccountService, EmailAddress, KeyRing, NewPassword, Origin, ServiceKey, ServiceProfile};

pub const KARI: &str = "kari@example.no";
pub const PASSWORD: &str = "tolv grønne elger på tur";
pub const ANOTHER: &str = "sju blå hvaler i fjorden";

pub struct Accounts {
    pub service: AccountService,
    pub directory: MemoryDirectory,
    pub outbox: MemoryOutbox,
}

/// A service on any directory.
pub fn service_on(
    directory: impl UserDirectory,
    outbox: &MemoryOutbox,
    events: impl EventSink,
) -> AccountService {
    let keys = KeyRing::new(ServiceKey::generate().unwrap(), ServiceKey::generate().unwrap());
    let profile = ServiceProfile::new("Eksempelforbundet", "medlem@example.no");
    let (codes, throttle) = (MemoryCodes::new(), MemoryThrottle::new());
    let builder = AccountService::builder(directory, codes, throttle, outbox.clone(), keys, profile);
    builder.events(events).dangerous().cheapest_hashing().build().unwrap()
}

impl Accounts {
    pub fn new() -> Self {
        Self::telling(NoEvents::default())
    }

    pub fn telling(events: impl EventSink) -> Self {
        let (directory, outbox) = (MemoryDirectory::new(), MemoryOutbox::new());
        directory.register(Registration::new(kari())).unwrap();
        let service = service_on(directory.clone(), &outbox, events);
        Self { service, directory, outbox }
    }

    /// The code that Kari was sent last.
    pub async fn code(&self) -> String {
        self.service.drain(Duration::from_secs(30)).await;
        self.outbox.last_code_to(&kari().into()).unwrap().expose().to_owned()
    }

    /// Kari's account, activated by other means than the pages.
    pub async fn activated(self) -> Self {
        let origin = Origin::without_address();
        let request = self.service.request_activation(&kari().into(), &origin).await.unwrap();
        let code = vestibule::Code::parse(&self.code().await).unwrap();
        let password = NewPassword::typed_once(PASSWORD.into()).unwrap();
        self.service.activate(&request.handle, &code, password, &origin).await.unwrap();
        self
    }

    /// Kari changes her password in another browser.
    pub async fn change_password_elsewhere(&self) {
        let origin = Origin::without_address();
        let login = self.service.log_in(&kari(), PASSWORD.into(), &origin).await.unwrap();
        let new = NewPassword::typed_once(ANOTHER.into()).unwrap();
        self.service.change_password(&login.account_id, PASSWORD.into(), new, &origin).await.unwrap();
    }
}

pub fn kari() -> EmailAddress {
    EmailAddress::parse(KARI).unwrap()
}
