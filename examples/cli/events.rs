//! An event sink in the same database, with a queue of its own: recording never waits for the database.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use vestibule::error::{BackendError, BackendErrorKind};
use vestibule::event::Event;
use vestibule::ports::EventSink;

use crate::database::Database;
use crate::screen::plain;

/// How many events may wait to be written; beyond that they are dropped, and counted.
const QUEUE: usize = 4_096;
/// How many are written at once.
const BATCH: usize = 200;

/// Keeps events as rows of JSON, and reads them again.
#[derive(Clone, Debug)]
pub struct EventLog {
    database: Database,
    queue: mpsc::Sender<Entry>,
    lost: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Entry {
    Event(String),
    /// Answered when everything before it is written.
    Flush(oneshot::Sender<()>),
}

impl EventLog {
    /// Makes the table where there is none, and starts to write.
    pub async fn open(database: Database) -> Result<Self, sqlx::Error> {
        match &database {
            Database::Sqlite(pool) => {
                let make = "create table if not exists cli_events (id integer primary key, event text not null) strict";
                sqlx::query(make).execute(pool).await?;
            }
            Database::Postgres(pool) => {
                // Of several programs that start at once, one makes it: as one statement, it is one transaction.
                let make = "select pg_advisory_xact_lock(7453020011); create schema if not exists vestibule_cli; \
                     create table if not exists vestibule_cli.events \
                     (id bigint generated always as identity primary key, event text not null)";
                sqlx::raw_sql(make).execute(pool).await?;
            }
        }
        let (queue, entries) = mpsc::channel(QUEUE);
        let log = Self { database, queue, lost: Arc::default() };
        tokio::spawn(write_all(log.database.clone(), entries, Arc::clone(&log.lost)));
        Ok(log)
    }

    /// Waits until everything that was recorded is written, and says how many events were lost.
    pub async fn flush(&self) -> u64 {
        let (done, written) = oneshot::channel();
        if self.queue.send(Entry::Flush(done)).await.is_ok() {
            let _ = written.await;
        }
        self.lost.load(Ordering::SeqCst)
    }

    /// Reads a page of events after the given row, the oldest first: each with its row and as a line.
    pub async fn page_after(&self, row: i64) -> Result<Vec<(i64, String)>, BackendError> {
        let rows: Vec<(i64, String)> = match &self.database {
            Database::Sqlite(pool) => {
                let query = "select id, event from cli_events where id > ?1 order by id limit 1000";
                sqlx::query_as(query).bind(row).fetch_all(pool).await
            }
            Database::Postgres(pool) => {
                let query = "select id, event from vestibule_cli.events where id > $1 order by id limit 1000";
                sqlx::query_as(query).bind(row).fetch_all(pool).await
            }
        }
        .map_err(unreadable)?;
        Ok(rows.into_iter().map(|(row, event)| (row, readable(&event))).collect())
    }
}

impl EventSink for EventLog {
    fn record(&self, event: &Event) {
        let queued =
            serde_json::to_string(event).is_ok_and(|json| self.queue.try_send(Entry::Event(json)).is_ok());
        if !queued {
            self.lost.fetch_add(1, Ordering::SeqCst);
        }
    }
}

fn unreadable(error: sqlx::Error) -> BackendError {
    BackendError::new(BackendErrorKind::Unavailable, "the events cannot be read").with_source(error)
}

async fn write_all(database: Database, mut entries: mpsc::Receiver<Entry>, lost: Arc<AtomicU64>) {
    let mut batch = Vec::with_capacity(BATCH);
    while entries.recv_many(&mut batch, BATCH).await > 0 {
        let (mut events, mut flushes) = (Vec::new(), Vec::new());
        for entry in batch.drain(..) {
            match entry {
                Entry::Event(json) => events.push(json),
                Entry::Flush(done) => flushes.push(done),
            }
        }
        let count = events.len() as u64;
        if count > 0 && insert(&database, &events).await.is_err() {
            lost.fetch_add(count, Ordering::SeqCst);
        }
        for done in flushes {
            let _ = done.send(());
        }
    }
}

async fn insert(database: &Database, events: &[String]) -> Result<(), sqlx::Error> {
    match database {
        Database::Sqlite(pool) => {
            // One parameter for all: a list of JSON texts.
            let list = serde_json::to_string(events).unwrap_or_default();
            let insert = "insert into cli_events (event) select value from json_each(?1)";
            sqlx::query(insert).bind(list).execute(pool).await.map(drop)
        }
        Database::Postgres(pool) => {
            let insert = "insert into vestibule_cli.events (event) select unnest($1::text[])";
            sqlx::query(insert).bind(events).execute(pool).await.map(drop)
        }
    }
}

/// `2026-11-23T10:00:00.123Z  code_armed  channel=email purpose=activation ..`
fn readable(json: &str) -> String {
    let Ok(Value::Object(mut fields)) = serde_json::from_str(json) else { return plain(json) };
    let mut take = |name| fields.remove(name).map(|value| text(&value)).unwrap_or_default();
    let mut line = format!("{}  {}", take("at"), take("event"));
    // The order of a JSON object's fields is not for a program to rely on.
    let fields: BTreeMap<_, _> = fields.into_iter().collect();
    for (separator, (name, value)) in ["  "].into_iter().chain(std::iter::repeat(" ")).zip(&fields) {
        line.push_str(&format!("{separator}{name}={}", text(value)));
    }
    plain(&line)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
