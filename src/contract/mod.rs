//! What every implementation of a port must pass: one test for each clause of its contract, of the same name.
//!
//! The contract of [`CodeStore`](crate::ports::CodeStore), [`ThrottleStore`](crate::ports::ThrottleStore) and
//! [`UserDirectory`](crate::ports::UserDirectory) is the list in the doc of the trait. The macros [`code_store!`],
//! [`throttle_store!`] and [`user_directory!`], and with the feature `message-queue` the macro `message_queue!` for the port
//! of that name, turn the lists into tests, so that the test module of an adapter is one
//! line, and a clause that a later release adds is tested without a change there. The clauses are plain functions too,
//! in the modules of the same names.
//!
//! This is for tests alone: put the feature `contract` under `[dev-dependencies]`. A clause that is not kept panics.
//!
//! # Examples
//!
//! A macro takes a future that makes a fresh, empty store; it is evaluated for every test anew, on a runtime of that
//! test's own, where tokio's timers and sockets work. The store need not be `Clone`.
//!
//! ```
//! mod codes {
//!     use vestibule::adapters::memory::MemoryCodes;
//!
//!     vestibule::contract::code_store!(async { MemoryCodes::new() });
//! }
//!
//! mod throttle {
//!     use vestibule::adapters::memory::MemoryThrottle;
//!
//!     vestibule::contract::throttle_store!(async { MemoryThrottle::new() });
//! }
//! # fn main() {}
//! ```
//!
//! A directory is read by this library, but filled by the application; so that the clauses can do both, the directory
//! under test implements [`ManagedDirectory`] as well:
//!
//! ```
//! mod directory {
//!     use vestibule::adapters::memory::MemoryDirectory;
//!
//!     vestibule::contract::user_directory!(async { MemoryDirectory::new() });
//! }
//! # fn main() {}
//! ```
//!
//! A table of users with one column for an e-mail address and one for a number keeps the contract too. Its
//! [`capacity`](ManagedDirectory::capacity) tells the clauses to give nobody more than that. Where no two accounts have a
//! contact in common, since there is an e-mail address alone or numbers are unique, `a_contact_of_two_accounts_is_several`
//! cannot be asked: `user_directory!(fresh(), without shared_contacts)` has it show as ignored, not as passed.
//!
//! Where `#[test]` is not the harness, a second argument names a macro that is called with the clauses instead, as
//! `each! { fresh, code_store: a_row_is_read_back_as_it_was_written a_handle_is_inserted_once .. }`.
//!
//! What must outlive a store, such as the file of a database, is best made under a name of its own in
//! `env!("CARGO_TARGET_TMPDIR")`, which Cargo keeps for integration tests.

#![expect(
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "clauses are tests: one that is not kept panics, and so does a store that fails"
)]

pub mod code_store;
#[cfg(feature = "message-queue")]
pub mod message_queue;
pub mod throttle_store;
pub mod user_directory;

mod crowd;
mod managed_directory;
mod samples;

use std::time::Duration;

pub use self::managed_directory::{ContactCapacity, ManagedDirectory};
#[cfg(feature = "message-queue")]
#[doc(inline)]
pub use crate::__contract_message_queue as message_queue;
#[doc(inline)]
pub use crate::{
    __contract_code_store as code_store, __contract_throttle_store as throttle_store,
    __contract_user_directory as user_directory,
};

/// How long a clause may take before it counts as stuck: far more than a slow database on a busy machine needs.
const STUCK_AFTER: Duration = Duration::from_secs(120);

/// Runs one clause on a runtime of its own, with several threads and a limit of two minutes.
///
/// The macros call it; a test of one's own that needs tokio may do so too.
pub fn run(clause: impl Future<Output = ()>) {
    // Several threads even on one core: concurrency clauses are worth little if tasks take turns politely.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let kept = runtime.block_on(async { tokio::time::timeout(STUCK_AFTER, clause).await });
    // A task that is stuck on a thread must not keep the test from failing.
    runtime.shutdown_background();
    assert!(kept.is_ok(), "no answer after {STUCK_AFTER:?}");
}

#[doc(hidden)]
#[macro_export]
macro_rules! __contract_tests {
    ($fresh:expr, $port:ident: $($clause:ident)+ $(, ignored for $reason:literal: $($left_out:ident)+)?) => {
        $($(
            #[test]
            #[ignore = $reason]
            fn $left_out() {
                $crate::contract::run(async {
                    let store = ::std::sync::Arc::new($fresh.await);
                    $crate::contract::$port::$left_out(&store).await;
                });
            }
        )+)?
        $(
            #[test]
            fn $clause() {
                $crate::contract::run(async {
                    let store = ::std::sync::Arc::new($fresh.await);
                    $crate::contract::$port::$clause(&store).await;
                });
            }
        )+
    };
}
