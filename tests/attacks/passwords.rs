use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Barrier;
use vestibule::hasher::HashingSettings;
use vestibule::{Contact, Error, Locale, Origin, PasswordHash};

use crate::world::*;

const OLA: &str = "ola@example.no";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_log_ins_stays_within_the_memory_of_the_pool() {
    let world = World::with(|builder| {
        let hashing = HashingSettings::default()
            .threads(NonZeroUsize::new(2).unwrap())
            .queue_places(NonZeroUsize::new(4).unwrap());
        builder.hashing(hashing)
    });
    world.active_at_once("person0@example.no").await;
    let barrier = Arc::new(Barrier::new(200));
    let tasks: Vec<_> = (0..200)
        .map(|n| {
            let (service, barrier) = (world.service.clone(), Arc::clone(&barrier));
            tokio::spawn(async move {
                barrier.wait().await;
                let name = address(&format!("person{}@example.no", n % 100));
                service.log_in(&name, secret("galt"), &from(n)).await
            })
        })
        .collect();
    let (mut rejected, mut overloaded) = (0_u32, 0);
    for task in tasks {
        match task.await.unwrap() {
            Err(Error::CredentialsRejected) => rejected += 1,
            Err(Error::Overloaded) => overloaded += 1,
            other => panic!("{other:?}"),
        }
    }
    let pool = world.service.hash_pool();
    assert!(rejected > 0 && overloaded > 0, "{rejected} {overloaded}");
    assert_eq!(pool.started, u64::from(rejected));
    assert!(pool.peak_memory_kib <= 2 * 19_456, "{pool:?}");
    assert_eq!(pool.places_taken, 0);
}

#[tokio::test]
async fn a_stored_blank_is_nobodys_password() {
    for stored in ["", " ", "!", "*", "x", "NULL", "$argon2id$", "plaintext password"] {
        let world = World::new();
        let id = world.register(OLA);
        world.set_hash(&id, PasswordHash::from_stored(stored)).await;
        for typed in ["", " ", "!", "*", "x", "NULL", "$argon2id$", "plaintext password", stored] {
            let refused = world.log_in(OLA, typed).await;
            assert!(matches!(refused, Err(Error::CredentialsRejected)), "{stored:?} {typed:?}: {refused:?}");
            let change = world.service.change_password(&id, secret(typed), new(ANOTHER), &here()).await;
            assert!(
                matches!(change, Err(Error::CurrentPasswordRejected)),
                "{stored:?} {typed:?}: {change:?}"
            );
            world.clock.turn(Duration::from_secs(3_600));
        }
    }
}

#[tokio::test]
async fn no_success_is_returned_before_older_sessions_are_dead() {
    let world = World::new();
    let id = world.active_at_once(OLA).await;
    // Everything that is left to the background is kept from running: what is dead is dead at the answer.
    let session = world.log_in(OLA, PASSWORD).await.unwrap();
    let asked = world.service.request_recovery(&email(OLA), &here()).await.unwrap();
    let code = world.code_to(&email(OLA)).await;
    world.service.recover(&asked.handle, &code, new(ANOTHER), &here()).await.unwrap();
    let current = world.directory.accounts()[0].credential_version.clone();
    assert_ne!(current, session.credential_version);
    assert!(!world.service.is_current(&id, &session.credential_version).await.unwrap());
    let second = world.log_in(OLA, ANOTHER).await.unwrap();
    let changed = world.service.change_password(&id, secret(ANOTHER), new(PASSWORD), &here()).await.unwrap();
    assert!(!world.service.is_current(&id, &second.credential_version).await.unwrap());
    assert!(world.service.is_current(&id, &changed.credential_version).await.unwrap());
}

/// The words of everything that is sent when a stranger asks from that origin, in that spelling, with codes blotted
/// out.
async fn words(typed: &Contact, origin: &Origin) -> Vec<String> {
    let world = World::new();
    world.register(OLA);
    let asked = world.service.request_activation(typed, origin).await.unwrap();
    let code = world.code_to(&email(OLA)).await;
    world.service.activate(&asked.handle, &code, new(PASSWORD), origin).await.unwrap();
    world.service.request_activation(typed, origin).await.unwrap();
    world.settle().await;
    let messages = world.outbox.messages();
    assert_eq!(messages.len(), 3, "a code, a notice and a note");
    let cookie = asked.handle.expose_for_cookie();
    for message in &messages {
        let words = format!("{} {:?}", message.text.expose_text(), message.text.expose_html());
        assert!(!words.contains(&cookie) && !words.contains(cookie.split_once('.').unwrap().1));
        for link in words.split("http").skip(1) {
            let link: String =
                link.chars().take_while(|c| !c.is_whitespace() && *c != '"' && *c != '<').collect();
            assert!(!link.contains(&code.expose()[..4]), "no address holds a code: {link}");
        }
    }
    let halves = format!("{} {}", &code.expose()[..4], &code.expose()[4..]);
    messages
        .iter()
        .map(|message| {
            let words = format!(
                "{:?} {} {:?}",
                message.text.subject(),
                message.text.expose_text(),
                message.text.expose_html()
            );
            words.replace(code.expose(), "CODE").replace(&halves, "CODE")
        })
        .collect()
}

#[tokio::test]
async fn messages_hold_nothing_of_the_request() {
    let plain = words(&email(OLA), &Origin::without_address()).await;
    let source: IpAddr = "203.0.113.77".parse().unwrap();
    let shouted = words(&email("OLA@EXAMPLE.NO"), &Origin::from_address(source)).await;
    let plain: String = plain.join("\n");
    let shouted: String = shouted.join("\n");
    assert_eq!(plain, shouted);
    assert!(!shouted.contains("203.0.113.77") && !shouted.contains("OLA@EXAMPLE"));
    // The language is the only thing that an asker chooses, and only where nobody else has.
    let world = World::new();
    let registration = vestibule::account::Registration::new(address(OLA)).locale(Locale::NORWEGIAN);
    world.directory.register(registration).unwrap();
    let english = here().with_locale(Locale::ENGLISH);
    world.service.request_activation(&email(OLA), &english).await.unwrap();
    world.settle().await;
    let theirs = world.outbox.messages()[0].text.expose_text().to_owned();
    world.service.request_activation(&email(OLA), &here()).await.unwrap();
    world.settle().await;
    let own = world.outbox.messages()[1].text.expose_text().to_owned();
    let blot = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    assert_eq!(blot(&theirs), blot(&own), "a stranger does not choose the owner's language");
}
