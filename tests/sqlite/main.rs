//! What the SQLite adapters promise beyond the contracts: the schema, failures, plans, processes and cancellation.
#![cfg(feature = "sqlite")]
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../stores/mod.rs"]
mod stores;

mod cancellation;
mod columns;
mod damage;
mod database;
mod directory;
mod failures;
mod first_program;
mod mistakes;
mod moving;
mod own_user_table;
mod plans;
mod processes;
mod purging;
mod schema;
mod secrets;
mod storage;
mod store;
