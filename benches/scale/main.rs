//! What each operation and each flow costs with many rows, against what it costs with a thousand.
//!
//! `cargo bench --bench scale -- 100000 1000000` fills each store with a hundred thousand and a million accounts, codes and
//! throttle rows, beside the one with a thousand. Without a number it tries ten thousand, to see that it works. All sizes
//! take turns, row for row. Printed are medians in microseconds, the ratio of the last to the first, and how many pages
//! each operation fetched from outside the store's own cache; and a plot of the flows is drawn for each store. Both
//! databases wait for the disk, as they do where it matters; with `quick` as well, PostgreSQL does not. `memory`,
//! `postgres` or `sqlite` tries that store alone.
//!
//! What concerns one row is compared with what concerns one row. The last two operations are another thing: keys look
//! random, so a hundred of them share a dozen pages among a thousand, and have a hundred pages among a million. Compare
//! them with a hundred times the row alone, which a batch should stay below.

#![allow(
    clippy::future_not_send,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that measures, one call after the other"
)]

mod filling;
mod operations;
mod pages;
#[path = "../parts/mod.rs"]
mod parts;
mod plot;
#[path = "../../tests/servers/mod.rs"]
mod servers;

use std::cell::RefCell;
use std::time::Duration;

use vestibule::adapters::memory::{MemoryCodes, MemoryThrottle};
use vestibule::adapters::{postgres, sqlite};
use vestibule::ports::{CodeStore, ThrottleStore, UserDirectory};

use crate::operations::{Cost, Stores};
use crate::pages::Pages;
use crate::parts::store_flows::{Crowd, Flow, World, service, time_in_turns};
use crate::parts::{median, smoke};
use crate::servers::postgres::PostgresServer;

/// What was measured with so many rows.
pub(crate) struct Column {
    pub(crate) rows: u64,
    operations: Vec<Cost>,
    pub(crate) flows: Vec<(Flow, Duration)>,
}

fn main() {
    let asked = |name: &str| std::env::args().any(|argument| argument == name);
    let mut sizes: Vec<u64> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes.push(if smoke() { 2_000 } else { 10_000 });
    }
    sizes.insert(0, 1_000);
    let stores = ["memory", "postgres", "sqlite"];
    let chosen = |name: &str| asked(name) || !stores.iter().any(|store| asked(store));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        if chosen("memory") {
            print("memory", &on_memory(&sizes).await);
        }
        if chosen("postgres") {
            let is_quick = smoke() || asked("quick");
            let server = if is_quick { PostgresServer::start() } else { PostgresServer::start_durable() };
            match server {
                Err(missing) => println!("\nPostgreSQL is skipped: {}", missing.0),
                Ok(server) => print("PostgreSQL", &on_postgres(&server, &sizes).await),
            }
        }
        if chosen("sqlite") {
            print("SQLite", &on_sqlite(&sizes).await);
        }
    });
}

async fn on_memory(sizes: &[u64]) -> Vec<Column> {
    let mut worlds = Vec::new();
    for rows in sizes {
        let directory = filling::memory_with(*rows).await;
        worlds.push((*rows, service(directory, MemoryCodes::new(), MemoryThrottle::new())));
    }
    columns(&worlds, sizes.iter().map(|_| Vec::new()).collect()).await
}

async fn on_postgres(server: &PostgresServer, sizes: &[u64]) -> Vec<Column> {
    let mut databases = Vec::new();
    for rows in sizes {
        let pool = filling::postgres_with(server, *rows).await;
        databases.push(Stores {
            directory: postgres::PostgresDirectory::new(pool.clone()),
            codes: postgres::PostgresCodes::new(pool.clone()),
            throttle: postgres::PostgresThrottle::new(pool.clone()),
            rows: *rows,
            pages: Pages::OfDatabase(pool),
            tickets: RefCell::default(),
        });
    }
    on(databases).await
}

async fn on_sqlite(sizes: &[u64]) -> Vec<Column> {
    let folder = tempfile::tempdir().unwrap();
    let mut databases = Vec::new();
    for rows in sizes {
        let pool = filling::sqlite_with(folder.path().join(format!("{rows}.db")), *rows).await;
        databases.push(Stores {
            directory: sqlite::SqliteDirectory::new(pool.clone()),
            codes: sqlite::SqliteCodes::new(pool.clone()),
            throttle: sqlite::SqliteThrottle::new(pool),
            rows: *rows,
            pages: Pages::OfProcess,
            tickets: RefCell::default(),
        });
    }
    on(databases).await
}

async fn on<D, C, T>(databases: Vec<Stores<D, C, T>>) -> Vec<Column>
where
    D: UserDirectory,
    C: CodeStore,
    T: ThrottleStore,
{
    let operations = operations::measure_in_turns(&databases).await;
    let world =
        |stores: Stores<D, C, T>| (stores.rows, service(stores.directory, stores.codes, stores.throttle));
    columns(&databases.into_iter().map(world).collect::<Vec<_>>(), operations).await
}

/// What each flow costs some of the people, beside what the operations did.
async fn columns(worlds: &[(u64, World)], operations: Vec<Vec<Cost>>) -> Vec<Column> {
    // Others than the operations were tried on.
    let people = |rows: u64| -> Vec<u64> {
        (0..if smoke() { 10 } else { 200 }).map(|round| (round * 15_485_863 + rows / 3) % rows + 1).collect()
    };
    let people: Vec<Vec<u64>> = worlds.iter().map(|(rows, _)| people(*rows)).collect();
    let mut crowds: Vec<_> =
        worlds.iter().zip(&people).map(|((_, world), people)| Crowd::new(world, people)).collect();
    time_in_turns(&mut crowds, async |_, _| ()).await;
    let flows = crowds
        .into_iter()
        .map(|crowd| crowd.times.into_iter().map(|(flow, mut times)| (flow, median(&mut times))).collect());
    let columns = worlds.iter().zip(operations).zip(flows);
    columns.map(|(((rows, _), operations), flows)| Column { rows: *rows, operations, flows }).collect()
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
