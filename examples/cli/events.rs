//! An event sink in the same SQLite file, with a queue of its own: recording never waits for the database.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{QueryBuilder, Row, Sqlite};
use tokio::sync::{mpsc, oneshot};
use vestibule::error::{BackendError, BackendErrorKind};
use vestibule::event::Event;
use vestibule::ports::EventSink;

use crate::screen::plain;

/// How many events may wait to be written; beyond that they are dropped, and counted.
const QUEUE: usize = 4_096;
/// How many are written at once.
const BATCH: usize = 200;

/// Keeps events as rows of JSON, and reads them again.
#[derive(Clone, Debug)]
pub struct EventLog {
    pool: SqlitePool,
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
    pub async fn open(pool: SqlitePool) -> Result<Self, sqlx::Error> {
        sqlx::query(
            "create table if not exists cli_events (id integer primary key, event text not null) strict",
        )
        .execute(&pool)
        .await?;
        let (queue, entries) = mpsc::channel(QUEUE);
        let log = Self { pool, queue, lost: Arc::default() };
        tokio::spawn(write_all(log.pool.clone(), entries, Arc::clone(&log.lost)));
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
        let query = sqlx::query("select id, event from cli_events where id > ?1 order by id limit 1000");
        let rows = query.bind(row).fetch_all(&self.pool).await.map_err(unreadable)?;
        let read = |row: &SqliteRow| Ok((row.try_get(0)?, readable(row.try_get(1)?)));
        rows.iter().map(read).collect::<Result<_, _>>().map_err(unreadable)
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

async fn write_all(pool: SqlitePool, mut entries: mpsc::Receiver<Entry>, lost: Arc<AtomicU64>) {
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
        if count > 0 && insert(&pool, events).await.is_err() {
            lost.fetch_add(count, Ordering::SeqCst);
        }
        for done in flushes {
            let _ = done.send(());
        }
    }
}

async fn insert(pool: &SqlitePool, events: Vec<String>) -> Result<(), sqlx::Error> {
    let mut query = QueryBuilder::<Sqlite>::new("insert into cli_events (event) ");
    query.push_values(events, |mut row, event| {
        row.push_bind(event);
    });
    query.build().execute(pool).await.map(drop)
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
