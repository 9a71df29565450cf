//! SQLite: directory, codes and throttle in one file, through a pool that the application made.

mod code_row;
mod codes;
mod connection;
mod failure;
mod moment;
mod purge;
mod schema;
mod throttle;

pub use self::codes::SqliteCodes;
pub use self::connection::connect_options;
pub use self::schema::migrate;
pub use self::throttle::SqliteThrottle;
