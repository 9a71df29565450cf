#![doc = include_str!("ecosystem.md")]

/// A file of this chapter, as it is: `tests/ecosystem` compiles it and runs it.
macro_rules! shown {
    ($file:literal) => {
        concat!("```ignore (compiled and run by tests/ecosystem)\n", include_str!($file), "```")
    };
}

#[doc = shown!("ecosystem/axum.rs")]
pub mod axum {}

#[doc = shown!("ecosystem/axum_login.rs")]
pub mod axum_login {}

#[doc = shown!("ecosystem/actix.rs")]
pub mod actix {}

#[doc = shown!("ecosystem/synchronous.rs")]
pub mod synchronous {}

#[doc = shown!("ecosystem/people.rs")]
pub mod people {}

#[doc = shown!("ecosystem/diesel.rs")]
pub mod diesel {}

#[doc = shown!("ecosystem/sea_orm.rs")]
pub mod sea_orm {}

#[doc = shown!("ecosystem/metrics.rs")]
pub mod metrics {}
