//! PostgreSQL 15 and later: directory, codes, throttle and stored messages for several machines, through a pool that the application made.
//!
//! The tables are in a schema of their own, `vestibule`, and are named in full, so that no `search_path` changes what is
//! meant. An application that has a table of users uses [`PostgresCodes`] and [`PostgresThrottle`] with a directory of its
//! own.
//!
//! # Examples
//!
//! ```no_run
//! use sqlx::PgPool;
//! use vestibule::adapters::postgres;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pool = PgPool::connect_lazy("postgres://app:secret@db.example.no/app?sslmode=verify-full")?;
//! let (directory, codes, throttle) = postgres::open(&pool).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # The pool
//!
//! - TLS is the address's: `sslmode=verify-full`, and `sslrootcert=/path/ca.pem` for a certificate authority of one's own.
//!   Without `sslmode`, the driver encrypts where the server offers it and checks no certificate: say `verify-full` on
//!   any network.
//! - It needs a tokio runtime, and so does whatever calls these adapters: the background must not run on plain threads.
//! - Make its `acquire_timeout` shorter than its default of 30 s. Whatever it is, an operation is given up after 8 s, with
//!   the wait for a connection.
//! - A server that was restarted, or that failed over, needs no restart of the application.
//! - The role needs usage of the schema, and select, insert, update and delete on its tables; [`migrate`] needs one that
//!   may create them.
//!
//! # Statements
//!
//! | flow | on the caller's path | behind it |
//! |---|--:|--:|
//! | asking for a code, first or again | 2 | 3; by SMS 4, for the cap on its number |
//! | a wrong code | 1 | |
//! | a code that is used, expired or out of tries | 2 | |
//! | redeeming a code | 5 | 1 for each notice by SMS |
//! | logging in | 3; after failures 4, to clear their count | |
//! | a refused log-in | 2 | |
//! | whether a session is current | 1 | |
//! | changing the password | 5 | 1 for each notice by SMS |
//!
//! With a stored queue, each message takes three more, behind it; for notices after a change of password, and for
//! invitations, the first of them is on the caller's path.
//!
//! One that writes is in a transaction of its own, whose begin and commit are not counted: three round trips in all. The
//! 128th charge of one key, and each 64th after it, takes one statement more: see [`PostgresThrottle`].
//!
//! # Locks
//!
//! Every promise is kept by one statement, or by one short transaction that locks rows in the order of their keys. Every
//! transaction says for itself what it needs, whatever the defaults of the pool, the role and the database are: `read
//! committed`, because each statement decides on the latest version of the rows that it has locked; at most 3 s for a
//! lock, then [`Busy`]; 5 s for a statement, then [`TimedOut`]; and 5 s for a machine that holds locks and says nothing
//! more. What PostgreSQL gives up in favour of others (a deadlock, a serialisation failure) is tried again up to four
//! times, then it is [`Busy`]; nothing of it was done.
//!
//! An operation whose future is dropped is done or not done, never half, and its connection is closed. After an error of
//! the connection it is not known whether a change took effect; the service then looks.
//!
//! # Clocks
//!
//! The time is the application's: no statement asks PostgreSQL for its own. What is counted does not depend on it: the
//! tries of a code, its single use, the one winner of a change of password. What passes with time does: with clocks that
//! differ by some minutes, a code lives that much longer or shorter on the other machine, and each wait can be cut short
//! by that much there; no wait becomes longer than its schedule's. Keep the machines to 5 s of each other.
//!
//! # Storage
//!
//! With indexes, a row of `codes` takes up to 1.3 kB, or 2.4 kB for the longest address, and one of `throttles` 0.35 kB, or up
//! to 3 kB for a key with many events. How much of that a flood can make it keep is said in
//! [the chapter on defaults](crate::guide::defaults). Call [`purge`] each hour or so: it deletes a thousand rows at a time,
//! and skips those in use. A refused charge is rolled back, and leaves dead rows to the autovacuum, which these tables
//! call for early.
//!
//! # Security
//!
//! The database holds password hashes, contacts and names, and so does every backup: let nobody but the service read them.
//! It holds no code, no handle and no password, but for the codes of stored messages, which are sealed under a key that is
//! not there.
//!
//! [`Busy`]: crate::error::BackendErrorKind::Busy
//! [`TimedOut`]: crate::error::BackendErrorKind::TimedOut
//! [`purge`]: crate::AccountService::purge

mod codes;
mod connection;
mod directory;
mod failure;
#[cfg(feature = "contract")]
mod managed;
#[cfg(feature = "message-queue")]
mod messages;
mod moving;
mod purge;
mod registering;
mod row;
mod schema;
mod throttle;
mod throttle_row;

use sqlx::postgres::PgPool;

use super::rows;
use super::rows::moment;
use crate::error::BackendError;

pub use self::codes::PostgresCodes;
pub use self::directory::PostgresDirectory;
#[cfg(feature = "message-queue")]
pub use self::messages::PostgresMessages;
pub use self::schema::migrate;
pub use self::throttle::PostgresThrottle;

/// Brings the tables to the version that this release needs, as [`migrate`] does, and makes the directory and both stores on
/// the pool, in the order in which a service takes them.
///
/// # Errors
///
/// As [`migrate`].
pub async fn open(
    pool: &PgPool,
) -> Result<(PostgresDirectory, PostgresCodes, PostgresThrottle), BackendError> {
    migrate(pool).await?;
    let directory = PostgresDirectory::new(pool.clone());
    Ok((directory, PostgresCodes::new(pool.clone()), PostgresThrottle::new(pool.clone())))
}
