//! Who gets how much of the hasher.

use std::num::NonZeroUsize;

use vestibule::Error;
use vestibule::hasher::{Argon2Cost, HashingSettings};
use vestibule::password::PasswordProblem;

use crate::redemption::*;
use crate::world::script::Fault;
use crate::world::*;

#[tokio::test]
async fn a_stranger_who_sends_long_passwords_holds_up_no_more_than_his_share_of_the_hasher() {
    let one = NonZeroUsize::new(1).unwrap();
    let world =
        World::with(|builder| builder.hashing(HashingSettings::default().threads(one).queue_places(one)));
    let (request, code) = asked(&world).await;
    // The log-in holds the only place, and hangs at its first question.
    world.script.fault_in("throttle_store.charge", Fault::Hangs);
    let (name, origin) = (address("ola@example.no"), here());
    let mut log_in = Box::pin(world.service.log_in(&name, secret(PASSWORD), &origin));
    assert!(futures_lite::future::poll_once(&mut log_in).await.is_none());
    assert_eq!(world.service.hash_pool().places_taken, 1);
    world.script.clear();
    let refused =
        world.service.activate(&request.handle, &code, new("passord1234passord1234"), &from(2)).await;
    assert!(same(&refused, &Error::Overloaded), "{refused:?}");
    assert!(world.script.calls().is_empty(), "nothing was counted");
    let short = world.service.activate(&request.handle, &code, new("kort"), &from(2)).await;
    assert!(matches!(short, Err(Error::PasswordRejected(PasswordProblem::TooShort { .. }))), "{short:?}");
    drop(log_in);
    while world.service.hash_pool().places_taken > 0 {
        tokio::task::yield_now().await;
    }
    let refused =
        world.service.activate(&request.handle, &code, new("passord1234passord1234"), &from(2)).await;
    assert!(matches!(refused, Err(Error::PasswordRejected(PasswordProblem::Common))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_log_ins_at_once_hold_the_memory_of_two_hashes_and_what_is_refused_is_refused_at_once() {
    let threads = NonZeroUsize::new(2).unwrap();
    let hashing = HashingSettings::default().threads(threads).queue_places(NonZeroUsize::new(100).unwrap());
    let world = World::with(|builder| builder.hashing(hashing));
    world.active("ola@example.no").await;
    let before = world.service.hash_pool();
    let tasks: Vec<_> = (0..1_000)
        .map(|n| {
            let service = world.service.clone();
            let name = if n == 0 { "ola@example.no".into() } else { format!("ingen{n}@example.no") };
            tokio::spawn(async move { service.log_in(&address(&name), secret(PASSWORD), &from(n)).await })
        })
        .collect();
    let (mut judged, mut overloaded) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) | Err(Error::CredentialsRejected) => judged += 1,
            Err(Error::Overloaded) => overloaded += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    let after = world.service.hash_pool();
    assert_eq!(judged + overloaded, 1_000);
    assert!(overloaded > 0, "more was asked than there are places");
    assert_eq!(after.started - before.started, judged, "what is refused reaches no thread");
    assert!(after.peak_memory_kib <= 2 * u64::from(Argon2Cost::RECOMMENDED.memory_kib()), "{after:?}");
    assert_eq!((after.places_taken, after.running), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_member_takes_no_more_of_the_hasher_than_a_share() {
    let hashing = HashingSettings::default()
        .threads(NonZeroUsize::new(1).unwrap())
        .queue_places(NonZeroUsize::new(16).unwrap());
    let world = World::with(|builder| builder.hashing(hashing));
    world.active("ola@example.no").await;
    let mut devices = Vec::new();
    for _ in 0..20 {
        devices.push(world.log_in("ola@example.no", PASSWORD).await.unwrap().device.unwrap());
    }
    let tasks: Vec<_> = devices
        .into_iter()
        .enumerate()
        .map(|(n, device)| {
            let (service, origin) = (world.service.clone(), from(n as u32).with_device(device));
            tokio::spawn(async move {
                service.log_in(&address("ola@example.no"), secret(PASSWORD), &origin).await
            })
        })
        .collect();
    let stranger = world.service.log_in(&address("ingen@example.no"), secret(PASSWORD), &from(99)).await;
    assert!(matches!(stranger, Err(Error::CredentialsRejected)), "{stranger:?}");
    for task in tasks {
        let _ = task.await.unwrap();
    }
}
