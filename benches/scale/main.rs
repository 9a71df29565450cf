//! What each operation and each flow costs with many rows, against what it costs with a thousand.
//!
//! `cargo bench --bench scale -- 100000 1000000` fills each store with a hundred thousand and a million accounts, codes and
//! throttle rows, beside the one with a thousand. Without a number it tries ten thousand, to see that it works. Printed
//! are medians in microseconds, the ratio of the last to the first, and how many pages each operation fetched from outside
//! the store's own cache; and a plot of the flows is drawn for each store. Both databases wait for the disk, as they do
//! where it matters; with `quick` as well, PostgreSQL does not.
//!
//! What concerns one row is compared with what concerns one row. The last two operations are another thing: keys look
//! random, so a hundred of them share a dozen pages among a thousand, and have a hundred pages among a million. Compare
//! them with a hundred times the row alone, which a batch should stay below.

#![allow(
    clippy::future_not_send,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that measures, one call after the other"
)]

mod filling;
mod operations;
#[path = "../parts/mod.rs"]
mod parts;
mod plot;
#[path = "../../tests/servers/mod.rs"]
mod servers;

use std::fs;
use std::time::Duration;

use sqlx::postgres::PgPool;
use vestibule::adapters::memory::{MemoryCodes, MemoryThrottle};
use vestibule::adapters::{postgres, sqlite};
use vestibule::ports::{CodeStore, ThrottleStore, UserDirectory};

use crate::operations::Cost;
use crate::parts::store_flows::{Flow, service, time_each};
use crate::parts::{median, smoke};
use crate::servers::postgres::PostgresServer;

/// What was measured with so many rows.
pub(crate) struct Column {
    pub(crate) rows: u64,
    operations: Vec<Cost>,
    pub(crate) flows: Vec<(Flow, Duration)>,
}

fn main() {
    let mut sizes: Vec<u64> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes.push(if smoke() { 2_000 } else { 10_000 });
    }
    sizes.insert(0, 1_000);
    let is_quick = smoke() || std::env::args().any(|argument| argument == "quick");
    let server = if is_quick { PostgresServer::start() } else { PostgresServer::start_durable() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut columns = Vec::new();
        for rows in &sizes {
            let directory = filling::memory_with(*rows).await;
            let flows = flows((directory, MemoryCodes::new(), MemoryThrottle::new()), *rows).await;
            columns.push(Column { rows: *rows, operations: Vec::new(), flows });
        }
        print("memory", &columns);
        match server {
            Err(missing) => println!("\nPostgreSQL is skipped: {}", missing.0),
            Ok(server) => print("PostgreSQL", &on_postgres(&server, &sizes).await),
        }
        print("SQLite", &on_sqlite(&sizes).await);
    });
}

async fn on_postgres(server: &PostgresServer, sizes: &[u64]) -> Vec<Column> {
    let mut columns = Vec::new();
    for rows in sizes {
        let pool = filling::postgres_with(server, *rows).await;
        let stores = (
            postgres::PostgresDirectory::new(pool.clone()),
            postgres::PostgresCodes::new(pool.clone()),
            postgres::PostgresThrottle::new(pool.clone()),
        );
        let operations = operations::measure(stores.clone(), *rows, async || blocks_read(&pool).await).await;
        columns.push(Column { rows: *rows, operations, flows: flows(stores, *rows).await });
    }
    columns
}

async fn on_sqlite(sizes: &[u64]) -> Vec<Column> {
    let folder = tempfile::tempdir().unwrap();
    let mut columns = Vec::new();
    for rows in sizes {
        let pool = filling::sqlite_with(folder.path().join(format!("{rows}.db")), *rows).await;
        let stores = (
            sqlite::SqliteDirectory::new(pool.clone()),
            sqlite::SqliteCodes::new(pool.clone()),
            sqlite::SqliteThrottle::new(pool),
        );
        let operations = operations::measure(stores.clone(), *rows, async || reads()).await;
        columns.push(Column { rows: *rows, operations, flows: flows(stores, *rows).await });
    }
    columns
}

/// What each flow costs some of the people.
async fn flows<D, C, T>((directory, codes, throttle): (D, C, T), rows: u64) -> Vec<(Flow, Duration)>
where
    D: UserDirectory,
    C: CodeStore,
    T: ThrottleStore,
{
    let world = service(directory, codes, throttle);
    // Others than the operations were tried on.
    let people: Vec<u64> =
        (0..if smoke() { 10 } else { 200 }).map(|round| (round * 15_485_863 + rows / 3) % rows + 1).collect();
    let times = time_each(&world, &people, async |_, _| ()).await;
    times.into_iter().map(|(flow, mut times)| (flow, median(&mut times))).collect()
}

/// Pages that PostgreSQL asked the system for: they were not in its own cache.
async fn blocks_read(pool: &PgPool) -> u64 {
    sqlx::query("select pg_stat_force_next_flush()").execute(pool).await.unwrap();
    let read: i64 =
        sqlx::query_scalar("select blks_read from pg_stat_database where datname = current_database()")
            .fetch_one(pool)
            .await
            .unwrap();
    read as u64
}

/// Calls to read of this process, as Linux counts them: SQLite makes one for each page that is not in its cache.
fn reads() -> u64 {
    let io = fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = io.lines().find_map(|line| line.strip_prefix("syscr: ")).unwrap_or_default();
    line.parse().unwrap_or_default()
}

fn print(store: &str, columns: &[Column]) {
    let (Some(first), Some(last)) = (columns.first(), columns.last()) else { return };
    print!("\n{:24}", format!("{store}, us"));
    for column in columns {
        print!("{:>12}", column.rows);
    }
    println!("{:>8}{:>16}", "ratio", "pages fetched");
    let line = |name: &str, times: &[Duration], pages: Option<(f64, f64)>| {
        print!("{name:24}");
        for time in times {
            print!("{:12.0}", time.as_secs_f64() * 1e6);
        }
        let ratio = times[times.len() - 1].as_secs_f64() / times[0].as_secs_f64();
        let pages = pages.map(|(few, many)| format!("{few:.1} -> {many:.1}")).unwrap_or_default();
        println!("{ratio:8.2}{pages:>16}");
    };
    for (place, cost) in last.operations.iter().enumerate() {
        let times: Vec<_> = columns.iter().map(|column| column.operations[place].median).collect();
        line(cost.name, &times, Some((first.operations[place].fetched, cost.fetched)));
    }
    for (place, (flow, _)) in last.flows.iter().enumerate() {
        let times: Vec<_> = columns.iter().map(|column| column.flows[place].1).collect();
        line(flow.name(), &times, None);
    }
    println!("plotted in {}", plot::draw(store, columns).display());
}
