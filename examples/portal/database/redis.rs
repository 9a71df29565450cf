//! Redis or Valkey: codes and counts, beside either database.

use std::fmt;
use std::time::Duration;

use redis::Client;
use redis::aio::ConnectionManager;
use vestibule::adapters::redis::{RedisCodes, RedisThrottle, connection_config};

#[derive(Clone)]
pub struct Redis {
    pub codes: RedisCodes,
    pub throttle: RedisThrottle,
    connection: ConnectionManager,
}

impl Redis {
    pub async fn open(client: &Client) -> Result<Self, String> {
        let unusable = |reason: String| format!("The Redis that REDIS_URL names cannot be used: {reason}.");
        let connection = ConnectionManager::new_with_config(client.clone(), connection_config()).await;
        let connection = connection
            .map_err(|error| unusable(format!("{error}. Check that it runs, and what it asks for")))?;
        let codes = RedisCodes::open(connection.clone()).await;
        let throttle = RedisThrottle::open(connection.clone()).await;
        Ok(Self {
            codes: codes.map_err(|error| unusable(error.to_string()))?,
            throttle: throttle.map_err(|error| unusable(error.to_string()))?,
            connection,
        })
    }

    pub async fn answers(&self) -> bool {
        let (ping, mut connection) = (redis::cmd("PING"), self.connection.clone());
        let asked = ping.query_async::<String>(&mut connection);
        matches!(tokio::time::timeout(Duration::from_secs(2), asked).await, Ok(Ok(_)))
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Redis").finish_non_exhaustive()
    }
}
