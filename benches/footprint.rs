//! What the crate takes beside time per log-in: to start, to wait, to hold its list of common passwords, and to compile.
//!
//! `cargo bench --bench footprint` prints the time from `build` to the first log-in, resident memory along that way, and
//! the size of the list with the time of a look-up. `-- compile` builds an empty program with the core, and with each
//! feature beside it, cold and in the dev profile, and prints crates and processor time: some minutes. `-- smoke` looks
//! everything but that up once.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program that measures")]

#[allow(dead_code, unused_imports, reason = "one part of it is measured, and its tests are not run here")]
#[path = "../src/password/common_list.rs"]
mod common_list;
mod parts;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use futures_lite::future::block_on;
use vestibule::hasher::{Argon2Cost, HashingSettings};

use crate::parts::{PASSWORD, directory, home, median, member, milliseconds, service_of};

/// Given to the process that starts a service.
const START: &str = "VESTIBULE_BENCH_START";

const FEATURES: [&str; 13] = [
    "idn",
    "tokio",
    "sqlite",
    "postgres",
    "redis",
    "outbox",
    "smtp",
    "sms-gateway",
    "message-queue",
    "tracing",
    "legacy-hashes",
    "argon2-simd",
    "contract",
];

fn main() {
    if std::env::var(START).is_ok() {
        return start();
    }
    if std::env::args().any(|argument| argument == "compile") {
        return compile();
    }
    println!(
        "{:14}{:>10}{:>14}{:>12}{:>12}{:>14}",
        "start", "build ms", "log-in ms", "first MiB", "built MiB", "logged in MiB"
    );
    for _ in 0..if parts::smoke() { 1 } else { 5 } {
        // In a process of its own, whose memory shows nothing else.
        let status = Command::new(std::env::current_exe().unwrap()).env(START, "").status();
        assert!(status.unwrap().success(), "the measuring process failed");
    }
    look_up();
}

/// Builds a service with the recommended cost, and logs in once.
fn start() {
    let (cost, first) = (Argon2Cost::RECOMMENDED, resident_mib());
    let directory = directory(cost, 1);
    let began = Instant::now();
    let accounts = service_of(directory, HashingSettings::default().cost(cost));
    let built = began.elapsed();
    let built_mib = resident_mib();
    let began = Instant::now();
    block_on(accounts.log_in(&member(0), PASSWORD.into(), &home(0))).unwrap();
    println!(
        "{:14}{:10.2}{:14.2}{first:12.1}{built_mib:12.1}{:14.1}",
        "",
        milliseconds(built),
        milliseconds(began.elapsed()),
        resident_mib()
    );
}

fn look_up() {
    let lists = ["common.txt", "common_short.txt", "common_own.txt"];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/password");
    let bytes: u64 = lists.map(|list| fs::metadata(folder.join(list)).unwrap().len()).iter().sum();
    println!("\nthe lists of common passwords: {:.0} KiB in the binary", bytes as f64 / 1024.0);
    let text = fs::read_to_string(folder.join("common.txt")).unwrap();
    let entries: Vec<Vec<char>> = text.lines().map(|entry| entry.chars().collect()).collect();
    let others: Vec<Vec<char>> =
        entries.iter().map(|entry| entry.iter().rev().chain(&['q']).copied().collect()).collect();
    for (name, texts, expected) in [("an entry", &entries, true), ("another text", &others, false)] {
        let mut times: Vec<Duration> = Vec::new();
        for batch in texts.chunks(100) {
            let began = Instant::now();
            let found = batch.iter().filter(|text| common_list::contains(text)).count();
            times.push(began.elapsed() / batch.len() as u32);
            assert!(!expected || found == batch.len());
        }
        println!("to look {name} up: {:.2} us", median(&mut times).as_secs_f64() * 1e6);
    }
}

fn compile() {
    let folder = tempfile::tempdir().unwrap();
    let core = Program::new(folder.path().join("core"), &[]);
    let (crates, took) = (core.crates(), core.build());
    println!("{:16}{:>8}{:>12}", "features", "crates", "CPU s");
    println!("{:16}{crates:8}{took:12.1}", "none");
    for feature in FEATURES {
        let program = Program::new(folder.path().join(feature), &[feature]);
        // What it takes beside the core.
        let target = program.folder.join("target");
        let copied = Command::new("cp").arg("-a").arg(core.folder.join("target")).arg(&target).status();
        assert!(copied.unwrap().success());
        println!("{:16}{:+8}{:+12.1}", feature, program.crates() - crates, program.build());
        fs::remove_dir_all(target).unwrap();
    }
}

/// An empty program that depends on the crate.
struct Program {
    folder: std::path::PathBuf,
}

impl Program {
    fn new(folder: std::path::PathBuf, features: &[&str]) -> Self {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(folder.join("src/main.rs"), "fn main() {}\n").unwrap();
        let manifest = format!(
            "[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             vestibule = {{ path = {own:?}, default-features = false, features = {features:?} }}\n\n[workspace]\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        // The same versions.
        fs::copy(own.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        Self { folder }
    }

    fn cargo(&self) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.folder).env("CARGO_TARGET_DIR", self.folder.join("target"));
        cargo
    }

    /// How many crates there are with the library.
    fn crates(&self) -> i64 {
        let tree = self
            .cargo()
            .args(["tree", "--offline", "-e", "normal", "--prefix", "none", "--format", "{p}"])
            .output();
        let tree = String::from_utf8(tree.unwrap().stdout).unwrap();
        let crates: std::collections::BTreeSet<_> = tree
            .lines()
            .map(|line| line.trim_end_matches(" (*)"))
            .filter(|line| !line.starts_with("program "))
            .collect();
        crates.len() as i64
    }

    /// Processor time of a build, in seconds.
    fn build(&self) -> f64 {
        let before = time_of_children();
        assert!(self.cargo().args(["build", "--offline", "--quiet"]).status().unwrap().success());
        time_of_children() - before
    }
}

/// The processor time of all processes that have ended below this one, in seconds, as Linux counts it.
fn time_of_children() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks: f64 = fields.iter().skip(13).take(2).filter_map(|text| text.parse::<f64>().ok()).sum();
    ticks / 100.0
}

fn resident_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1024.0
}
