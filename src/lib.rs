//! An authentication library for accounts that are registered before they are used.

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

mod context;
mod delivery;
mod limits;
mod random;
mod typed;

pub use async_trait::async_trait;
pub use secrecy;
pub use time;

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
