//! Many log-ins at once beside a timer that wants to tick every millisecond, on one tokio runtime.
//!
//! `cargo bench --bench storm` runs 200 and 2,000 callers each way: through the crate, with `spawn_blocking` and `argon2`
//! for each request, and hashing inside the async function; each in a process of its own, since memory once taken is
//! rarely given back. The crate and `spawn_blocking` are tried with huge pages, too. It prints what was hashed per
//! second, processor time per hash, peak memory, how late the timer was (ticks that were missed count, as late as they
//! were), how long those waited who were let in, and what runs on after every caller has given up. `-- 200` runs the one,
//! and `-- smoke` a few callers with cheap hashes.

#![allow(clippy::panic, clippy::print_stdout, clippy::unwrap_used, reason = "a program that measures")]

mod parts;

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use argon2::PasswordVerifier;
use vestibule::hasher::{Argon2Cost, HashingSettings, SimdArgon2};
use vestibule::{AccountService, Error};

use crate::parts::{
    PASSWORD, hasher, home, member, milliseconds, peak_rss_mib, percentile, processor_time, service,
    stored_hash,
};

/// Given to the process that measures: which way, and how many callers.
const WAY: &str = "VESTIBULE_BENCH_WAY";
const CALLERS: &str = "VESTIBULE_BENCH_CALLERS";

const WAYS: [&str; 6] = [
    "vestibule",
    "vestibule, huge pages",
    "vestibule, SimdArgon2",
    "spawn_blocking",
    "spawn_blocking, huge pages",
    "inline",
];

/// Tells glibc, from 2.35 on, to ask the system for huge pages. A program that is deployed can be told the same.
const HUGE_PAGES: (&str, &str) = ("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");

/// What a caller waits before giving up, in the second part.
const PATIENCE: Duration = Duration::from_millis(150);
/// How long a process must rest to count as idle, and how long it is watched for that.
const REST: Duration = Duration::from_millis(500);
const WATCHED: Duration = Duration::from_secs(60);

fn main() {
    if let Ok(way) = std::env::var(WAY) {
        let callers = std::env::var(CALLERS).unwrap().parse().unwrap();
        return measure(&way, callers);
    }
    let asked: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let storms = match asked.as_slice() {
        [] if parts::smoke() => &[20],
        [] => &[200, 2_000][..],
        asked => asked,
    };
    for callers in storms {
        println!("\n{callers} callers on {} cores", std::thread::available_parallelism().unwrap());
        println!(
            "{:28}{:>7}{:>9}{:>9}{:>9}{:>10}{:>10}{:>10}{:>10}{:>9}{:>10}",
            "",
            "done",
            "hashes/s",
            "CPU ms",
            "MiB",
            "late p50",
            "late p99",
            "wait p50",
            "wait p99",
            "ran on",
            "busy ms"
        );
        for way in WAYS {
            let mut process = Command::new(std::env::current_exe().unwrap());
            process.args(std::env::args().skip(1)).env(WAY, way).env(CALLERS, callers.to_string());
            if way.ends_with("huge pages") {
                process.env(HUGE_PAGES.0, HUGE_PAGES.1);
            }
            if !process.status().unwrap().success() {
                // 512 threads at once want 10 GB.
                println!("{way:28} did not get through");
                assert!(way.starts_with("spawn"), "the measuring process failed");
            }
        }
    }
    println!(
        "\nCPU ms: processor time for each hash. MiB: most memory resident. late: how late a timer of 1 ms was, in ms. wait: of \
         those let in, in ms. ran on: hashes that were begun after all callers had given up, at {} ms; busy: until the \
         process rested.",
        PATIENCE.as_millis()
    );
}

/// One way to check a password.
#[derive(Clone)]
enum Way {
    Vestibule(AccountService),
    SpawnBlocking { cost: Argon2Cost, stored: Arc<str>, hashed: Arc<AtomicU64> },
    Inline { cost: Argon2Cost, stored: Arc<str>, hashed: Arc<AtomicU64> },
}

impl Way {
    fn new(name: &str, callers: usize) -> Self {
        let cost = if parts::smoke() { Argon2Cost::dangerous_cheapest() } else { Argon2Cost::RECOMMENDED };
        // Made only where it is needed: its memory would show in the peak.
        let (stored, hashed) = (|| stored_hash(cost).into(), Arc::default());
        match name {
            "vestibule, SimdArgon2" => {
                Self::Vestibule(service(HashingSettings::default().kdf(SimdArgon2), cost, callers))
            }
            "inline" => Self::Inline { cost, stored: stored(), hashed },
            name if name.starts_with("spawn") => Self::SpawnBlocking { cost, stored: stored(), hashed },
            _ => Self::Vestibule(service(HashingSettings::default(), cost, callers)),
        }
    }

    /// Whether the caller was let in.
    async fn log_in(&self, caller: usize) -> bool {
        match self {
            Self::Vestibule(accounts) => {
                match accounts.log_in(&member(caller), PASSWORD.into(), &home(caller)).await {
                    Ok(_) => true,
                    Err(Error::Overloaded) => false,
                    Err(error) => panic!("{error}"),
                }
            }
            Self::SpawnBlocking { cost, stored, hashed } => {
                let (cost, stored, hashed) = (*cost, Arc::clone(stored), Arc::clone(hashed));
                tokio::task::spawn_blocking(move || verify(cost, &stored, &hashed)).await.unwrap();
                true
            }
            Self::Inline { cost, stored, hashed } => {
                verify(*cost, stored, hashed);
                true
            }
        }
    }

