//! Stores on a server, and what is stored in them.

use std::sync::Arc;
use std::time::Duration;

use redis::Client;
use redis::aio::ConnectionManager;
use vestibule::adapters::redis::{RedisCodes, RedisOptions, RedisThrottle, connection_config};
use vestibule::code::{CodeFormat, CodeMac, HandleDigest, Purpose};
use vestibule::ports::{ArmedCode, CodeTarget, PendingCode};
use vestibule::throttle::{Charge, Schedule, ThrottleKey};
use vestibule::time::OffsetDateTime;
use vestibule::{AccountId, Contact, CredentialVersion, EmailAddress, Locale};

use crate::servers::redis::RedisServer;

pub(crate) async fn connect(server: &RedisServer) -> ConnectionManager {
    let client = Client::open(server.url()).unwrap();
    ConnectionManager::new_with_config(client, connection_config()).await.unwrap()
}

pub(crate) fn options(prefix: &str) -> RedisOptions {
    RedisOptions::new().prefix(prefix)
}

/// A code store under a prefix of its own.
pub(crate) async fn codes(server: Arc<RedisServer>) -> RedisCodes {
    let options = options(&server.fresh_prefix());
    RedisCodes::open_with(connect(&server).await, &options).await.unwrap()
}

/// A throttle store under a prefix of its own.
pub(crate) async fn throttle(server: Arc<RedisServer>) -> RedisThrottle {
    let options = options(&server.fresh_prefix());
    RedisThrottle::open_with(connect(&server).await, &options).await.unwrap()
}

/// The key of a throttle in Redis.
pub(crate) fn throttle_key(prefix: &str, key: &ThrottleKey) -> String {
    format!("{{{prefix}throttle}}:{}", hexadecimal(key.as_bytes()))
}

/// The key of a row of codes in Redis.
pub(crate) fn code_key(prefix: &str, handle: &HandleDigest) -> String {
    format!("{prefix}code:{}", hexadecimal(handle.as_bytes()))
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()
}

pub(crate) fn in_minutes(minutes: u64) -> OffsetDateTime {
    now() + Duration::from_secs(60 * minutes)
}

pub(crate) fn email(address: &str) -> Contact {
    EmailAddress::parse(address).unwrap().into()
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

/// One event on each of some keys, of which so many may happen in a minute.
pub(crate) fn charges(limit: u32, keys: impl IntoIterator<Item = u8>) -> Vec<Charge> {
    let schedule = Schedule::window(limit, Duration::from_secs(60)).unwrap();
    keys.into_iter().map(|key| Charge { key: ThrottleKey::from_bytes([key; 32]), schedule }).collect()
}
