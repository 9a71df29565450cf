//! Much at once: what is too much is refused, nothing of the rest is lost, and the rest of the program goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::client::{Client, PASSWORD};
use crate::program::Portal;
use crate::trials;

trials!(two_hundred_log_ins_at_once);

const ANNE: &str = "anne.hansen@example.com";
const BROWSERS: usize = 200;
/// So many of them are one person's: her line is longer than may wait.
const HERS: usize = 140;
/// What one hash takes, in KiB.
const HASH: usize = 19 * 1024;

async fn two_hundred_log_ins_at_once() {
    let portal = Portal::start();
    let people = everybody_active(&portal).await;
    let mut browsers = Vec::new();
    for number in 0..BROWSERS {
        let mut client = portal.client();
        client.get("/login").await;
        browsers.push((client, if number < HERS { ANNE.to_owned() } else { people[number - HERS].clone() }));
    }

    let unanswered = Arc::new(AtomicUsize::new(BROWSERS));
    let health = watch_health(portal.client(), Arc::clone(&unanswered));
    let attempts = browsers.into_iter().map(|(client, email)| {
        let unanswered = Arc::clone(&unanswered);
        tokio::spawn(async move {
            let done = attempt(client, &email).await;
            unanswered.fetch_sub(1, Ordering::SeqCst);
            done
        })
    });
    let attempts: Vec<_> = attempts.collect();
    let began = Instant::now();
    let mut refused = 0;
    for attempt in attempts {
        if !attempt.await.unwrap() {
            refused += 1;
        }
    }
    let took = began.elapsed();
    let health = health.join().unwrap();

    assert!((1..HERS).contains(&refused), "{refused}");
    let sessions = sqlx::query_scalar::<_, i64>("select count(*) from portal_sessions");
    let sessions = usize::try_from(sessions.fetch_one(&portal.database()).await.unwrap()).unwrap();
    assert!(sessions >= BROWSERS - refused, "every other one is logged in");
    for email in &people {
        assert_eq!(portal.client().log_in(email, PASSWORD).await.status, 303, "{email}: as before");
    }

    assert!(health.during > 0, "/healthz was asked and answered while most log-ins were not yet");
    let cores = std::thread::available_parallelism().unwrap().get();
    let (peak, bound) = (portal.peak_memory(), 256 * 1024 + cores * 2 * HASH);
    assert!(BROWSERS * HASH > 2 * bound || cores > 32, "the bound tells something");
    assert!(peak < bound, "{peak} KiB");
    eprintln!(
        "{BROWSERS} log-ins in {took:?}, {refused} refused; /healthz {} times, {} of them while most were unanswered, \
         at the slowest {:?}, in the median {:?}; at most {} MiB",
        health.times.len(),
        health.during,
        health.times[health.times.len() - 1],
        health.times[health.times.len() / 2],
        peak / 1024,
    );
}

/// Everybody gets the password that one has chosen: the e-mail addresses.
async fn everybody_active(portal: &Portal) -> Vec<String> {
    portal.client().activate(portal, ANNE).await;
    portal
        .execute(
            "update vestibule_accounts set state = 'active', password_hash = (select password_hash from \
             vestibule_accounts where password_hash is not null) where state = 'pending'",
        )
        .await;
    let people = include_str!("../../examples/portal/members.csv").lines().skip(1);
    let people: Vec<_> = people.map(|line| line.split(',').next().unwrap().to_owned()).collect();
    assert!(people.len() >= 60);
    people
}

/// Whether the log-in was done. The other thing that may happen is to be asked to come again.
async fn attempt(mut client: Client, email: &str) -> bool {
    let answer = client.post("/login", &[("email", email), ("password", PASSWORD)]).await;
    if answer.status == 303 {
        assert_eq!(client.get("/account").await.status, 200);
        return true;
    }
    // At once, on the page that was filled in, or, on a machine that has too much to do, after a while on its own.
    assert_eq!(answer.status, 503, "{}", answer.said());
    assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
    answer.says("Vent litt og prøv igjen");
    false
}

struct Health {
    /// How long each answer took, the quickest first.
    times: Vec<Duration>,
    /// How many were asked for and came while most log-ins were unanswered.
    during: usize,
}

/// Asks on a thread of its own, until every log-in is answered.
fn watch_health(mut client: Client, unanswered: Arc<AtomicUsize>) -> std::thread::JoinHandle<Health> {
    let began = Arc::new(AtomicBool::new(false));
    let begins = Arc::clone(&began);
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut health = Health { times: Vec::new(), during: 0 };
            while unanswered.load(Ordering::SeqCst) > 0 {
                let asked = Instant::now();
                assert_eq!(client.get("/healthz").await.status, 200);
                health.times.push(asked.elapsed());
                // The first goes before the storm.
                if begins.swap(true, Ordering::SeqCst) && unanswered.load(Ordering::SeqCst) > BROWSERS / 2 {
                    health.during += 1;
                }
            }
            health.times.sort();
            health
        })
    });
    while !began.load(Ordering::SeqCst) && !thread.is_finished() {
        std::thread::yield_now();
    }
    thread
}