    /// How many hashes were begun.
    fn hashed(&self) -> u64 {
        match self {
            Self::Vestibule(accounts) => accounts.hash_pool().hashes,
            Self::SpawnBlocking { hashed, .. } | Self::Inline { hashed, .. } => {
                hashed.load(Ordering::Relaxed)
            }
        }
    }
}

fn verify(cost: Argon2Cost, stored: &str, hashed: &AtomicU64) {
    hashed.fetch_add(1, Ordering::Relaxed);
    hasher(cost).verify_password(PASSWORD.as_bytes(), stored).unwrap();
}

fn measure(name: &str, callers: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (storm, given_up) = runtime.block_on(async {
        let way = Way::new(name, callers);
        // Every thread of the pool has had its memory once.
        futures_lite::future::zip(way.log_in(0), way.log_in(1)).await;
        (all_at_once(&way, callers).await, all_give_up(&way, callers).await)
    });
    let Storm { done, lasted, processor, peak_mib, mut late, mut waits } = storm;
    println!(
        "{name:28}{done:7}{:9.1}{:9.1}{peak_mib:9}{:10.1}{:10.1}{:10.0}{:10.0}{:9}{:>10}",
        done as f64 / lasted.as_secs_f64(),
        milliseconds(processor) / done as f64,
        milliseconds(percentile(&mut late, 50)),
        milliseconds(percentile(&mut late, 99)),
        milliseconds(percentile(&mut waits, 50)),
        milliseconds(percentile(&mut waits, 99)),
        given_up.ran_on,
        given_up
            .busy
            .map_or_else(|| format!(">{}", WATCHED.as_millis()), |busy| busy.as_millis().to_string()),
    );
    // What still runs would hold up the end.
    runtime.shutdown_background();
    std::process::exit(0);
}

struct Storm {
    done: usize,
    lasted: Duration,
    processor: Duration,
    peak_mib: u64,
    late: Vec<Duration>,
    waits: Vec<Duration>,
}

async fn all_at_once(way: &Way, callers: usize) -> Storm {
    let stop = Arc::new(AtomicBool::new(false));
    let timer = tokio::spawn(tick(Arc::clone(&stop)));
    tokio::time::sleep(Duration::from_millis(50)).await;
    let (began, before) = (Instant::now(), processor_time());
    let asked: Vec<_> = (0..callers)
        .map(|caller| {
            let way = way.clone();
            tokio::spawn(async move { way.log_in(caller).await.then(|| began.elapsed()) })
        })
        .collect();
    let mut waits = Vec::new();
    for asked in asked {
        waits.extend(asked.await.unwrap());
    }
    // The last that was let in, not the last that was turned away.
    let lasted = waits.iter().max().copied().unwrap_or_default();
    let processor = processor_time() - before;
    stop.store(true, Ordering::Relaxed);
    Storm {
        done: waits.len(),
        lasted,
        processor,
        peak_mib: peak_rss_mib(),
        late: timer.await.unwrap(),
        waits,
    }
}

/// Ticks every millisecond, and tells how late each tick was. One that was missed is made up for, and was late by all
/// that time.
async fn tick(stop: Arc<AtomicBool>) -> Vec<Duration> {
    const EVERY: Duration = Duration::from_millis(1);
    let mut late = Vec::new();
    let mut due = Instant::now() + EVERY;
    while !stop.load(Ordering::Relaxed) {
        tokio::time::sleep_until(due.into()).await;
        let now = Instant::now();
        while due <= now {
            late.push(now - due);
            due += EVERY;
        }
    }
    late
}

struct GivenUp {
    /// Hashes begun after the last caller had gone.
    ran_on: u64,
    /// Until the process rested; none if it did not while it was watched.
    busy: Option<Duration>,
}

async fn all_give_up(way: &Way, callers: usize) -> GivenUp {
    let asked: Vec<_> = (0..callers)
        .map(|caller| {
            let way = way.clone();
            tokio::spawn(async move {
                let _ = tokio::time::timeout(PATIENCE, way.log_in(caller)).await;
            })
        })
        .collect();
    // Those that gave up are gone; of those hashing inside the runtime, each is when it comes to.
    for asked in asked {
        asked.await.unwrap();
    }
    let (gone, hashed) = (Instant::now(), way.hashed());
    // Watched from a thread of its own: the runtime may be what is busy.
    let watching = std::thread::spawn(move || {
        let (mut last_busy, mut used) = (gone, processor_time());
        while gone.elapsed() < WATCHED {
            std::thread::sleep(Duration::from_millis(5));
            let (now, used_now) = (Instant::now(), processor_time());
            // Half a millisecond in five is more than watching takes, and less than hashing.
            if used_now - used > Duration::from_micros(1_500) {
                last_busy = now;
            } else if now - last_busy > REST {
                return Some(last_busy - gone);
            }
            used = used_now;
        }
        None
    });
    let busy = watching.join().unwrap();
    GivenUp { ran_on: way.hashed() - hashed, busy }
}
