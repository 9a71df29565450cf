//! How many statements each flow takes, and that each of them finds its rows by an index.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{AssertSqlSafe, Executor};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use vestibule::account::Registration;
use vestibule::ports::{CodeStore, ThrottleStore, UserDirectory};
use vestibule::throttle::Verdict;
use vestibule::{PasswordHash, PhoneNumber};

use crate::database::{Database, armed, change, charges, email, handle, in_minutes, now, ola, pending};
use crate::servers::postgres::PostgresServer;
use crate::service::Portal;
use crate::world::{PASSWORD, here, new, other_than, secret};

thread_local! {
    /// The statements on the library's tables that this thread has run: other tests run on threads of their own.
    static SEEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn seen() -> Vec<String> {
    SEEN.take()
}

/// Notes every statement that the driver reports to `tracing`.
struct Statements;

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut statement = Statement::default();
        event.record(&mut statement);
        if statement.0.contains("vestibule.") {
            SEEN.with_borrow_mut(|seen| seen.push(statement.0));
        }
    }
}

/// A statement is in `summary` where it is short, else in `db.statement`.
#[derive(Default)]
struct Statement(String);

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        if matches!(field.name(), "summary" | "db.statement") && value.len() > self.0.len() {
            self.0 = value.trim().to_owned();
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

/// Runs work on a thread of its own.
async fn watched<F: Future<Output = ()>>(work: impl FnOnce() -> F + Send + 'static) {
    // The other of these tests may have set it.
    let _ = tracing::subscriber::set_global_default(Statements);
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(work());
    });
    tokio::task::spawn_blocking(|| thread.join().unwrap()).await.unwrap();
}

pub(crate) async fn each_flow_takes_as_many_as_the_module_says(server: Arc<PostgresServer>) {
    let url = Database::new(&server).await.url;
    watched(|| async move {
        let database = Database::at(url);
        let portal = Portal::new(&database.pool);
        let mobile = PhoneNumber::from_e164("+4741234567").unwrap();
        portal.directory.register(ola().contact(mobile.clone())).await.unwrap();
        let to = email("ola@example.no");
        let count = || seen().len();
        count();

        let request = portal.request(&to).await.unwrap();
        assert_eq!(count(), 2, "a request, on the caller's path");
        portal.settle().await;
        assert_eq!(count(), 3, "a request, behind it");
        portal.request(&email("nobody@example.no")).await.unwrap();
        assert_eq!(count(), 2, "a request for nobody, on the caller's path");
        portal.settle().await;
        assert_eq!(count(), 3, "a request for nobody, behind it");

        portal.clock.turn(Duration::from_secs(61));
        portal.service.resend_code(&request.handle, &here()).await.unwrap();
        assert_eq!(count(), 2, "another issue, on the caller's path");
        portal.settle().await;
        assert_eq!(count(), 3, "another issue, behind it");
        portal.service.resend_code(&request.handle, &here()).await.unwrap_err();
        assert_eq!(count(), 3, "another issue too soon");

        let code = portal.last_code(&to).unwrap();
        portal.activate(&request, &other_than(&code)).await.unwrap_err();
        assert_eq!(count(), 1, "a wrong code");
        portal.activate(&request, &code).await.unwrap();
        portal.settle().await;
        assert_eq!(count(), 6, "a redemption, and the cap on notices by SMS behind it");
        portal.activate(&request, &code).await.unwrap_err();
        assert_eq!(count(), 2, "a used code");

        let login = portal.log_in("ola@example.no", PASSWORD, 1).await.unwrap();
        portal.settle().await;
        assert_eq!(count(), 3, "a log-in");
        portal.log_in("ola@example.no", "feil", 1).await.unwrap_err();
        assert_eq!(count(), 2, "a refused log-in");
        portal.log_in("nobody@example.no", "feil", 1).await.unwrap_err();
        assert_eq!(count(), 2, "a log-in of nobody");
        portal.log_in("ola@example.no", PASSWORD, 1).await.unwrap();
        portal.settle().await;
        assert_eq!(count(), 4, "a log-in after failures, and what clears them behind it");

        let current = login.credential_version;
        assert!(portal.service.is_current(&login.account_id, &current).await.unwrap());
        assert_eq!(count(), 1, "whether a session is current");
        let changed = portal
            .service
            .change_password(&login.account_id, secret(PASSWORD), new("sju blå hvaler i fjorden"), &here())
            .await;
        changed.unwrap();
        portal.settle().await;
        assert_eq!(count(), 6, "a change of password, and the cap on notices by SMS behind it");

        let request = portal.service.request_recovery(&mobile.into(), &here()).await.unwrap();
        assert_eq!(count(), 2, "a request by SMS, on the caller's path");
        portal.settle().await;
        assert_eq!(count(), 3, "a request by SMS, behind it");
        portal.clock.turn(Duration::from_secs(61));
        portal.service.resend_code(&request.handle, &here()).await.unwrap();
        assert_eq!(count(), 2, "another issue by SMS, on the caller's path");
        portal.settle().await;
        assert_eq!(count(), 3, "another issue by SMS, behind it");
    })
    .await;
}

