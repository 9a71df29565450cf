//! Redis and Valkey, 7 and later: codes and throttle, through a connection that the application made.
//!
//! The directory of accounts is elsewhere: in PostgreSQL, or in the application's own table.
//!
//! # Examples
//!
//! ```no_run
//! use redis::Client;
//! use redis::aio::ConnectionManager;
//! use vestibule::adapters::redis::{RedisCodes, RedisThrottle, connection_config};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::open("redis://redis.example.no/")?;
//! let connection = ConnectionManager::new_with_config(client, connection_config()).await?;
//!
//! let codes = RedisCodes::open(connection.clone()).await?;
//! let throttle = RedisThrottle::open(connection).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What is atomic
//!
//! Every operation that decides is one Lua script, which Redis runs alone: what it promises is in `scripts/`. A script
//! that the server does not know, after a restart or a `SCRIPT FLUSH`, is sent along in the same call. Scripts read
//! and decide before they write, and Redis refuses one for want of memory before it begins.
//!
//! `now` is always the caller's. The server's clock only cleans up: every key has a time to live, counted from the
//! latest write and an hour longer than it is of use, so what `purge` is not asked to remove goes by itself.
//!
//! # The connection
//!
//! - Begin it with [`connection_config`], or read there what it sets and why. It reconnects by itself.
//! - It needs a tokio runtime, and so does whatever calls these stores: the background must not run on plain threads.
//! - Every operation answers within [`RedisOptions::answer_within`], 5 s by default, whatever the connection was told.
//!   An operation whose future is dropped, or that was not answered, is done or not done, never half.
//!
//! # Keys
//!
//! | key | holds |
//! |---|---|
//! | `vestibule:code:` and the handle's SHA-256 in hexadecimal | a hash: one row |
//! | `{vestibule:throttle}:` and the throttle key in hexadecimal | a string: one log of events, of at most 1,017 bytes |
//!
//! [`RedisOptions::prefix`] puts something else in the place of `vestibule:`. Several services may share a server if
//! each has a prefix of its own.
//!
//! In a cluster, rows of codes are spread over all nodes. The throttles of one batch may be any, so all of them share a
//! hash tag: *one node holds and answers for every throttle of a prefix*. A connection manager speaks to one node: put a
//! proxy that knows the cluster in front of it, or use a server without cluster mode.
//!
//! # Eviction
//!
//! Redis can be told to throw keys away when its memory is full. It would throw counts away, and an attacker could fill
//! the memory to that end. `open` therefore refuses a server whose `maxmemory-policy` is not `noeviction` (the
//! server's default); when the memory is full, operations then fail with
//! [`Unavailable`](crate::error::BackendErrorKind::Unavailable). The setting is looked at once: do not change it later.
//!
//! # Storage
//!
//! A row of codes takes up to 0.8 kB, or 2.4 kB for the longest address, and a log 0.2 kB, or up to 1.3 kB with many
//! events. How much of that a flood can make it keep is said in [the chapter on defaults](crate::guide::defaults).
//!
//! # What is lost when Redis is
//!
//! Redis answers before it has written to its disk or to a replica, if it does so at all.
//!
//! - Without an append-only file, a restart loses what came after the latest snapshot, or everything. Requests for codes
//!   that were under way are gone: people ask again. *Counts are gone too: whoever was guessing has fresh tries.* A
//!   code's row that comes back from a snapshot has the count of tries that it had then, and may be untaken again.
//! - With `appendonly yes` and `appendfsync everysec`, a server that is killed loses nothing, and a machine that loses its
//!   power loses a second or two. With `appendfsync always`, nothing that was answered is lost. Use one of the two.
//! - A failover to a replica loses what had not reached it.
//!
//! None of this lets a code be used twice to set a password: a code dies with the account's credential version, and the
//! directory replaces a credential by compare-and-swap. With the directory in PostgreSQL, that holds whatever Redis
//! forgets: see [`guide::moving`](crate::guide::moving).
//!
//! # Security
//!
//! Redis holds contacts and who asked for a code when, but no code, no handle and no password. Let nobody but the
//! service reach it: use its ACLs, and TLS where the network is not yours.

mod code_row;
mod codes;
mod connection;
mod failure;
mod options;
mod scan;
mod script;
mod server;
mod throttle;

use super::rows;
use super::rows::moment;

pub use self::codes::RedisCodes;
pub use self::connection::connection_config;
pub use self::options::RedisOptions;
pub use self::throttle::RedisThrottle;
