//! Ready-made implementations of the ports: technology and role, one feature per file.

pub mod memory;
pub mod outbox;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod routing;
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
