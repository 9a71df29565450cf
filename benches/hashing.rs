//! One log-in beside what people would use instead: how long each takes, with every page of memory fresh from the
//! system, and with a heap that keeps its pages.
//!
//! At last, what the time that is saved buys in strength.
//!
//! `cargo bench --bench hashing` prints medians and minima, and their ratios to `argon2`'s `verify_password`, which is
//! what a program calls that follows the documentation. `-- smoke` tries each once, at one cost. All take turns, so that
//! what else the machine does disturbs them alike. Whether pages are fresh is the doing of the system's allocator, which a
//! process can only choose at its start: each kind runs in a process of its own. That choice is glibc's. On a machine
//! that has other things to do, processor time tells more than the clock.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, reason = "a program that measures")]

mod parts;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use argon2::PasswordVerifier;
use futures_lite::future::block_on;
use vestibule::AccountService;
use vestibule::hasher::{Argon2Cost, HashingSettings, SimdArgon2};

use crate::parts::{
    PASSWORD, hasher, home, median, member, milliseconds, page_faults, processor_time, service, stored_hash,
};

/// Rounds that do not count, in which every thread of a pool comes by its memory.
const WARM_UP: u64 = 2;

/// Given to the process that measures: fresh or kept.
const PAGES: &str = "VESTIBULE_BENCH_PAGES";

fn main() {
    if let Ok(pages) = std::env::var(PAGES) {
        return measure(&pages);
    }
    // Blocks above the threshold have pages of their own, as many as may; what is free beyond the other is given back.
    let fresh = [("MALLOC_MMAP_THRESHOLD_", "65536"), ("MALLOC_TRIM_THRESHOLD_", "65536")];
    let kept = [("MALLOC_MMAP_MAX_", "0"), ("MALLOC_TRIM_THRESHOLD_", "2000000000")];
    for (pages, settings) in [("fresh", fresh), ("kept", kept)] {
        let status = Command::new(std::env::current_exe().unwrap())
            .args(std::env::args().skip(1))
            .env(PAGES, pages)
            .envs(settings)
            .status();
        assert!(status.unwrap().success(), "the measuring process failed");
    }
}

fn measure(pages: &str) {
    let costs = [Argon2Cost::RECOMMENDED, Argon2Cost::MEMORY_47104, Argon2Cost::RFC_9106_LOW_MEMORY];
    let (costs, rounds) = if parts::smoke() { (&costs[..1], 1) } else { (&costs[..], 15) };
    let reference = Reference::start();
    if let (Err(reason), "fresh") = (&reference, pages) {
        println!("the C reference is left out: {reason}");
    }
    let mut reference = reference.ok();
    for &cost in costs {
        let stored = stored_hash(cost);
        let ours = service(HashingSettings::default(), cost, 1);
        let simd = service(HashingSettings::default().kdf(SimdArgon2), cost, 1);
        // What the kernel alone takes: the least that a log-in with it can.
        let mut blocks = vec![argon2::Block::new(); cost.memory_kib() as usize];
        let mut contenders: Vec<Contender<'_>> = vec![
            Contender::new("argon2, verify_password", || {
                hasher(cost).verify_password(PASSWORD.as_bytes(), stored.as_str()).unwrap();
            }),
            Contender::new("password-auth", || {
                password_auth::verify_password(PASSWORD, &stored).unwrap();
            }),
            Contender::new("rust-argon2", || {
                assert!(rust_argon2::verify_encoded(&stored, PASSWORD.as_bytes()).unwrap());
            }),
            Contender::new("argon2, memory kept, not wiped", || {
                let (password, salt) = (PASSWORD.as_bytes(), b"sixteen bytes...");
                let argon2 = hasher(cost);
                argon2.hash_password_into_with_memory(password, salt, &mut [0; 32], &mut blocks).unwrap();
            }),
            Contender::new("vestibule, a log-in", || log_in(&ours)),
            Contender::new("vestibule, a log-in, SimdArgon2", || log_in(&simd)),
        ];
        if let Some(reference) = &mut reference {
            contenders.push(Contender::new("C, libargon2", || reference.hash(cost)));
        }
        for round in 0..rounds + WARM_UP {
            for contender in &mut contenders {
                contender.turn(round >= WARM_UP);
            }
        }
        println!(
            "\n{:34}{:>10}{:>7}{:>10}{:>7}{:>10}{:>7}{:>8}",
            format!("{},{},{}, {pages} pages", cost.memory_kib(), cost.passes(), cost.lanes()),
            "median ms",
            "",
            "least ms",
            "",
            "CPU ms",
            "",
            "faults"
        );
        let base = contenders[0].summary();
        for contender in &mut contenders {
            let summary = contender.summary();
            print!("{:34}", contender.name);
            for (time, base) in summary.into_iter().zip(base) {
                if time.is_zero() {
                    print!("{:>17}", "-");
                } else {
                    print!("{:10.2}{:7.2}", milliseconds(time), time.as_secs_f64() / base.as_secs_f64());
                }
            }
            println!("{:8}", contender.faults / rounds);
        }
    }
    if pages == "fresh" {
        strength();
    }
}

