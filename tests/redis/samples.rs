//! Stores on a server.

use redis::Client;
use redis::aio::ConnectionManager;
use std::sync::Arc;
use vestibule::adapters::redis::{RedisCodes, RedisOptions, RedisThrottle, connection_config};
use vestibule::code::HandleDigest;
use vestibule::throttle::ThrottleKey;

use crate::servers::redis::RedisServer;

pub(crate) use crate::stores::samples::{
    armed, charges_of as charges, email, handle, in_minutes, now, pending,
};

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
