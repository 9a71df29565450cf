//! SQLite: directory, codes and throttle in one file, through a pool that the application made.

mod account_row;
mod code_row;
mod codes;
mod connection;
mod directory;
mod failure;
mod moment;
mod purge;
mod registering;
mod schema;
mod throttle;

pub use self::codes::SqliteCodes;
pub use self::connection::connect_options;
pub use self::directory::SqliteDirectory;
pub use self::schema::migrate;
pub use self::throttle::SqliteThrottle;
