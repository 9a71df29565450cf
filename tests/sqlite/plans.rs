use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use vestibule::PasswordHash;
use vestibule::adapters::sqlite::migrate;
use vestibule::ports::{CodeStore, ThrottleStore, UserDirectory};
use vestibule::throttle::Verdict;

use crate::database::{Database, armed, change, charges, email, handle, in_minutes, now, ola, pending};

/// The driver's threads that work for this test: the other tests of this process have some too.
const OWN_THREADS: &str = "statements-to-explain";

/// Collects every statement that those threads report to `tracing`.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<BTreeSet<String>>>);

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
        if std::thread::current().name() == Some(OWN_THREADS) {
            event.record(&mut self.clone());
        }
    }
}

impl Visit for Statements {
    /// A statement is in `summary` where it is short, else in `db.statement`.
    fn record_str(&mut self, field: &Field, value: &str) {
        if matches!(field.name(), "summary" | "db.statement") && value.contains("vestibule_") {
            self.0.lock().unwrap().insert(value.trim().to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

#[tokio::test]
async fn every_statement_finds_its_rows_by_an_index() {
    let statements = Statements::default();
    tracing::subscriber::set_global_default(statements.clone()).unwrap();
    let database = Database::absent_with(|options| options.thread_name(|_| OWN_THREADS.to_owned()));
    run_everything(&database).await;
    let statements: Vec<_> = statements.0.lock().unwrap().iter().cloned().collect();
    let starts = ["select", "insert", "update", "delete"];
    let mut explained = 0;
    for statement in statements {
        if statement.contains('…') || !starts.iter().any(|start| statement.starts_with(start)) {
            continue;
        }
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(sqlx::AssertSqlSafe(format!("explain query plan {statement}")))
                .fetch_all(&database.pool)
                .await
                .unwrap();
        let plan: Vec<_> = plan.into_iter().map(|(_, _, _, step)| step).collect();
        // The catalogue has no index, the table of versions has a row for each.
        let small = statement.contains("sqlite_schema") || statement.contains("from vestibule_schema");
        // `SCAN 3-ROW VALUES CLAUSE` reads what was given to the statement.
        let scans = plan.iter().any(|step| step.starts_with("SCAN") && !step.ends_with("VALUES CLAUSE"));
        assert!(small || !scans, "{statement}\n{plan:#?}");
        explained += 1;
    }
    assert!(explained >= 27, "{explained}");
}

/// Runs every statement that there is.
async fn run_everything(database: &Database) {
    let (directory, codes, throttle) = (database.directory(), database.codes(), database.throttle());
    migrate(&database.pool).await.unwrap();
    let id = directory.register(ola()).await.unwrap();
    directory.find(&email("ola@example.no")).await.unwrap();
    directory.accounts_after(None, 10).await.unwrap();
    let records = directory.records_after(None, 10).await.unwrap();
    directory.restore_all(records).await.unwrap();
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
    codes.purge(in_minutes(11)).await.unwrap();

    for keys in [1..2, 1..3, 1..9] {
        let Verdict::Allowed(_) = throttle.charge(&charges(keys), now()).await.unwrap() else { panic!() };
    }
    let Verdict::Allowed(ticket) = throttle.charge(&charges([1, 20]), now()).await.unwrap() else { panic!() };
    throttle.refund(&ticket).await.unwrap();
    throttle.lift(&[charges([1])[0].key]).await.unwrap();
    throttle.purge(in_minutes(1)).await.unwrap();
}
