//! What the rows of the stores have in common: how times are kept, and how what was written is read again. A store
//! implements [`Columns`] for the rows that its driver gives.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) mod account;
pub(crate) mod code;
mod columns;
#[cfg(all(feature = "message-queue", any(feature = "sqlite", feature = "postgres")))]
pub(crate) mod message;
pub(crate) mod moment;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) mod record;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) mod refusals;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) mod throttle;

pub(crate) use self::columns::Columns;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) use self::columns::Tables;
