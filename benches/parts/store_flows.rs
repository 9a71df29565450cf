//! Each flow on stores, for many people: what is measured with statements beside it, and with many rows.

use std::time::{Duration, Instant};

use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::hasher::Argon2Cost;
use vestibule::ports::{CodeStore, ThrottleStore, UserDirectory};
use vestibule::{
    AccountService, Code, CodeHandle, Contact, EmailAddress, KeyRing, Login, NewPassword, ServiceKey,
    ServiceProfile,
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
pub fn service(directory: impl UserDirectory, codes: impl CodeStore, throttle: impl ThrottleStore) -> World {
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

/// A service and its outbox.
pub type World = (AccountService, MemoryOutbox);

/// People at one service, and how long each flow took them.
pub struct Crowd<'a> {
    world: &'a World,
    people: &'a [u64],
    requests: Vec<(CodeHandle, Code)>,
    log_ins: Vec<Login>,
    pub times: Vec<(Flow, Vec<Duration>)>,
}

/// Lets each person of each crowd go through all flows, one flow after the other, the crowds in turn: what the machine
/// does beside it falls on all alike. Calls `before` before each call. The background has ended before the next call begins.
/// The crowds are of one size.
pub async fn time_in_turns(crowds: &mut [Crowd<'_>], mut before: impl AsyncFnMut(Flow, u64)) {
    let each = crowds.iter().map(|crowd| crowd.people.len()).min().unwrap_or_default();
    for flow in Flow::ALL {
        for turn in 0..each {
            for crowd in &mut *crowds {
                before(flow, crowd.people[turn]).await;
                crowd.time(flow, turn).await;
            }
        }
    }
}

impl<'a> Crowd<'a> {
    pub fn new(world: &'a World, people: &'a [u64]) -> Self {
        let times = Flow::ALL.map(|flow| (flow, Vec::new())).into();
        Self { world, people, requests: Vec::new(), log_ins: Vec::new(), times }
    }

    /// Lets one person go through one flow.
    async fn time(&mut self, flow: Flow, turn: usize) {
        let Self { world: (accounts, outbox), people, requests, log_ins, times } = self;
        let person = people[turn];
        // Everybody asks from elsewhere, so that no limit is met.
        let (contact, origin) = (address(person), home(person as usize));
        let Contact::Email(email) = &contact else { return };
        macro_rules! timed {
            ($call:expr) => {{
                let began = Instant::now();
                let outcome = $call.await;
                times[flow as usize].1.push(began.elapsed());
                outcome
            }};
        }
        match flow {
            Flow::Request => {
                let request = timed!(accounts.request_recovery(&contact, &origin)).unwrap();
                assert_eq!(accounts.drain(PATIENCE).await, 0);
                requests.push((request.handle, outbox.last_code_to(&contact).unwrap()));
            }
            Flow::WrongCode => {
                let (handle, code) = &requests[turn];
                let wrong = other_than(code);
                timed!(accounts.recover(handle, &wrong, new(PASSWORD), &origin)).unwrap_err();
            }
            Flow::Redeem => {
                let (handle, code) = &requests[turn];
                timed!(accounts.recover(handle, code, new(PASSWORD), &origin)).unwrap();
            }
            Flow::LogIn => {
                log_ins.push(timed!(accounts.log_in(email, PASSWORD.into(), &origin)).unwrap());
            }
            Flow::KnownBrowser => {
                let origin = origin.with_device(log_ins[turn].device.clone().unwrap());
                timed!(accounts.log_in(email, PASSWORD.into(), &origin)).unwrap();
            }
            Flow::WrongPassword => {
                timed!(accounts.log_in(email, ANOTHER.into(), &origin)).unwrap_err();
            }
            Flow::IsCurrent => {
                let Login { account_id, credential_version, .. } = &log_ins[turn];
                assert!(timed!(accounts.is_current(account_id, credential_version)).unwrap());
            }
            Flow::ChangePassword => {
                let id = &log_ins[turn].account_id;
                timed!(accounts.change_password(id, PASSWORD.into(), new(ANOTHER), &origin)).unwrap();
            }
        }
        assert_eq!(accounts.drain(PATIENCE).await, 0);
    }
}

/// How long the background may take.
const PATIENCE: Duration = Duration::from_secs(60);

fn new(text: &str) -> NewPassword {
    NewPassword::typed_once(text.into()).unwrap()
}

/// A code that is as well made, and not the right one.
fn other_than(code: &Code) -> Code {
    let digits: String = code.expose().chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect();
    Code::parse(&digits).unwrap()
}
