//! The pictures of `src/guide/pictures`: drawn from the source and from what the flows were seen to do, so that they
//! cannot say what is not so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

#[path = "../source/mod.rs"]
mod source;
#[path = "../world/mod.rs"]
mod world;

mod flows;
mod layers;
mod svg;
