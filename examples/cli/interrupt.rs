//! Ctrl-C: ends the program, but neither leaves the terminal without echo nor stops a change half-way.

use std::process::exit;
use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard};

/// What a shell expects of a program that was interrupted.
const INTERRUPTED: i32 = 130;

/// Ends the program at Ctrl-C, as soon as nobody holds it back.
#[derive(Debug)]
pub struct Interrupt(Arc<Mutex<()>>);

impl Interrupt {
    /// Watches from now on.
    pub fn watch() -> Self {
        let held = Arc::new(Mutex::new(()));
        let holding_back = Arc::clone(&held);
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                let _nobody_holds = holding_back.lock().await;
                exit(INTERRUPTED);
            }
        });
        Self(held)
    }

    /// Holds the end of the program back until the guard is dropped.
    pub async fn hold_back(&self) -> MutexGuard<'_, ()> {
        self.0.lock().await
    }
}
