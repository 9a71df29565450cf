//! Much at once: what is too much is refused, and nothing of the rest is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::client::{Client, PASSWORD};
use crate::program::Portal;
use crate::trials;

trials!(two_hundred_log_ins_at_once);

const PEOPLE: [&str; 4] = [
    "anne.hansen@example.com",
    "finn.kristiansen@post.example.com",
    "kari.moen@klubb.example.com",
    "oppdiktet@example.com",
];

async fn two_hundred_log_ins_at_once() {
    let portal = Portal::start();
    for email in PEOPLE {
        portal.client().activate(&portal, email).await;
    }
    let mut browsers = Vec::new();
    for number in 0..200 {
        let mut client = portal.client();
        client.get("/login").await;
        // Most of them one person's: her line is longer than may wait.
        browsers.push((client, if number < 150 { PEOPLE[0] } else { PEOPLE[number % PEOPLE.len()] }));
    }

    let over = Arc::new(AtomicBool::new(false));
    let health = tokio::spawn(watch_health(portal.client(), Arc::clone(&over)));
    let attempts = browsers.into_iter().map(|(client, email)| tokio::spawn(attempt(client, email)));
    let attempts: Vec<_> = attempts.collect();
    let mut refused = 0;
    for attempt in attempts {
        if !attempt.await.unwrap() {
            refused += 1;
        }
    }
    over.store(true, Ordering::SeqCst);
    assert!(health.await.unwrap() > 0, "/healthz answered meanwhile");
    assert!((1..200).contains(&refused), "{refused}");
    let sessions = sqlx::query_scalar::<_, i64>("select count(*) from portal_sessions");
    assert_eq!(sessions.fetch_one(&portal.database()).await.unwrap(), 200 - refused, "nothing is lost");
    assert_eq!(portal.client().log_in(PEOPLE[0], PASSWORD).await.status, 303, "afterwards it is as before");
}

/// Whether the log-in was done. The other thing that may happen is to be asked to come again.
async fn attempt(mut client: Client, email: &'static str) -> bool {
    let answer = client.post("/login", &[("email", email), ("password", PASSWORD)]).await;
    if answer.status == 303 {
        assert_eq!(client.get("/account").await.status, 200);
        return true;
    }
    assert_eq!(answer.status, 503, "{}", answer.said());
    assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
    answer.says("Vent litt og prøv igjen").says(&format!("value=\"{email}\""));
    false
}

async fn watch_health(mut client: Client, over: Arc<AtomicBool>) -> u32 {
    let mut answered = 0;
    while !over.load(Ordering::SeqCst) {
        assert_eq!(client.get("/healthz").await.status, 200);
        answered += 1;
        tokio::task::yield_now().await;
    }
    answered
}