/// What the saved time buys: the costs that take as long as `verify_password` with the recommended one, every core
/// hashing, and what a guess then costs who has stolen the hashes.
fn strength() {
    let cost = Argon2Cost::RECOMMENDED;
    let stored = stored_hash(cost);
    let cores = std::thread::available_parallelism().unwrap().get();
    let rounds = if parts::smoke() { 2 } else { 15 };
    let verify = || {
        let began = Instant::now();
        hasher(cost).verify_password(PASSWORD.as_bytes(), stored.as_str()).unwrap();
        began.elapsed()
    };
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..cores).map(|_| scope.spawn(|| (0..rounds).map(|_| verify()).collect::<Vec<_>>())).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let wished = median(&mut times);
    println!(
        "\n{:34}{:>10}{:>14}{:>12}{:>18}",
        "at equal time, every core hashing", "ms", "cost", "work", "memory x work"
    );
    let line = |name: &str, time: Duration, affords: Argon2Cost| {
        let work = affords.work_kib() as f64 / cost.work_kib() as f64;
        let memory = f64::from(affords.memory_kib()) / f64::from(cost.memory_kib());
        let written = format!("{},{},{}", affords.memory_kib(), affords.passes(), affords.lanes());
        println!("{name:34}{:10.1}{written:>14}{work:12.2}{:18.2}", milliseconds(time), memory * work);
    };
    line("argon2, verify_password", wished, cost);
    let settings = HashingSettings::default;
    for (name, settings) in [("vestibule", settings()), ("vestibule, SimdArgon2", settings().kdf(SimdArgon2))]
    {
        let proposed = settings.calibrate(wished).unwrap();
        line(name, proposed.time, proposed.cost);
    }
}

fn log_in(accounts: &AccountService) {
    block_on(accounts.log_in(&member(0), PASSWORD.into(), &home(0))).unwrap();
}

struct Contender<'a> {
    name: &'static str,
    work: Box<dyn FnMut() + 'a>,
    times: Vec<Duration>,
    processor: Vec<Duration>,
    faults: u64,
}

impl<'a> Contender<'a> {
    fn new(name: &'static str, work: impl FnMut() + 'a) -> Self {
        Self { name, work: Box::new(work), times: Vec::new(), processor: Vec::new(), faults: 0 }
    }

    fn turn(&mut self, counts: bool) {
        let (faults, processor, began) = (page_faults(), processor_time(), Instant::now());
        (self.work)();
        let took = began.elapsed();
        if counts {
            self.times.push(took);
            self.processor.push(processor_time() - processor);
            self.faults += page_faults() - faults;
        }
    }

    /// Median and least of the time, and the median of processor time: none where it is another process's.
    fn summary(&mut self) -> [Duration; 3] {
        let processor = median(&mut self.processor);
        let here = processor > Duration::from_millis(1);
        [median(&mut self.times), self.times[0], if here { processor } else { Duration::ZERO }]
    }
}

/// The C library of the system, in a process of its own: calling it from here would need `unsafe`. It hashes once for
/// every line that it is sent.
struct Reference {
    process: Child,
    asked: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Reference {
    const SOURCE: &str = r#"
        #include <stdint.h>
        #include <stdio.h>
        #include <string.h>
        int argon2id_hash_raw(uint32_t t, uint32_t m, uint32_t p, const void *pwd, size_t pwdlen,
                              const void *salt, size_t saltlen, void *hash, size_t hashlen);
        int main(void) {
            unsigned m, t, p;
            unsigned char tag[32];
            const char *pwd = "twelve green moose";
            while (scanf("%u %u %u", &m, &t, &p) == 3) {
                printf("%d\n", argon2id_hash_raw(t, m, p, pwd, strlen(pwd), "sixteen bytes...", 16, tag, 32));
                fflush(stdout);
            }
            return 0;
        }
    "#;

    fn start() -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let (source, program) = (folder.path().join("reference.c"), folder.path().join("reference"));
        std::fs::write(&source, Self::SOURCE).map_err(|error| error.to_string())?;
        let built = Command::new("cc")
            .args(["-O2", "-o"])
            .arg(&program)
            .arg(&source)
            .arg("-l:libargon2.so.1")
            .output()
            .map_err(|_| "there is no C compiler, `cc`".to_owned())?;
        if !built.status.success() {
            return Err("it does not link against libargon2.so.1; on Debian, libargon2-1 has it".into());
        }
        let mut process = Command::new(&program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let asked = process.stdin.take().ok_or("no pipe")?;
        let answers = BufReader::new(process.stdout.take().ok_or("no pipe")?);
        Ok(Self { process, asked, answers })
    }

    fn hash(&mut self, cost: Argon2Cost) {
        let mut answer = String::new();
        writeln!(self.asked, "{} {} {}", cost.memory_kib(), cost.passes(), cost.lanes()).unwrap();
        self.answers.read_line(&mut answer).unwrap();
        assert_eq!(answer.trim(), "0", "the C library refused");
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
