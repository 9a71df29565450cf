//! What tests keep in a store: one person, her codes, some counts.

use std::time::Duration;

use vestibule::account::{CredentialChange, PasswordChange, Registration};
use vestibule::code::{CodeFormat, CodeMac, HandleDigest, Purpose};
use vestibule::ports::{ArmedCode, CodeTarget, PendingCode};
use vestibule::throttle::{Charge, Schedule, ThrottleKey};
use vestibule::time::OffsetDateTime;
use vestibule::{AccountId, Contact, CredentialVersion, EmailAddress, Locale, PasswordHash};

pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()
}

pub(crate) fn in_minutes(minutes: u64) -> OffsetDateTime {
    now() + Duration::from_secs(60 * minutes)
}

pub(crate) fn email(address: &str) -> Contact {
    EmailAddress::parse(address).unwrap().into()
}

pub(crate) fn ola() -> Registration {
    Registration::new(email("ola@example.no")).name("Ola Nordmann").locale(Locale::NORWEGIAN)
}

pub(crate) fn change(hash: &str) -> CredentialChange {
    CredentialChange {
        password: PasswordHash::from_stored(hash),
        how: PasswordChange::Activated,
        proven: Some(email("ola@example.no")),
        at: now(),
    }
}

pub(crate) fn handle(number: u8) -> HandleDigest {
    HandleDigest::from_bytes([number; 32])
}

pub(crate) fn pending(number: u8) -> PendingCode {
    PendingCode {
        handle: handle(number),
        purpose: Purpose::Activation,
        contact: email("ola@example.no"),
        locale: Some(Locale::NORWEGIAN),
        format: CodeFormat::EIGHT_DIGITS,
        created_at: now(),
        resend_at: in_minutes(1),
        reissue_until: in_minutes(8),
        expires_at: in_minutes(10),
        max_attempts: 10,
        max_issues: 3,
    }
}

pub(crate) fn armed() -> ArmedCode {
    let target = CodeTarget {
        account: AccountId::new("7"),
        destination: email("ola@example.no"),
        credential_version: CredentialVersion::from_stored("1"),
    };
    ArmedCode { target, mac: CodeMac::from_bytes(&[5; CodeMac::LENGTH]) }
}

/// One event on each of some keys, of which 10 may happen in a minute.
pub(crate) fn charges(keys: impl IntoIterator<Item = u8>) -> Vec<Charge> {
    charges_of(10, keys)
}

/// One event on each of some keys, of which so many may happen in a minute.
pub(crate) fn charges_of(limit: u32, keys: impl IntoIterator<Item = u8>) -> Vec<Charge> {
    let schedule = Schedule::window(limit, Duration::from_secs(60)).unwrap();
    keys.into_iter().map(|key| Charge { key: ThrottleKey::from_bytes([key; 32]), schedule }).collect()
}