pub(crate) async fn each_finds_its_rows_by_an_index(server: Arc<PostgresServer>) {
    let url = Database::new(&server).await.url;
    watched(|| async move {
        let database = Database::at(url);
        fill(&database).await;
        seen();
        run_everything(&database).await;
        let mut seen = seen();
        seen.sort();
        seen.dedup();
        let mut explained = 0;
        let mut connection = database.pool.acquire().await.unwrap();
        // The plan that serves any value, which prepared statements come to use.
        connection.execute("set plan_cache_mode = force_generic_plan").await.unwrap();
        for (statement, number) in seen.into_iter().zip(0..) {
            // The table of versions has a row for each.
            if statement.contains("vestibule.migrations") || statement.starts_with("create") {
                continue;
            }
            let prepare = format!("prepare s{number} as {statement}");
            connection.execute(AssertSqlSafe(prepare)).await.unwrap();
            let parameters: i32 = sqlx::query_scalar(
                "select coalesce(cardinality(parameter_types), 0) from pg_prepared_statements where name = $1",
            )
            .bind(format!("s{number}"))
            .fetch_one(&mut *connection)
            .await
            .unwrap();
            let nulls = vec!["null"; parameters as usize].join(", ");
            let call = if nulls.is_empty() { String::new() } else { format!("({nulls})") };
            let plan: Vec<String> =
                sqlx::query_scalar(AssertSqlSafe(format!("explain (costs off) execute s{number}{call}")))
                    .fetch_all(&mut *connection)
                    .await
                    .unwrap();
            let scans = plan.iter().any(|step| step.contains("Seq Scan on"));
            assert!(!scans, "{statement}\n{plan:#?}");
            explained += 1;
        }
        assert!(explained >= 20, "{explained}");
    })
    .await;
}

/// Ten thousand rows of everything, and what the planner knows of them.
async fn fill(database: &Database) {
    database
        .run(
            "insert into vestibule.accounts (id, state, credential_version, created_at, changed_at) \
             select md5(n::text), 'active', md5(n::text), 0, 0 from generate_series(1, 10000) n; \
             insert into vestibule.contacts (account_id, position, kind, canonical, spelling) \
             select md5(n::text), 0, 'email', 'email:' || n || '@example.no', n || '@example.no' \
             from generate_series(1, 10000) n; \
             insert into vestibule.codes (handle, purpose, contact, format, created_at, resend_at, reissue_until, \
             expires_at, max_attempts, max_issues) \
             select sha256(n::text::bytea), 'recovery', 'email:' || n || '@example.no', '8d', n, n, n, \
             1800000000000 + n, 10, 3 from generate_series(1, 10000) n; \
             insert into vestibule.throttles (key, later, forget_at) \
             select sha256(n::text::bytea), array[n], 1800000000000 + n from generate_series(1, 10000) n; \
             analyze vestibule.accounts, vestibule.contacts, vestibule.codes, vestibule.throttles;",
        )
        .await;
}

/// Runs every statement that there is.
async fn run_everything(database: &Database) {
    let (directory, codes, throttle) = (database.directory(), database.codes(), database.throttle());
    let id = directory.register(ola()).await.unwrap();
    directory.register(ola()).await.unwrap_err();
    directory.register_all([Registration::new(email("per@example.no"))]).await.unwrap();
    directory.find(&email("ola@example.no")).await.unwrap();
    directory.accounts_after(None, 10).await.unwrap();
    let records = directory.records_after(None, 10).await.unwrap();
    directory.restore_all(records).await.unwrap();
    directory.register_all([ola()]).await.unwrap();
    directory.suspend(&id).await.unwrap();
    directory.resume(&id).await.unwrap();
    directory.replace_contacts(&id, vec![email("kari@example.no")]).await.unwrap();
    let version = directory.get(&id).await.unwrap().unwrap().credential_version;
    directory.replace_credential(&id, &version, &change("hash")).await.unwrap().unwrap();
    let hash = PasswordHash::from_stored("hash");
    assert!(directory.replace_hash(&id, &hash, &hash).await.unwrap());

    codes.insert(&pending(1)).await.unwrap();
    codes.arm(&handle(1), 1, &armed(), now()).await.unwrap();
    codes.reissue(&handle(1), in_minutes(2), in_minutes(1)).await.unwrap();
    codes.reissue(&handle(1), in_minutes(2), in_minutes(1)).await.unwrap();
    codes.count_attempt(&handle(1), now()).await.unwrap();
    codes.count_attempt(&handle(2), now()).await.unwrap();
    codes.take(&handle(1), 2, now()).await.unwrap();
    codes.purge(now()).await.unwrap();

    for _ in 0..200 {
        let _ = throttle.charge(&many(), now()).await.unwrap();
    }
    let Verdict::Allowed(ticket) = throttle.charge(&charges([1, 20]), now()).await.unwrap() else { panic!() };
    throttle.refund(&ticket).await.unwrap();
    throttle.lift(&[charges([1])[0].key]).await.unwrap();
    throttle.purge(now()).await.unwrap();
}

/// A key that takes so many events that its log is folded.
fn many() -> Vec<vestibule::throttle::Charge> {
    let schedule = vestibule::throttle::Schedule::window(1_000, Duration::from_secs(60)).unwrap();
    charges([7]).into_iter().map(|charge| vestibule::throttle::Charge { schedule, ..charge }).collect()
}
