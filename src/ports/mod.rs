//! What the library needs from outside: one trait per file, whose doc is the contract.
//!
//! Every port is object safe and asynchronous by [`async_trait`](macro@async_trait::async_trait), except those that must not
//! wait: [`Clock`], [`Texts`] and [`EventSink`]. None has default methods, so that an implementation that forwards
//! to another cannot forget one. `now` is a parameter, truncated to milliseconds: no store decides the time.
//!
//! The contract of a store is a list in its doc comment, and each clause names the test that holds an implementation
//! to it: see the module `contract`, under the feature of that name.

mod breached_passwords;
mod clock;
mod code_sender;
mod code_store;
mod event_sink;
#[cfg(feature = "message-queue")]
mod message_queue;
mod spawner;
mod texts;
mod throttle_store;
mod user_directory;

pub use self::breached_passwords::{BreachedPasswords, WhenUnavailable};
pub use self::clock::{Clock, SystemClock};
pub use self::code_sender::{CodeSender, Destination, SendError};
pub use self::code_store::{
    ArmedCode, Attempt, CodeStore, CodeTarget, PendingCode, Reissue, Reissued, StoredCode,
};
pub use self::event_sink::{EventSink, NoEvents};
#[cfg(feature = "message-queue")]
pub use self::message_queue::{ClaimedMessage, MessageQueue, QueuedMessage};
pub use self::spawner::{Sleep, Spawner, Task};
pub use self::texts::Texts;
pub use self::throttle_store::ThrottleStore;
pub use self::user_directory::{Found, UserDirectory};
