//! The portal as it is, with a directory and a service that take no time: two people, of whom one has a password.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{Method, Request};
use tower::Service;
use vestibule::account::{CredentialChange, PasswordChange, Registration};
use vestibule::adapters::memory::{ManualClock, MemoryCodes, MemoryDirectory, MemoryThrottle};
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::code::Purpose;
use vestibule::ports::UserDirectory;
use vestibule::time::OffsetDateTime;
use vestibule::{
    AccountId, AccountService, Code, CodeHandle, Contact, EmailAddress, KeyRing, NewPassword, Origin,
    PasswordHash, ServiceKey, ServiceProfile,
};

use super::answer::Answer;
use super::program::app::{App, Site};
use super::program::database::{Address, Database};
use super::program::log_ins::LogIns;
use super::program::page::Templates;
use super::program::sessions::Sessions;
use super::program::{routes, service};
use super::request::{Asked, Written, signature};

/// What every house stands on: it takes long to make, and no request changes it.
pub struct Ground {
    database: Database,
    templates: Arc<Templates>,
    /// What a directory keeps of [`PASSWORD`].
    hash: PasswordHash,
}

impl Ground {
    pub async fn prepare(folder: &Path) -> Self {
        let database = Database::open(&Address::File(folder.join("portal.db")), None).await.unwrap();
        let (directory, outbox) = (MemoryDirectory::new(), MemoryOutbox::new());
        directory.register(Registration::new(EmailAddress::parse(ANNE).unwrap())).unwrap();
        let accounts = accounts(&directory, &outbox, &ManualClock::new());
        let (handle, code) = ask(&accounts, &outbox, Purpose::Activation, ANNE).await;
        let (handle, code) = (CodeHandle::parse(&handle).unwrap(), Code::parse(&code).unwrap());
        let new = NewPassword::typed_once(PASSWORD.into()).unwrap();
        accounts.activate(&handle, &code, new, &Origin::without_address()).await.unwrap();
        let hash = directory.accounts().remove(0).password.unwrap();
        Self { database, templates: Arc::new(Templates::load().unwrap()), hash }
    }
}

/// She has a password.
pub const ANNE: &str = "anne.hansen@example.com";
/// He is registered alone.
pub const FINN: &str = "finn@post.example.com";
pub const PASSWORD: &str = "tolv grønne elger på tur";
const FORM_SECRET: &str = "8d969eef6ecad3c29a3a629280e686cf0c3f5d5a86aff3ca12020c923adc6c92";
const ANOTHER: &str = "sju blå hvaler i fjorden";
const CODES: [&str; 3] = ["{activation-code}", "{recovery-code}", "{young-code}"];
/// Old enough to be sent again.
const OLD: Duration = Duration::from_secs(60);
const TURNS: usize = 64;
const ENOUGH: usize = 1_000_000;

pub struct House {
    app: App,
    routes: Router,
    outbox: MemoryOutbox,
    clock: ManualClock,
    anne: AccountId,
    /// What stands for what: `{csrf}` and `{form}`, `{session}` and `{device}` after a log-in, `{ended}` for a session that
    /// was; and of codes on their way `{activation}`, `{recovery}` and `{young}`, with `{activation-code}` and so on.
    words: BTreeMap<&'static str, String>,
}

impl House {
    pub async fn build(ground: &Ground) -> Self {
        let database = ground.database.clone();
        let (directory, outbox) = (MemoryDirectory::new(), MemoryOutbox::new());
        let [anne, _] = [ANNE, FINN].map(|email| {
            let email = EmailAddress::parse(email).unwrap();
            directory.register(Registration::new(email).name("<b>\"Navn\"</b>")).unwrap()
        });
        let change = CredentialChange {
            password: ground.hash.clone(),
            how: PasswordChange::Activated,
            proven: None,
            at: OffsetDateTime::UNIX_EPOCH,
        };
        let version = directory.get(&anne).await.unwrap().unwrap().credential_version;
        directory.replace_credential(&anne, &version, &change).await.unwrap().unwrap();
        let clock = ManualClock::at(OffsetDateTime::now_utc() - 3 * OLD);
        let app = App {
            accounts: accounts(&directory, &outbox, &clock),
            directory: Arc::new(directory),
            sessions: Sessions::new(database.pool.clone()),
            log_ins: LogIns::new(database.pool.clone()),
            templates: Arc::clone(&ground.templates),
            database,
            site: Arc::new(Site::new(
                Some("https://min.example.no".to_owned()),
                SocketAddr::from((Ipv4Addr::LOCALHOST, 3000)),
            )),
            outbox: None,
            client_header: Some("x-real-ip".parse().unwrap()),
        };
        let words = [("{form}", FORM_SECRET.to_owned()), ("{csrf}", signature(FORM_SECRET))];
        Self { routes: routes::all(&app), app, outbox, clock, anne, words: words.into() }
    }

