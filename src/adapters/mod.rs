//! Ready-made implementations of the ports: technology and role, one feature per file.

pub mod memory;
pub mod outbox;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "redis")]
pub mod redis;
pub mod routing;
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "redis"))]
mod rows;
#[cfg(feature = "sms-gateway")]
pub mod sms_gateway;
#[cfg(feature = "smtp")]
pub mod smtp;
#[cfg(feature = "sqlite")]
pub mod sqlite;
pub mod threads;
#[cfg(feature = "tokio")]
pub mod tokio;
#[cfg(feature = "tracing")]
pub mod tracing;
