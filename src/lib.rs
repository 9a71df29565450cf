//! An authentication library for accounts that are registered before they are used.

pub mod contact;
pub mod error;
pub mod hasher;
pub mod password;
mod random;
pub mod throttle;
