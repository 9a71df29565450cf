//! What is stored is sealed: it tells nothing, opens in its own row alone, and under the keys of the service alone.

use std::time::Duration;

use sqlx::SqlitePool;
use vestibule::adapters::sqlite::SqliteMessages;
use vestibule::error::BackendErrorKind::{Corrupt, Misconfigured};
use vestibule::{KeyRing, ServiceKey};

use crate::child::open;
use crate::machines::{Machine, Mood, OLA, Shared};
use crate::world::{email, here, keys};

const OPEN: &str = "message_queue.open";

fn ring(key: u8) -> KeyRing {
    KeyRing::new(ServiceKey::from_bytes([key; 32]), ServiceKey::from_bytes([2; 32]))
}

/// An invitation that was accepted and not sent, in a database.
async fn accepted(shared: &Shared, keys: KeyRing) -> (tempfile::TempDir, SqlitePool, Machine) {
    let folder = tempfile::tempdir().unwrap();
    let pool = open(folder.path().join("members.db")).await;
    let machine = on(shared, &pool, keys);
    let id = shared.register();
    machine.background.hold();
    machine.service.invite(&id).await.unwrap();
    shared.turn(60);
    (folder, pool, machine)
}

fn on(shared: &Shared, pool: &SqlitePool, keys: KeyRing) -> Machine {
    shared.machine_on(SqliteMessages::new(pool.clone()), keys, |settings| {
        // Waits are a thousand times as short, and this is a real database.
        settings.port_deadline = Duration::from_secs(10_000);
    })
}

async fn rows(pool: &SqlitePool) -> i64 {
    sqlx::query_scalar("select count(*) from vestibule_messages").fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn the_database_holds_no_code_address_or_language_of_a_message() {
    let shared = Shared::default();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("members.db");
    let pool = open(&file).await;
    let machine = on(&shared, &pool, keys());
    let id = shared.register();
    machine.sender.is_now(Mood::Fails);
    machine.service.request_activation(&email(OLA), &here()).await.unwrap();
    machine.service.invite(&id).await.unwrap();
    while rows(&pool).await < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let bytes: Vec<u8> = ["db", "db-wal"]
        .iter()
        .flat_map(|extension| std::fs::read(file.with_extension(extension)).unwrap())
        .collect();
    assert!(bytes.windows(17).any(|window| window == b"vestibule_message"), "this is the file");
    machine.sender.is_now(Mood::Sends);
    machine.settle().await;
    let sent = shared.sent.lock().unwrap().clone();
    let code = sent.iter().find_map(|message| message.expose_code()).unwrap().to_owned();
    for secret in [code.as_str(), OLA, "ola@", "invitation", "activation"] {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret} is in the file");
    }
}

#[tokio::test]
async fn a_row_under_another_id_does_not_open_and_is_told_of_and_gone() {
    forged("update vestibule_messages set id = zeroblob(16)").await;
}

#[tokio::test]
async fn a_row_with_another_expiry_does_not_open_and_is_told_of_and_gone() {
    forged("update vestibule_messages set expires_at = expires_at + 86400000").await;
}

#[tokio::test]
async fn a_row_that_was_damaged_does_not_open_and_is_told_of_and_gone() {
    forged("update vestibule_messages set sealed = substr(sealed, 1, 100)").await;
    forged("update vestibule_messages set sealed = x''").await;
    forged("update vestibule_messages set sealed = cast(substr(sealed, 1, 4) || randomblob(900) as blob)")
        .await;
}

async fn forged(change: &'static str) {
    let shared = Shared::default();
    let (_folder, pool, _first) = accepted(&shared, keys()).await;
    sqlx::raw_sql(change).execute(&pool).await.unwrap();
    let second = on(&shared, &pool, keys());
    assert_eq!(second.resume().await, 0);
    assert_eq!(second.failed(), [(OPEN, Corrupt)], "{change}");
    assert_eq!((shared.sent().len(), rows(&pool).await), (0, 0), "{change}");
}

#[tokio::test]
async fn a_row_under_a_key_that_is_not_here_is_told_of_and_left_to_who_has_it() {
    let shared = Shared::default();
    let (_folder, pool, _first) = accepted(&shared, ring(5)).await;
    let stranger = on(&shared, &pool, ring(6));
    for _ in 0..2 {
        assert_eq!(stranger.resume().await, 0);
        shared.turn(60);
    }
    assert_eq!(stranger.failed(), [(OPEN, Misconfigured); 2]);
    assert_eq!(on(&shared, &pool, ring(5)).resume().await, 1);
    assert_eq!(shared.sent(), ["invitation"]);
}

#[tokio::test]
async fn what_was_sealed_under_a_retired_key_is_sent() {
    let shared = Shared::default();
    let (_folder, pool, _first) = accepted(&shared, ring(5)).await;
    let rotated = on(&shared, &pool, ring(6).with_retired(ServiceKey::from_bytes([5; 32])));
    assert_eq!(rotated.resume().await, 1);
    assert_eq!((shared.sent(), rows(&pool).await), (vec!["invitation"], 0));
}

#[tokio::test]
async fn nothing_that_is_printed_or_recorded_names_the_person() {
    let shared = Shared::default();
    let (_folder, pool, first) = accepted(&shared, keys()).await;
    let second = on(&shared, &pool, keys());
    second.resume().await;
    let shown = format!(
        "{first:?} {second:?} {:?} {:?}",
        SqliteMessages::new(pool),
        (first.events.events(), second.events.events())
    );
    for secret in ["ola@", "example.no"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert_eq!(second.service.drain(Duration::ZERO).await, 0);
}
