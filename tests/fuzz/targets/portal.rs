#![no_main]

#[path = "../portal/mod.rs"]
#[allow(dead_code, reason = "a program uses the rest of it")]
mod portal;

// The modules of the portal call each other by these names.
use portal::program::*;

/// No search for leaks. Each portal that is left behind has threads, which hash; what a thread holds that begins or ends just
/// then looks like a leak, and is none.
#[unsafe(no_mangle)]
extern "C" fn __asan_default_options() -> *const std::ffi::c_char {
    c"detect_leaks=0".as_ptr()
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| portal::portal(data));