    /// Fills in what was written. Nothing, if it is no request that a server takes.
    pub async fn fill_in(&mut self, written: &Written<'_>) -> Option<Asked> {
        for (word, its_code, purpose, to, age) in [
            ("{activation}", CODES[0], Purpose::Activation, FINN, OLD),
            ("{recovery}", CODES[1], Purpose::Recovery, ANNE, OLD),
            ("{young}", CODES[2], Purpose::Recovery, ANNE, Duration::ZERO),
        ] {
            if written.mentions(word) && !self.words.contains_key(word) {
                let (handle, code) = ask(&self.app.accounts, &self.outbox, purpose, to).await;
                let contact = base16ct::lower::encode_string(to.as_bytes());
                self.words.insert(word, format!("{handle}~{contact}"));
                self.words.insert(its_code, code);
                self.clock.turn(age);
            }
        }
        if written.mentions("{ended}") && !self.words.contains_key("{ended}") {
            self.log_in().await;
            let ended = self.words.remove("{session}").unwrap();
            self.words.insert("{ended}", ended);
            for (current, new) in [(PASSWORD, ANOTHER), (ANOTHER, PASSWORD)] {
                let new = NewPassword::typed_once(new.into()).unwrap();
                let (accounts, origin) = (&self.app.accounts, Origin::without_address());
                accounts.change_password(&self.anne, current.into(), new, &origin).await.unwrap();
            }
        }
        if (written.mentions("{session}") || written.mentions("{device}"))
            && !self.words.contains_key("{session}")
        {
            self.log_in().await;
        }
        self.sent().await;
        written.fill_in(&self.words)
    }

    /// As a browser does it.
    async fn log_in(&mut self) {
        let form = "csrf={csrf}&email=anne.hansen@example.com&password=tolv+gr%C3%B8nne+elger+p%C3%A5+tur";
        let written = format!("POST /login\ncookie: __Host-form={{form}}\n\n{form}");
        let asked = Written::read(written.as_bytes()).unwrap().fill_in(&self.words).unwrap();
        let answer = self.answer(&asked).await;
        for (word, name) in [("{session}", "__Host-session="), ("{device}", "__Host-device=")] {
            let cookies = answer.headers.get_all(SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap());
            let value = cookies.filter_map(|cookie| cookie.strip_prefix(name)?.split(';').next()).next();
            self.words.insert(word, value.expect("the log-in sets it").to_owned());
        }
    }

    pub async fn answer(&self, asked: &Asked) -> Answer {
        let mut request = Request::new(Body::from(asked.body.clone()));
        *request.method_mut() = Method::from_bytes(asked.method.as_bytes()).unwrap();
        *request.uri_mut() = asked.uri.clone();
        *request.headers_mut() = asked.headers.clone();
        if !asked.headers.contains_key(CONTENT_TYPE) {
            let form = "application/x-www-form-urlencoded".parse().unwrap();
            request.headers_mut().insert(CONTENT_TYPE, form);
        }
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 40_000));
        request.extensions_mut().insert(ConnectInfo(peer));
        let answered = self.routes.clone().call(request).await;
        let (parts, body) = answered.unwrap().into_parts();
        let body = to_bytes(body, ENOUGH).await.unwrap();
        let body = String::from_utf8(body.to_vec()).expect("a page is UTF-8");
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Whom messages went to since the last time.
    pub async fn sent(&self) -> Vec<Contact> {
        settle(&self.app.accounts).await;
        self.outbox.take().into_iter().map(|message| message.to).collect()
    }

    /// What no page may hold.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let all = self.words.iter().filter(|(word, _)| **word != "{csrf}" && !CODES.contains(word));
        all.map(|(_, secret)| secret.as_str())
    }

    /// The codes that were sent.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        CODES.iter().filter_map(|word| self.words.get(word)).map(String::as_str)
    }
}

/// A code that is on its way, and what it is.
async fn ask(
    accounts: &AccountService,
    outbox: &MemoryOutbox,
    purpose: Purpose,
    to: &str,
) -> (String, String) {
    let (contact, origin) = (EmailAddress::parse(to).unwrap().into(), Origin::without_address());
    let request = match purpose {
        Purpose::Activation => accounts.request_activation(&contact, &origin).await,
        Purpose::Recovery => accounts.request_recovery(&contact, &origin).await,
    };
    settle(accounts).await;
    let code = outbox.last_code_to(&contact).unwrap();
    (request.unwrap().handle.expose_for_cookie(), code.expose().to_owned())
}

/// Lets the background come to its end. It is mostly there after a few turns; the wait for it is a longer one.
async fn settle(accounts: &AccountService) {
    for _ in 0..TURNS {
        tokio::task::yield_now().await;
    }
    assert_eq!(accounts.drain(Duration::from_secs(60)).await, 0, "something stays at work");
}

fn accounts(directory: &MemoryDirectory, outbox: &MemoryOutbox, clock: &ManualClock) -> AccountService {
    let keys = KeyRing::new(ServiceKey::from_bytes([1; 32]), ServiceKey::from_bytes([2; 32]));
    let profile = ServiceProfile::new(service::NAME, service::SUPPORT);
    let (codes, throttle) = (MemoryCodes::new(), MemoryThrottle::new());
    let (directory, outbox) = (directory.clone(), outbox.clone());
    let builder = AccountService::builder(directory, codes, throttle, outbox, keys, profile);
    builder.clock(clock.clone()).dangerous().cheapest_hashing().build().unwrap()
}
