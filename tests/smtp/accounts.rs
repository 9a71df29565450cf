//! A service on memory ports that sends by a real sender.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

use std::time::{Duration, Instant};

use vestibule::account::Registration;
use vestibule::adapters::memory::{ManualClock, MemoryCodes, MemoryDirectory, MemoryEvents, MemoryThrottle};
use vestibule::error::BackendErrorKind;
use vestibule::event::{EventKind, LossReason};
use vestibule::ports::{CodeSender, Texts};
use vestibule::texts::BuiltInTexts;
use vestibule::{
    AccountService, CallingCode, CodeRequest, Contact, EmailAddress, KeyRing, Origin, PhoneNumber,
    ServiceKey, ServiceProfile, Settings,
};

pub struct Accounts {
    pub service: AccountService,
    pub directory: MemoryDirectory,
    pub events: MemoryEvents,
}

impl Accounts {
    pub fn sending_by(sender: impl CodeSender) -> Self {
        Self::with(sender, BuiltInTexts::default(), |_| {})
    }

    pub fn with(sender: impl CodeSender, texts: impl Texts, change: impl FnOnce(&mut Settings)) -> Self {
        let directory = MemoryDirectory::default();
        let events = MemoryEvents::keeping(100_000);
        let mut settings = Settings::default();
        change(&mut settings);
        let service = AccountService::builder(
            directory.clone(),
            MemoryCodes::default(),
            MemoryThrottle::default(),
            sender,
            KeyRing::new(ServiceKey::from_bytes([1; 32]), ServiceKey::from_bytes([2; 32])),
            profile(),
        )
        .clock(ManualClock::default())
        .events(events.clone())
        .texts(texts)
        .settings(settings)
        .dangerous()
        .cheapest_hashing()
        .build()
        .unwrap();
        Self { service, directory, events }
    }

    /// Asks for a code for somebody who is registered and for somebody who is not, and sees that neither the answers nor
    /// their time differ; then waits for what is left to be done.
    pub async fn ask(&self, known: &Contact, unknown: &Contact) {
        self.directory.register(registration(known)).unwrap();
        let (known, unknown) = (self.request(known).await, self.request(unknown).await);
        let shape = |request: &CodeRequest| {
            (request.expires_at, request.resend_at, format!("{:?}", request.code_format))
        };
        assert_eq!(shape(&known), shape(&unknown));
        assert_eq!(self.service.drain(Duration::from_secs(20)).await, 0);
    }

    async fn request(&self, contact: &Contact) -> CodeRequest {
        let began = Instant::now();
        let request = self.service.request_activation(contact, &here()).await.unwrap();
        assert!(began.elapsed() < Duration::from_millis(500), "the answer waited for a sender");
        request
    }

    /// What the operator was told about sending: failures, what was sent and what was lost.
    pub fn told(&self) -> Vec<Told> {
        let told = self.events.events().into_iter().filter_map(|event| match event.kind {
            EventKind::PortFailed { operation: "code_sender.send", failure } => Some(Told::Failed(failure)),
            EventKind::MessageSent { .. } => Some(Told::Sent),
            EventKind::MessageLost { reason, .. } => Some(Told::Lost(reason)),
            _ => None,
        });
        told.collect()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Sent,
    Failed(BackendErrorKind),
    Lost(LossReason),
}

pub fn profile() -> ServiceProfile {
    ServiceProfile::new("Gulrøttenes forbund", "medlem@example.no, 22 00 00 00").sms_host("min.example.no")
}

pub fn registration(contact: &Contact) -> Registration {
    match contact {
        Contact::Email(address) => Registration::new(address.clone()),
        Contact::Phone(number) => {
            let digits = number.as_str().trim_start_matches('+');
            Registration::new(address(&format!("p{digits}@example.no"))).contact(number.clone())
        }
    }
}

pub fn address(address: &str) -> EmailAddress {
    EmailAddress::parse(address).unwrap()
}

pub fn email(text: &str) -> Contact {
    address(text).into()
}

pub fn phone(number: &str) -> Contact {
    PhoneNumber::parse(number, CallingCode::NORWAY).unwrap().into()
}

pub fn here() -> Origin {
    Origin::from_address([10, 0, 0, 1].into())
}
