//! In a real browser: Chromium, without a screen.

mod accessible;
mod axe;
mod chrome;
mod codes;
mod habits;
mod keyboard;
mod life;
mod look;
mod person;

use std::future::Future;

use libtest_mimic::{Completion, Trial};

pub fn trials() -> Vec<Trial> {
    let all = [accessible::trials(), codes::trials(), habits::trials(), keyboard::trials(), life::trials()];
    all.into_iter().flatten().collect()
}

/// A test that needs something which may be missing here: then it shows as ignored, and says why.
fn trial<F: Future<Output = ()>>(
    name: &str,
    missing: fn() -> Option<String>,
    test: impl FnOnce() -> F + Send + 'static,
) -> Trial {
    Trial::ignorable_test(name, move || {
        if let Some(reason) = missing() {
            let required = crate::servers_are_required();
            return if required { Err(reason.into()) } else { Ok(Completion::ignored_with(reason)) };
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        runtime.block_on(test());
        Ok(Completion::Completed)
    })
}

/// Tests that need a browser and no more, by the names of their functions.
macro_rules! in_browser {
    ($($name:ident),* $(,)?) => {
        pub fn trials() -> Vec<libtest_mimic::Trial> {
            let name = |name: &str| format!("{}::{name}", module_path!());
            vec![$(super::trial(&name(stringify!($name)), super::chrome::missing, $name)),*]
        }
    };
}
use in_browser;
