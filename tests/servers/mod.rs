//! Throw-away servers for tests, and the suite that runs trials on one.
//!
//! A test binary that uses them has `harness = false` in the manifest, and this as its `main`:
//!
//! ```ignore
//! fn main() -> ExitCode {
//!     let mut suite = Suite::start(PostgresServer::start);
//!     suite.test("schema::migrating_twice_changes_nothing", schema::migrating_twice_changes_nothing);
//!     suite.run()
//! }
//! ```

#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on fails")]

pub mod authority;
pub mod postgres;
pub mod redis;
pub mod smtp;

use std::env;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Trial};

/// Why there is no server to test with.
#[derive(Clone, Debug)]
pub struct Missing(pub String);

/// With this set to 1, as CI does, a missing server is a failure.
const REQUIRED: &str = "VESTIBULE_TEST_REQUIRE_SERVERS";

/// Tests that share one server. Where there is none, each of them shows as ignored, with the reason.
pub struct Suite<S> {
    arguments: Arguments,
    server: Result<Arc<S>, Missing>,
    required: bool,
    trials: Vec<Trial>,
}

impl<S: Send + Sync + 'static> Suite<S> {
    /// Starts the server, from the main thread: servers end with the thread that started them.
    pub fn start(start: impl FnOnce() -> Result<S, Missing>) -> Self {
        let arguments = Arguments::from_args();
        let server = if arguments.list { Err(Missing("only listing".into())) } else { start() };
        let required = env::var(REQUIRED).is_ok_and(|value| value == "1");
        Self { arguments, server: server.map(Arc::new), required, trials: Vec::new() }
    }

    /// Lets the tests that are added from now on show as ignored where the server is not as they need it.
    pub fn only_where(&mut self, is_so: impl FnOnce(&S) -> bool, reason: &str) {
        if self.server.as_ref().is_ok_and(|server| !is_so(server)) {
            self.server = Err(Missing(reason.into()));
            self.required = false;
        }
    }

    /// Adds a test, which gets a runtime of its own with several threads and two minutes to end.
    pub fn test<F>(&mut self, name: &str, test: impl FnOnce(Arc<S>) -> F + Send + 'static)
    where
        F: Future<Output = ()>,
    {
        let server = self.server.clone();
        self.add(name, move || server, test);
    }

    /// Adds a test that needs no server.
    pub fn plain(&mut self, name: &str, test: impl FnOnce() + Send + 'static) {
        self.trials.push(Trial::test(name, move || {
            test();
            Ok(())
        }));
    }

    /// Adds a test that starts a server of its own.
    pub fn test_on<T, F>(
        &mut self,
        name: &str,
        start: impl FnOnce() -> Result<T, Missing> + Send + 'static,
        test: impl FnOnce(T) -> F + Send + 'static,
    ) where
        F: Future<Output = ()>,
    {
        self.add(name, start, test);
    }

    /// Adds a test that starts a server of its own beside the shared one.
    pub fn test_beside<T, F>(
        &mut self,
        name: &str,
        start: impl FnOnce() -> Result<T, Missing> + Send + 'static,
        test: impl FnOnce((Arc<S>, T)) -> F + Send + 'static,
    ) where
        F: Future<Output = ()>,
    {
        let server = self.server.clone();
        self.add(name, move || Ok((server?, start()?)), test);
    }

    fn add<T, F>(
        &mut self,
        name: &str,
        server: impl FnOnce() -> Result<T, Missing> + Send + 'static,
        test: impl FnOnce(T) -> F + Send + 'static,
    ) where
        F: Future<Output = ()>,
    {
        let required = self.required;
        self.trials.push(Trial::ignorable_test(name, move || match server() {
            Ok(server) => {
                vestibule::contract::run(test(server));
                Ok(Completion::Completed)
            }
            Err(Missing(reason)) if required => Err(reason.into()),
            Err(Missing(reason)) => Ok(Completion::ignored_with(reason)),
        }));
    }

    /// Adds the clauses of a contract, each as a test.
    pub fn contract(&mut self, store: &str, clauses: impl IntoIterator<Item = (&'static str, Clause<S>)>) {
        for (clause, test) in clauses {
            self.test(&format!("contract::{store}::{clause}"), test);
        }
    }

    /// Runs the tests, and stops the server whatever came of them.
    pub fn run(self) -> ExitCode {
        libtest_mimic::run(&self.arguments, self.trials).exit_code()
    }
}

/// One clause of a contract, to be tried on a server.
pub type Clause<S> = Box<dyn FnOnce(Arc<S>) -> Pin<Box<dyn Future<Output = ()>>> + Send>;

/// Makes pairs of a name and a [`Clause`]: `code_store!(fresh, clauses)` tries every clause on what `fresh`, an async
/// function of the server, makes.
#[allow(unused_macros, reason = "each test binary uses a part of it")]
macro_rules! clauses {
    ($fresh:expr, $port:ident: $($clause:ident)+) => {
        [$((
            stringify!($clause),
            Box::new(|server| {
                Box::pin(async move {
                    let store = std::sync::Arc::new($fresh(server).await);
                    vestibule::contract::$port::$clause(&store).await;
                }) as std::pin::Pin<Box<dyn Future<Output = ()>>>
            }) as $crate::servers::Clause<_>,
        )),+]
    };
}
#[allow(unused_imports, reason = "each test binary uses a part of it")]
pub(crate) use clauses;
