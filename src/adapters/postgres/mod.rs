//! PostgreSQL 15 and later: directory, codes and throttle for several machines.

mod account_row;
mod code_row;
mod codes;
mod connection;
mod directory;
mod failure;
#[cfg(feature = "contract")]
mod managed;
mod moment;
mod purge;
mod registering;
mod schema;
mod throttle;
mod throttle_row;

pub use self::codes::PostgresCodes;
pub use self::directory::PostgresDirectory;
pub use self::schema::migrate;
pub use self::throttle::PostgresThrottle;
