#![allow(dead_code, reason = "what is shown is whole, and a test uses a part of it")]

#[path = "../../src/guide/ecosystem/actix.rs"]
pub mod actix;
#[path = "../../src/guide/ecosystem/axum.rs"]
pub mod axum;
#[path = "../../src/guide/ecosystem/axum_login.rs"]
pub mod axum_login;
#[path = "../../src/guide/ecosystem/diesel.rs"]
pub mod diesel;
#[path = "../../src/guide/ecosystem/metrics.rs"]
pub mod metrics;
#[path = "../../src/guide/ecosystem/people.rs"]
pub mod people;
#[path = "../../src/guide/ecosystem/sea_orm.rs"]
pub mod sea_orm;
#[path = "../../src/guide/ecosystem/synchronous.rs"]
pub mod synchronous;
