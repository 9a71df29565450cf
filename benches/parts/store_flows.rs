//! Each flow on stores, for many people: what is measured with statements beside it, and with many rows.

use std::time::{Duration, Instant};

use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::hasher::Argon2Cost;
use vestibule::ports::{CodeStore, ThrottleStore, UserDirectory};
use vestibule::{
    AccountService, Code, Contact, EmailAddress, KeyRing, NewPassword, ServiceKey, ServiceProfile,
};

use super::{PASSWORD, home, stored_hash};

const ANOTHER: &str = "sju blå hvaler i fjorden";

/// What a person does, in this order.
#[derive(Clone, Copy)]
pub enum Flow {
    Request,
    WrongCode,
    Redeem,
    LogIn,
    KnownBrowser,
    WrongPassword,
    IsCurrent,
    ChangePassword,
}

impl Flow {
    pub const ALL: [Self; 8] = [
        Self::Request,
        Self::WrongCode,
        Self::Redeem,
        Self::LogIn,
        Self::KnownBrowser,
        Self::WrongPassword,
        Self::IsCurrent,
        Self::ChangePassword,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "request a code",
            Self::WrongCode => "a wrong code",
            Self::Redeem => "redeem a code",
            Self::LogIn => "log in",
            Self::KnownBrowser => "log in, known browser",
            Self::WrongPassword => "a wrong password",
            Self::IsCurrent => "is a session current",
            Self::ChangePassword => "change the password",
        }
    }

    /// How many hashes are made, and how often the rules for passwords are asked.
    pub const fn hashes_and_rules(self) -> (u32, u32) {
        match self {
            Self::Request | Self::IsCurrent => (0, 0),
            Self::WrongCode => (0, 1),
            Self::Redeem => (1, 1),
            Self::LogIn | Self::KnownBrowser | Self::WrongPassword => (1, 0),
            Self::ChangePassword => (2, 1),
        }
    }
}

/// The id of the nth account: they look random in their order.
pub fn account_id(number: u64) -> String {
    format!("{:010}{number:022}", number * 2_654_435_761 % 4_294_967_296)
}

/// The address of the nth account.
pub fn address(number: u64) -> Contact {
    EmailAddress::parse(&format!("{number}@example.no")).unwrap().into()
}

/// What all accounts have stored, of the cheapest cost.
pub fn stored_password() -> String {
    stored_hash(Argon2Cost::dangerous_cheapest())
}

/// A service with the cheapest hashes, and its outbox.
pub fn service(
    directory: impl UserDirectory,
    codes: impl CodeStore,
    throttle: impl ThrottleStore,
) -> (AccountService, MemoryOutbox) {
    let outbox = MemoryOutbox::keeping(64);
    let keys = KeyRing::new(ServiceKey::generate().unwrap(), ServiceKey::generate().unwrap());
    let profile = ServiceProfile::new("Eksempelforbundet", "medlem@example.no, 22 00 00 00");
    let accounts = AccountService::builder(directory, codes, throttle, outbox.clone(), keys, profile)
        .dangerous()
        .cheapest_hashing()
        .build()
        .unwrap();
    (accounts, outbox)
}

/// Lets each person go through all flows, one flow after the other, and calls `before` before each call. Returns how long
/// the calls took, by flow. The background has ended before the next call begins.
pub async fn time_each(
    (accounts, outbox): &(AccountService, MemoryOutbox),
    people: &[u64],
    mut before: impl AsyncFnMut(Flow, u64),
) -> Vec<(Flow, Vec<Duration>)> {
    let mut results: Vec<_> = Flow::ALL.map(|flow| (flow, Vec::new())).into();
    macro_rules! timed {
        ($flow:expr, $person:expr, $call:expr) => {{
            before($flow, $person).await;
            let began = Instant::now();
            let outcome = $call.await;
            results[$flow as usize].1.push(began.elapsed());
            assert_eq!(accounts.drain(Duration::from_secs(60)).await, 0);
            outcome
        }};
    }
    // Everybody asks from elsewhere, so that no limit is met.
    let origin = |person: u64| home(person as usize);
    let (mut requests, mut log_ins) = (Vec::new(), Vec::new());
    for person in people {
        let contact = address(*person);
        let request =
            timed!(Flow::Request, *person, accounts.request_recovery(&contact, &origin(*person))).unwrap();
        requests.push((*person, request.handle, outbox.last_code_to(&contact).unwrap()));
    }
    for (person, handle, code) in &requests {
        let (wrong, origin) = (other_than(code), origin(*person));
        let refused = accounts.recover(handle, &wrong, new(PASSWORD), &origin);
        timed!(Flow::WrongCode, *person, refused).unwrap_err();
    }
    for (person, handle, code) in &requests {
        let origin = origin(*person);
        let redeemed = accounts.recover(handle, code, new(PASSWORD), &origin);
        timed!(Flow::Redeem, *person, redeemed).unwrap();
    }
    for person in people {
        let (Contact::Email(email), origin) = (address(*person), origin(*person)) else { return results };
        log_ins
            .push(timed!(Flow::LogIn, *person, accounts.log_in(&email, PASSWORD.into(), &origin)).unwrap());
    }
    for (person, log_in) in people.iter().zip(&log_ins) {
        let origin = origin(*person).with_device(log_in.device.clone().unwrap());
        let Contact::Email(email) = address(*person) else { return results };
        timed!(Flow::KnownBrowser, *person, accounts.log_in(&email, PASSWORD.into(), &origin)).unwrap();
    }
    for person in people {
        let (Contact::Email(email), origin) = (address(*person), origin(*person)) else { return results };
        timed!(Flow::WrongPassword, *person, accounts.log_in(&email, ANOTHER.into(), &origin)).unwrap_err();
    }
    for (person, log_in) in people.iter().zip(&log_ins) {
        let current = accounts.is_current(&log_in.account_id, &log_in.credential_version);
        assert!(timed!(Flow::IsCurrent, *person, current).unwrap());
    }
    for (person, log_in) in people.iter().zip(&log_ins) {
        let origin = origin(*person);
        let change = accounts.change_password(&log_in.account_id, PASSWORD.into(), new(ANOTHER), &origin);
        timed!(Flow::ChangePassword, *person, change).unwrap();
    }
    results
}

fn new(text: &str) -> NewPassword {
    NewPassword::typed_once(text.into()).unwrap()
}

/// A code that is as well made, and not the right one.
fn other_than(code: &Code) -> Code {
    let digits: String = code.expose().chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect();
    Code::parse(&digits).unwrap()
}
