//! What the SQLite adapters promise beyond the contracts: the schema, failures, plans, processes and cancellation.
#![cfg(feature = "sqlite")]

mod cancellation;
mod database;
mod directory;
mod failures;
mod plans;
mod processes;
mod schema;
mod secrets;
mod store;
