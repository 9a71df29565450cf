//! The queue, the places, and what becomes of a job whose caller has gone.

use std::pin::pin;
use std::sync::Arc;

use futures_lite::future::{block_on, poll_once};

use super::gate::gated;
use super::{RIGHT, cheap, count, hash, place, settings, verify};
use crate::hasher::{HashFailure, HashPool, Lane, Overloaded, Place, Standing};

/// Puts a job into the queue and returns what is to be awaited, or dropped.
fn ask(mut place: Place, password: &str) -> impl Future<Output = Result<bool, HashFailure>> + Unpin {
    let password = password.into();
    let mut asked =
        Box::pin(async move { place.verify(password, None).await.map(|verdict| verdict.matches) });
    assert!(block_on(poll_once(&mut asked)).is_none());
    asked
}

#[test]
fn a_job_is_unanswered_until_its_answer_is_there() {
    let (pool, gatekeeper) = gated(settings());
    let waiting = ask(from(&pool, 1, Standing::Anyone), "first");
    assert_eq!(pool.stats().unanswered, 1);
    gatekeeper.pass();
    while pool.stats().unanswered > 0 {
        std::thread::yield_now();
    }
    let mut waiting = waiting;
    assert!(block_on(poll_once(&mut waiting)).is_some(), "the answer is there");
}

fn from(pool: &HashPool, lane: u64, standing: Standing) -> Place {
    pool.reserve(Lane::new(lane), standing).unwrap()
}

#[test]
fn a_full_pool_refuses_at_once_and_a_dropped_place_is_free_again() {
    let pool = HashPool::start(settings().queue_places(count(1))).unwrap();
    let held = place(&pool);
    assert_eq!(pool.reserve(Lane::new(2), Standing::Trusted).err(), Some(Overloaded));
    assert_eq!((pool.stats().places_taken, pool.stats().overloaded), (1, 1));
    drop(held);
    // Each is free as soon as the one before has its answer.
    for _ in 0..100 {
        assert!(!verify(&pool, RIGHT, &hash(&pool, "other")).matches);
    }
}

#[test]
fn a_quarter_of_the_places_is_kept_for_the_trusted() {
    let pool = HashPool::start(settings().queue_places(count(8))).unwrap();
    let strangers: Vec<_> =
        (0..20).filter_map(|lane| pool.reserve(Lane::new(lane), Standing::Anyone).ok()).collect();
    let trusted: Vec<_> =
        (0..20).filter_map(|lane| pool.reserve(Lane::new(lane), Standing::Trusted).ok()).collect();
    assert_eq!((strangers.len(), trusted.len()), (6, 2));
}

#[test]
fn sources_take_turns() {
    let (pool, keeper) = gated(settings().queue_places(count(40)));
    let running = ask(from(&pool, 9, Standing::Anyone), "first");
    assert_eq!(keeper.entered.recv().unwrap(), "first");
    let flood: Vec<_> = ["a", "b", "c"].map(|job| ask(from(&pool, 1, Standing::Anyone), job)).into();
    let other = ask(from(&pool, 2, Standing::Anyone), "other");
    let member = ask(from(&pool, 3, Standing::Trusted), "member");
    keeper.gate.send(()).unwrap();
    let order: Vec<_> = (0..5).map(|_| keeper.pass()).collect();
    assert!(
        order == ["member", "a", "other", "b", "c"] || order == ["a", "member", "other", "b", "c"],
        "{order:?}"
    );
    for asked in flood.into_iter().chain([running, other, member]) {
        assert!(!block_on(asked).unwrap());
    }
}

#[test]
fn a_job_whose_caller_goes_while_it_waits_never_runs() {
    let (pool, keeper) = gated(settings());
    let running = ask(place(&pool), "running");
    assert_eq!(keeper.entered.recv().unwrap(), "running");

    let waiting = place(&pool);
    let progress = waiting.progress();
    drop(ask(waiting, "gone"));
    assert!(!progress.has_started() && !progress.settle());
    assert_eq!(pool.stats().places_taken, 2, "what lies in the queue keeps its place");

    let after = ask(place(&pool), "after");
    keeper.gate.send(()).unwrap();
    assert_eq!(keeper.pass(), "after");
    block_on(running).unwrap();
    block_on(after).unwrap();
    let stats = pool.stats();
    assert_eq!((stats.started, stats.skipped, stats.running, stats.places_taken), (2, 1, 0, 0));
    assert!(!progress.has_started());
}

#[test]
fn a_job_whose_caller_goes_while_it_waits_never_runs_though_nobody_looks_whether_it_has() {
    let (pool, keeper) = gated(settings());
    let running = ask(place(&pool), "running");
    assert_eq!(keeper.entered.recv().unwrap(), "running");
    drop(ask(place(&pool), "gone"));
    let after = ask(place(&pool), "after");
    keeper.gate.send(()).unwrap();
    assert_eq!(keeper.pass(), "after");
    block_on(running).unwrap();
    block_on(after).unwrap();
    assert_eq!((pool.stats().started, pool.stats().skipped), (2, 1));
}

#[test]
fn a_job_whose_caller_goes_while_it_runs_is_finished_and_counts_as_started() {
    let (pool, keeper) = gated(settings());
    let running = place(&pool);
    let progress = running.progress();
    assert!(!progress.has_started());
    let asked = ask(running, "running");
    assert_eq!(keeper.entered.recv().unwrap(), "running");
    drop(asked);
    assert!(progress.has_started() && progress.settle());
    assert_eq!(pool.stats().running, 1);

    keeper.gate.send(()).unwrap();
    let after = ask(place(&pool), "after");
    assert_eq!(keeper.pass(), "after");
    assert!(!block_on(after).unwrap());
    let stats = pool.stats();
    assert_eq!((stats.started, stats.skipped, stats.running, stats.places_taken), (2, 0, 0, 0));
}

