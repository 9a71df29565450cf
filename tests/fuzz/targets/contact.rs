#![no_main]
// What the library calls so, for its modules that a check holds by their path.
#![allow(unused_imports, reason = "each target uses one check")]

use vestibule::{adapters, error, ports};

#[path = "../checks.rs"]
#[allow(dead_code, reason = "each target uses one")]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::contact(data));
