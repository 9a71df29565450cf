//! What the tests of the stores share: samples of what is stored, and checks that are the same for each.

#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]

pub(crate) mod checks;
pub(crate) mod damage;
pub(crate) mod directory;
pub(crate) mod failures;
pub(crate) mod processes;
pub(crate) mod registering;
pub(crate) mod samples;
pub(crate) mod storage;
