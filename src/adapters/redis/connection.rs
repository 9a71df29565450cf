//! Asking a server, within a bounded time.

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Cmd, ErrorKind, FromRedisValue, Pipeline, RedisResult, ServerErrorKind};

use crate::error::{BackendError, BackendErrorKind};

use super::failure::failed;
use super::options::{Check, RedisOptions};
use super::script::Script;
use super::server;

/// What this library recommends for a connection.
///
/// - 2 s for a server's answer, and 2 s for a connection. The driver's half second for an answer is short for a
///   server that is writing a snapshot.
/// - Two more tries to connect, 100 ms and then 200 ms apart: a server that is down is reported within a second, and
///   each operation after that tries anew.
#[must_use]
pub fn connection_config() -> ConnectionManagerConfig {
    let (answer, connection) = (Duration::from_secs(2), Duration::from_secs(2));
    ConnectionManagerConfig::new()
        .set_response_timeout(Some(answer))
        .set_connection_timeout(Some(connection))
        .set_number_of_retries(2)
        .set_min_delay(Duration::from_millis(100))
        .set_max_delay(Duration::from_millis(500))
}

/// A connection that all clones share, and how long it may take to answer.
#[derive(Clone)]
pub(super) struct Connection {
    manager: ConnectionManager,
    answer_within: Duration,
}

impl Connection {
    /// Makes one to a server that may be used.
    pub(super) async fn open(
        manager: ConnectionManager,
        options: &RedisOptions,
    ) -> Result<Self, BackendError> {
        options.checked()?;
        let connection = Self { manager, answer_within: options.answer_within };
        if options.check == Check::Nothing {
            return Ok(connection);
        }
        let told: String = connection.ask(&redis::cmd("INFO")).await?;
        server::refusal(&told).map_or(Ok(connection), Err)
    }

    pub(super) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, BackendError> {
        let mut manager = self.manager.clone();
        self.in_time(command.query_async(&mut manager)).await
    }

    pub(super) async fn ask_all<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, BackendError> {
        let mut manager = self.manager.clone();
        self.in_time(commands.query_async(&mut manager)).await
    }

    /// Runs a script: one round trip, and another where the server does not know it (yet, or any more).
    pub(super) async fn run<T: FromRedisValue>(
        &self,
        script: &Script,
        keys: &[Vec<u8>],
        arguments: &[Vec<u8>],
    ) -> Result<T, BackendError> {
        let mut manager = self.manager.clone();
        self.in_time(async move {
            match script.by_digest(keys, arguments).query_async(&mut manager).await {
                // Sent in full, it cannot be unknown: a flush between loading and running does no harm. Nothing was done
                // before, so nothing is done twice.
                Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                    script.in_full(keys, arguments).query_async(&mut manager).await
                }
                answered => answered,
            }
        })
        .await
    }

    async fn in_time<T>(&self, answer: impl Future<Output = RedisResult<T>>) -> Result<T, BackendError> {
        match tokio::time::timeout(self.answer_within, answer).await {
            Ok(answered) => answered.map_err(|error| failed(&error)),
            Err(_) => Err(BackendError::new(
                BackendErrorKind::TimedOut,
                "Redis did not answer in time: check that it runs and is not overloaded",
            )),
        }
    }
}
