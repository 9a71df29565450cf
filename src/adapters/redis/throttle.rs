//! The throttle store.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use redis::aio::ConnectionManager;
use redis::{Cmd, FromRedisValue, Value};
use time::OffsetDateTime;

use crate::error::{BackendError, BackendErrorKind};
use crate::ports::ThrottleStore;
use crate::throttle::{Charge, Schedule, Terms, ThrottleKey, Ticket, TicketEntry, Verdict};

use super::connection::Connection;
use super::failure::failed;
use super::moment::{milliseconds, moment};
use super::options::RedisOptions;
use super::scan::Scan;
use super::script::{self, number};

/// How much longer than it says anything a log is kept, in milliseconds: so that a caller whose clock was ahead, or is
/// behind, by less than that finds what the arithmetic of waiting would read.
const KEPT_AFTER_USE: i64 = 60 * 60 * 1_000;

/// Keeps throttles in Redis or Valkey, one string a key.
///
/// | operation | round trips |
/// |---|---|
/// | `charge`, `refund` | 1; 2 the first time after the server lost its scripts |
/// | `lift` | 1 |
/// | `purge` | 1 for each 1,000 keys of the server, and 1 for each such page that holds throttles |
///
/// Logs go by themselves an hour after they say nothing any more, so nothing need ever be purged. `purge` walks over
/// every key that the server has, in steps of a few milliseconds; in a cluster, over those of the node that is connected.
///
/// The arithmetic of waiting is [`settle`](crate::throttle::settle) once more, in Lua, so that a batch is decided where
/// it is counted: however many callers there are, none has to try again.
#[derive(Clone)]
pub struct RedisThrottle {
    connection: Connection,
    prefix: String,
}

impl RedisThrottle {
    /// Makes one on a server that may be used, with the default options.
    ///
    /// # Errors
    ///
    /// - `Misconfigured`, where the server is older than version 7, is a replica, may evict keys, or does not tell.
    /// - `Unavailable`, `TimedOut` and `Busy`, where it cannot be asked now.
    pub async fn open(connection: ConnectionManager) -> Result<Self, BackendError> {
        Self::open_with(connection, &RedisOptions::new()).await
    }

    /// The same, with options.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and `Misconfigured` for a prefix that cannot be used.
    pub async fn open_with(
        connection: ConnectionManager,
        options: &RedisOptions,
    ) -> Result<Self, BackendError> {
        let connection = Connection::open(connection, options).await?;
        // The braces are a hash tag: in a cluster, what may come in one batch must be on one node.
        Ok(Self { connection, prefix: format!("{{{}throttle}}:", options.prefix) })
    }

    fn key(&self, key: &ThrottleKey) -> Vec<u8> {
        format!("{}{}", self.prefix, base16ct::lower::encode_string(key.as_bytes())).into_bytes()
    }
}

impl fmt::Debug for RedisThrottle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisThrottle").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

#[async_trait]
impl ThrottleStore for RedisThrottle {
    async fn charge(&self, charges: &[Charge], now: OffsetDateTime) -> Result<Verdict, BackendError> {
        if charges.is_empty() {
            return Ok(Verdict::Allowed(Ticket::default()));
        }
        let keys: Vec<_> = charges.iter().map(|charge| self.key(&charge.key)).collect();
        let mut arguments = vec![number(milliseconds(now)), number(KEPT_AFTER_USE)];
        for charge in charges {
            let (kind, numbers) = schedule(&charge.schedule);
            arguments.push(kind.as_bytes().to_vec());
            arguments.extend(numbers.map(number));
        }
        let answer: Vec<Value> = self.connection.run(&script::CHARGE, &keys, &arguments).await?;
        verdict(charges, answer)
    }

    async fn refund(&self, ticket: &Ticket) -> Result<(), BackendError> {
        if ticket.entries().is_empty() {
            return Ok(());
        }
        let entries = ticket.entries().iter();
        let (keys, times): (Vec<_>, Vec<_>) =
            entries.map(|entry| (self.key(&entry.key), number(milliseconds(entry.recorded)))).unzip();
        self.connection.run(&script::REFUND, &keys, &times).await
    }

    async fn lift(&self, keys: &[ThrottleKey]) -> Result<(), BackendError> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut remove = Cmd::new();
        remove.arg("UNLINK");
        for key in keys {
            remove.arg(self.key(key));
        }
        self.connection.ask(&remove).await
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        let before = [number(milliseconds(before))];
        let (mut scan, mut removed) = (Scan::new(&self.prefix, "string"), 0);
        while let Some(keys) = scan.next(&self.connection).await? {
            if !keys.is_empty() {
                let page: u64 = self.connection.run(&script::FORGET, &keys, &before).await?;
                removed += page;
            }
        }
        Ok(removed)
    }
}

/// A schedule as the script takes it.
fn schedule(schedule: &Schedule) -> (&'static str, [i64; 4]) {
    match schedule.terms() {
        Terms::Window { limit, period, granule } => ("window", [i64::from(limit), period, granule, 0]),
        Terms::BackOff { free, first, longest, forget_after } => {
            ("back off", [i64::from(free), first, longest, forget_after])
        }
        Terms::Ceiling { limit, forget_after, granule } => {
            ("ceiling", [i64::from(limit), forget_after, granule, 0])
        }
    }
}

fn verdict(charges: &[Charge], answer: Vec<Value>) -> Result<Verdict, BackendError> {
    let mut answer = answer.into_iter();
    let outcome: String = read(answer.next())?;
    match outcome.as_str() {
        "stopped" => Ok(Verdict::Stopped),
        "wait" => Ok(Verdict::Wait(Duration::from_millis(read(answer.next())?))),
        "allowed" => {
            let mut entries = Vec::with_capacity(charges.len());
            for charge in charges {
                let recorded = moment(read(answer.next())?).ok_or_else(unreadable)?;
                entries.push(TicketEntry { key: charge.key, recorded, events: read(answer.next())? });
            }
            Ok(Verdict::Allowed(Ticket::new(entries)))
        }
        _ => Err(unreadable()),
    }
}

fn read<T: FromRedisValue>(value: Option<Value>) -> Result<T, BackendError> {
    T::from_redis_value(value.ok_or_else(unreadable)?).map_err(|error| failed(&error.into()))
}

fn unreadable() -> BackendError {
    BackendError::new(
        BackendErrorKind::Other,
        "Redis answered a charge with something else: report this as a bug, with the version of the server",
    )
}