#[test]
fn a_place_serves_on_after_a_job_was_given_up() {
    let (pool, keeper) = gated(settings());
    let running = ask(from(&pool, 2, Standing::Anyone), "running");
    assert_eq!(keeper.entered.recv().unwrap(), "running");
    let mut kept = place(&pool);
    assert!(block_on(poll_once(kept.verify("given up".into(), None))).is_none());
    let mut again = pin!(kept.verify("again".into(), None));
    assert!(block_on(poll_once(&mut again)).is_none());
    keeper.gate.send(()).unwrap();
    assert_eq!(keeper.pass(), "again");
    assert!(!block_on(again).unwrap().matches);
    block_on(running).unwrap();
    assert_eq!(pool.stats().skipped, 1);
}

#[test]
fn debugging_a_pool_shows_neither_passwords_nor_hashes() {
    let (pool, keeper) = gated(settings());
    let running = ask(place(&pool), "hunter2");
    assert_eq!(keeper.entered.recv().unwrap(), "hunter2");
    let waiting = ask(place(&pool), "hunter3");
    let shown = format!("{pool:?} {:?}", place(&pool));
    assert!(
        shown.contains("running: 1") && !shown.contains("hunter") && !shown.contains("argon2id"),
        "{shown}"
    );
    keeper.gate.send(()).unwrap();
    keeper.pass();
    block_on(running).unwrap();
    block_on(waiting).unwrap();
}

#[test]
fn a_panic_is_one_jobs_failure_and_the_thread_lives_on() {
    let (pool, keeper) = gated(settings());
    let asked = ask(place(&pool), "panic");
    keeper.pass();
    assert!(matches!(block_on(asked), Err(HashFailure::Panicked)));
    assert_eq!(pool.stats().memory_kib, 0, "the memory it was using is gone");
    let asked = ask(place(&pool), "calm");
    keeper.pass();
    assert!(!block_on(asked).unwrap());
    let stats = pool.stats();
    assert_eq!((stats.started, stats.panicked, stats.running, stats.places_taken), (2, 1, 0, 0));
}

#[test]
fn a_pool_that_ends_answers_who_still_waits() {
    let (pool, keeper) = gated(settings());
    let running = ask(place(&pool), "running");
    assert_eq!(keeper.entered.recv().unwrap(), "running");
    let waiting = ask(place(&pool), "waiting");
    let mut late = place(&pool);
    drop(pool);
    assert!(matches!(block_on(waiting), Err(HashFailure::Stopped)));
    assert!(matches!(block_on(late.hash("late".into())), Err(HashFailure::Stopped)));
    keeper.gate.send(()).unwrap();
    assert!(!block_on(running).unwrap());
    drop(late);
    // The last thread takes the hash function with it.
    assert!(keeper.entered.recv().is_err());
}

#[test]
fn a_thousand_jobs_at_once_hold_no_more_memory_than_the_threads() {
    let stats = a_thousand_jobs(cheap(256, 1, 1));
    assert_eq!((stats.started, stats.places_taken), (1000, 0));
    assert!(stats.peak_memory_kib <= 2 * 256, "{stats:?}");
}

/// The same seen from outside, in a process of its own: 4 MiB for each job would be 4 GiB, and is to be 8 MiB.
#[cfg(target_os = "linux")]
#[test]
fn a_thousand_jobs_at_once_stay_small_in_the_systems_eyes() {
    let name = "hasher::tests::pool::thousand_jobs_of_4_mib";
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--ignored", "--nocapture", "--test-threads=1"])
        .output()
        .unwrap();
    assert!(child.status.success(), "{child:?}");
    let output = String::from_utf8(child.stdout).unwrap();
    let grown = output.lines().find_map(|line| line.strip_prefix("grown by KiB: ")).unwrap();
    assert!(grown.parse::<u64>().unwrap() < 48 * 1024, "{output}");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by a_thousand_jobs_at_once_stay_small_in_the_systems_eyes"]
fn thousand_jobs_of_4_mib() {
    let before = peak_rss_kib();
    let stats = a_thousand_jobs(cheap(4096, 1, 1));
    println!("\ngrown by KiB: {}", peak_rss_kib() - before);
    assert!(stats.peak_memory_kib <= 2 * 4096);
}

#[cfg(target_os = "linux")]
fn peak_rss_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn a_thousand_jobs(cost: crate::hasher::Argon2Cost) -> crate::hasher::PoolStats {
    let settings = settings().cost(cost).threads(count(2)).queue_places(count(4000));
    let pool = HashPool::start(settings).unwrap();
    let asked: Vec<_> = (0..1000)
        .map(|number| {
            let mut place = from(&pool, number, Standing::Anyone);
            let mut asked = Box::pin(async move { place.verify(RIGHT.into(), None).await });
            let early = block_on(poll_once(&mut asked));
            (asked, early)
        })
        .collect();
    for (asked, early) in asked {
        let verdict = early.unwrap_or_else(|| block_on(asked));
        assert!(!verdict.unwrap().matches);
    }
    pool.stats()
}

#[tokio::test]
async fn the_pool_serves_a_runtime_of_any_kind() {
    let pool = Arc::new(HashPool::start(settings()).unwrap());
    let mut place = place(&pool);
    let stored = place.hash(RIGHT.into()).await.unwrap();
    let verdict = tokio::spawn(async move { place.verify(RIGHT.into(), Some(stored)).await }).await.unwrap();
    assert!(verdict.unwrap().matches);
}
