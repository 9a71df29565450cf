//! Activation by one-time code, log-in and password recovery for accounts that are *registered before they are used*.
//!
//! A union, an employer, a clinic or a school knows its people, with an e-mail address and a mobile number, before
//! they have an account. Such a person *activates* the account with a one-time code sent to one of those, chooses a
//! password, and from then on logs in with e-mail address and password, and recovers a forgotten password the same
//! way. This crate does that, for any storage, transport and runtime. What it promises:
//!
//! - **Nobody can tell who is registered**: not by an answer, not by its time, not by a limit. A request for a code is
//!   answered *before* the directory is asked.
//! - **Nothing can be guessed**: every guess is counted before it is judged, in one atomic step of the store.
//! - **Nothing can be replayed**: a code works once, for one purpose, with the handle it was issued for, as long as the
//!   account is what it was.
//! - **Nobody is locked out by a stranger**: a browser that has logged in before has waits of its own.
//! - **Hashing holds up nothing**: Argon2id on threads of its own, in constant memory, refused at once when too much is
//!   asked.
//!
//! # Example
//!
//! ```
//! use std::time::Duration;
//! use vestibule::account::Registration;
//! use vestibule::adapters::memory::{MemoryCodes, MemoryDirectory, MemoryThrottle};
//! use vestibule::adapters::outbox::MemoryOutbox;
//! use vestibule::{
//!     AccountService, Contact, EmailAddress, KeyRing, NewPassword, Origin, ServiceKey, ServiceProfile,
//! };
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (directory, outbox) = (MemoryDirectory::new(), MemoryOutbox::new());
//! let keys = KeyRing::new(ServiceKey::generate()?, ServiceKey::generate()?);
//! let profile = ServiceProfile::new("Eksempelforbundet", "medlem@example.no, 22 00 00 00");
//! let accounts = AccountService::builder(
//!     directory.clone(), MemoryCodes::new(), MemoryThrottle::new(), outbox.clone(), keys, profile,
//! )
//! .build()?;
//!
//! // The organisation knows Kari.
//! let kari = EmailAddress::parse("kari@example.no")?;
//! directory.register(Registration::new(kari.clone()))?;
//!
//! // Kari asks for a code. Whoever asks, and for whom, gets the same answer.
//! let contact = Contact::from(kari.clone());
//! let origin = Origin::from_address([127, 0, 0, 1].into());
//! let request = accounts.request_activation(&contact, &origin).await?;
//!
//! // The code arrives, and she chooses a password.
//! accounts.drain(Duration::from_secs(5)).await;
//! let code = outbox.last_code_to(&contact).ok_or("no code was sent")?;
//! let chosen = "three blue herons at dusk";
//! let password = NewPassword::typed_twice(chosen.into(), chosen.into())?;
//! accounts.activate(&request.handle, &code, password, &origin).await?;
//!
//! // From now on she logs in.
//! let login = accounts.log_in(&kari, chosen.into(), &origin).await?;
//! assert!(accounts.is_current(&login.account_id, &login.credential_version).await?);
//! # Ok(())
//! # }
//! ```
//!
//! # Where to go on
//!
//! [`AccountService`] has a table of all flows. An application brings four [ports]: its own table of people
//! ([`UserDirectory`](ports::UserDirectory)), and, ready-made in [`adapters`], a code store, a throttle store and a
//! sender. The [`guide`] says how it is built, in words and in [pictures](guide::pictures), what it withstands, why each
//! default is what it is, how it is run, and what [else](guide::comparison) there is.
//!
//! # Features
//!
//! | feature | default | gives |
//! |---|---|---|
//! | `idn` | yes | e-mail addresses with an internationalised domain (`blåbær.no`); without it they are refused, and the core needs 26 crates fewer |
//! | `tokio` | yes | the background runs on the tokio runtime that is current when the service is built |
//! | `sqlite` | | user directory, codes and throttle on SQLite (`adapters::sqlite`) |
//! | `postgres` | | the same on PostgreSQL, for several machines (`adapters::postgres`) |
//! | `redis` | | codes and throttle on Redis or Valkey (`adapters::redis`) |
//! | `smtp` | | a sender by e-mail (`adapters::smtp`) |
//! | `sms-gateway` | | a sender by SMS, through the HTTP gateways people use (`adapters::sms_gateway`) |
//! | `message-queue` | | a stored queue of messages, sealed, on SQLite and PostgreSQL: what was accepted outlives a crash |
//! | `outbox` | | a sender for development that writes a file of JSON lines (`adapters::outbox`) |
//! | `tracing` | | an event sink (`adapters::tracing`) |
//! | `legacy-hashes` | | bcrypt, scrypt and PBKDF2 hashes are verified, and replaced at the next log-in |
//! | `contract` | | what every implementation of a port must pass (`contract`) |
//! | `argon2-simd` | | a faster Argon2 of a young crate without an audit, by choice (`hasher::SimdArgon2`) |
//! | `full` | | all of them but `argon2-simd` |
//!
//! # What it is made of
//!
//! Rust 1.94 or later; a later one is asked for by a minor version, and the changelog says so. A type of another crate is
//! public only where it has to be: `secrecy` and `time`, which are exported from here, `zeroize`, and the traits of
//! `serde` on what may be kept as text. A driver's type is public only where its pool, client or handle is handed to an
//! adapter.
//!
//! # What it is not
//!
//! It makes no sessions: it gives the application what sessions need. There is no OAuth, no JWT, no registration by
//! strangers, no second factor, no link that logs in, and no operator who chooses somebody's password. By itself it
//! reaches the first assurance level of NIST SP 800-63B-4.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod service;

pub mod account;
pub mod code;
pub mod contact;
pub mod device;
pub mod error;
pub mod event;
pub mod hasher;
pub mod key;
pub mod locale;
pub mod message;
pub mod origin;
pub mod password;
pub mod profile;
pub mod settings;
pub mod texts;
pub mod throttle;

pub mod adapters;
#[cfg(feature = "contract")]
pub mod contract;
pub mod ports;

pub mod guide;

mod context;
mod delivery;
mod limits;
mod random;
mod typed;

pub use async_trait::async_trait;
pub use {secrecy, time};

pub use crate::account::{Account, AccountId, AccountState, CredentialVersion};
pub use crate::code::{Code, CodeHandle};
pub use crate::contact::{CallingCode, Contact, EmailAddress, PhoneNumber};
pub use crate::device::DeviceToken;
pub use crate::error::{BackendError, Error};
pub use crate::hasher::PasswordHash;
pub use crate::key::{KeyRing, ServiceKey};
pub use crate::locale::Locale;
pub use crate::origin::Origin;
pub use crate::password::{NewPassword, PasswordPolicy};
pub use crate::profile::ServiceProfile;
pub use crate::service::{AccountService, CodeRequest, Login, PasswordChanged, Redeemed};
pub use crate::settings::Settings;
