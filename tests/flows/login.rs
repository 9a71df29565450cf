use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Barrier;
use vestibule::event::{EventKind, LogInRefusal};
use vestibule::hasher::{Argon2Cost, HashingSettings};
use vestibule::{Error, PasswordHash};

use crate::world::script::{Fault, expect_panics};
use crate::world::*;

async fn burst(world: &World, tasks: u32, password: &'static str) -> Vec<Result<vestibule::Login, Error>> {
    let barrier = Arc::new(Barrier::new(tasks as usize));
    let tasks: Vec<_> = (0..tasks)
        .map(|n| {
            let (service, barrier) = (world.service.clone(), Arc::clone(&barrier));
            tokio::spawn(async move {
                barrier.wait().await;
                service.log_in(&address("ola@example.no"), secret(password), &from(n)).await
            })
        })
        .collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_200_parallel_wrong_passwords_no_more_than_the_schedule_allows_reach_the_hasher() {
    let world = World::new();
    world.active("ola@example.no").await;
    let before = world.hashed();
    let results = burst(&world, 200, "helt feil passord").await;
    assert_eq!(world.hashed() - before, 5);
    let rejected = results.iter().filter(|result| matches!(result, Err(Error::CredentialsRejected)));
    assert_eq!(rejected.count(), 5);
    assert!(results.iter().all(|result| result.is_err()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_parallel_right_log_ins_of_one_person_all_succeed() {
    let world = World::new();
    world.active("ola@example.no").await;
    let results = burst(&world, 20, PASSWORD).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
}

#[tokio::test]
async fn waits_rise_and_failures_while_waiting_do_not_extend_them() {
    let world = World::new();
    world.active("ola@example.no").await;
    for _ in 0..5 {
        assert!(matches!(world.log_in("ola@example.no", "galt").await, Err(Error::CredentialsRejected)));
    }
    for wait in [30, 60, 120] {
        for _ in 0..3 {
            let waiting = world.log_in("ola@example.no", PASSWORD).await;
            assert!(
                matches!(waiting, Err(Error::Throttled { retry_after }) if retry_after.as_secs() == wait),
                "{waiting:?}"
            );
        }
        world.clock.turn(Duration::from_secs(wait));
        assert!(matches!(world.log_in("ola@example.no", "galt").await, Err(Error::CredentialsRejected)));
    }
    world.clock.turn(Duration::from_secs(240));
    world.log_in("ola@example.no", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn the_owners_success_changes_nothing_that_a_stranger_can_see() {
    let seen_by_a_stranger = async |owner_logs_in: bool| {
        let world = World::new();
        world.active("ola@example.no").await;
        let mut seen = Vec::new();
        for attempt in 0..8 {
            if attempt == 4 && owner_logs_in {
                world.log_in("ola@example.no", PASSWORD).await.unwrap();
            }
            let result = world.service.log_in(&address("ola@example.no"), secret("galt"), &from(66)).await;
            seen.push(outcome(&result));
        }
        seen
    };
    assert_eq!(seen_by_a_stranger(false).await, seen_by_a_stranger(true).await);
}

#[tokio::test]
async fn a_hundred_failures_in_a_row_stop_the_password_for_everybody_alike_and_not_for_a_known_device() {
    let world = World::new();
    world.active("ola@example.no").await;
    let device = world.log_in("ola@example.no", PASSWORD).await.unwrap().device.unwrap();
    for name in ["ola@example.no", "ingen@example.no"] {
        for source in 0..100 {
            let failed = world.service.log_in(&address(name), secret("galt"), &from(source)).await;
            assert!(matches!(failed, Err(Error::CredentialsRejected)), "{source} {failed:?}");
            world.clock.turn(Duration::from_secs(3_600));
        }
        let stopped = world.service.log_in(&address(name), secret(PASSWORD), &here()).await;
        assert!(matches!(stopped, Err(Error::PasswordStopped)), "{stopped:?}");
    }
    let origin = here().with_device(device);
    world.service.log_in(&address("ola@example.no"), secret(PASSWORD), &origin).await.unwrap();
}

#[tokio::test]
async fn a_stopped_password_is_asked_about_once_and_told_once() {
    let world = World::with_settings(|settings| {
        settings.log_ins_in_a_row =
            vestibule::throttle::Schedule::ceiling(2, Duration::from_secs(86_400)).unwrap();
    });
    world.active("ola@example.no").await;
    for _ in 0..2 {
        let failed = world.log_in("ola@example.no", "galt").await;
        assert!(matches!(failed, Err(Error::CredentialsRejected)));
    }
    world.script.clear();
    let stopped = world.log_in("ola@example.no", PASSWORD).await;
    assert!(matches!(stopped, Err(Error::PasswordStopped)), "{stopped:?}");
    assert_eq!(world.script.calls(), ["throttle_store.charge"]);
    let told = world.event_kinds().into_iter().filter(|kind| matches!(kind, EventKind::PasswordStopped));
    assert_eq!(told.count(), 1);
}

#[tokio::test]
async fn a_success_ends_the_row_of_failures() {
    let world = World::new();
    world.active("ola@example.no").await;
    for round in 0..3 {
        for source in 0..60 {
            let failed =
                world.service.log_in(&address("ola@example.no"), secret("galt"), &from(source)).await;
            assert!(matches!(failed, Err(Error::CredentialsRejected)), "{round} {source} {failed:?}");
            world.clock.turn(Duration::from_secs(3_600));
        }
        world.log_in("ola@example.no", PASSWORD).await.unwrap();
    }
}

#[tokio::test]
async fn the_next_in_line_goes_when_the_row_of_failures_is_cleared_and_its_own_failure_stays() {
    let world = World::swift(|builder| {
        let mut settings = vestibule::Settings::default();
        let (often, day) = (1_000, Duration::from_secs(86_400));
        settings.log_ins_per_address = vestibule::throttle::Schedule::window(often, day).unwrap();
        settings.log_ins_in_a_row = vestibule::throttle::Schedule::ceiling(2, day).unwrap();
        builder.settings(settings)
    });
    world.active_at_once("ola@example.no").await;
    let wrong = async || outcome(&world.log_in("ola@example.no", "galt").await);
    let rejected = outcome::<()>(&Err(Error::CredentialsRejected));
    assert_eq!(wrong().await, rejected);
    world.background.hold();
    world.log_in("ola@example.no", PASSWORD).await.unwrap();
    world.script.clear();
    let mut next = Box::pin(wrong());
    for _ in 0..50 {
        assert!(futures_lite::future::poll_once(&mut next).await.is_none());
        tokio::task::yield_now().await;
    }
    assert!(world.script.calls().is_empty(), "the row of failures is not cleared yet");
    world.background.release();
    assert_eq!(next.await, rejected);
    assert_eq!(world.script.calls()[..2], ["throttle_store.lift", "throttle_store.charge"]);
    // Two in a row stop it: the one from before the success is not among them.
    assert_eq!(wrong().await, rejected);
    assert_eq!(wrong().await, outcome::<()>(&Err(Error::PasswordStopped)));
}

#[tokio::test]
async fn a_background_that_cannot_clear_a_row_of_failures_stops_no_log_in() {
    for fault in [Fault::Fails, Fault::Hangs, Fault::Panics] {
        expect_panics();
        let world = World::swift(|builder| builder);
        world.active_at_once("ola@example.no").await;
        assert!(world.log_in("ola@example.no", "galt").await.is_err());
        match fault {
            Fault::Panics => world.aside.fault_in("spawner.spawn", fault),
            _ => world.script.fault_in("throttle_store.lift", fault),
        }
        for _ in 0..3 {
            world.log_in("ola@example.no", PASSWORD).await.unwrap();
        }
    }
}

#[tokio::test]
async fn ten_megabytes_are_refused_before_anything_is_asked() {
    let world = World::new();
    world.active("ola@example.no").await;
    world.script.clear();
    let before = world.hashed();
    let long = "x".repeat(10_000_000);
    for name in ["ola@example.no", "ingen@example.no"] {
        let refused = world.service.log_in(&address(name), secret(&long), &here()).await;
        assert!(matches!(refused, Err(Error::CredentialsRejected)));
    }
    assert!(world.script.calls().is_empty());
    assert_eq!(world.hashed(), before);
}

#[tokio::test]
async fn an_account_without_a_password_refuses_every_password() {
    let world = World::new();
    world.register("ola@example.no");
    for password in ["", " ", "null", "None", "$argon2id$", PASSWORD] {
        let refused = world.log_in("ola@example.no", password).await;
        assert!(matches!(refused, Err(Error::CredentialsRejected)));
        world.clock.turn(Duration::from_secs(3_600));
    }
    assert!(world.saw(&EventKind::LogInRefused { reason: LogInRefusal::NotYetActive }));
}

#[tokio::test]
async fn a_composed_and_a_decomposed_password_are_the_same() {
    let world = World::new();
    world.register("ola@example.no");
    let request = world.service.request_activation(&email("ola@example.no"), &here()).await.unwrap();
    let code = world.code_to(&email("ola@example.no")).await;
    world
        .service
        .activate(&request.handle, &code, new("bla\u{30a}ba\u{30a}r og fløte til kvelds"), &here())
        .await
        .unwrap();
    world.log_in("ola@example.no", "bl\u{e5}b\u{e5}r og fløte til kvelds").await.unwrap();
}

#[tokio::test]
async fn a_hash_of_older_parameters_is_renewed_at_the_next_log_in() {
    let world = World::new();
    let id = world.active("ola@example.no").await;
    let before = world.directory.accounts()[0].clone();
    let cost = Argon2Cost::RECOMMENDED;
    let dearer = vestibule::AccountService::builder(
        world.directory.clone(),
        world.codes.clone(),
        world.throttle.clone(),
        world.outbox.clone(),
        keys(),
        profile(),
    )
    .clock(world.clock.clone())
    .events(world.events.clone())
    .hashing(HashingSettings::default().cost(cost))
    .build()
    .unwrap();
    let login = dearer.log_in(&address("ola@example.no"), secret(PASSWORD), &here()).await.unwrap();
    dearer.drain(Duration::from_secs(10)).await;
    let after = world.directory.accounts()[0].clone();
    assert!(!after.password.as_ref().unwrap().is_same_as(before.password.as_ref().unwrap()));
    assert_eq!(after.credential_version, before.credential_version, "a rehash ends no session");
    assert!(dearer.is_current(&id, &login.credential_version).await.unwrap());
    assert!(world.saw(&EventKind::HashRenewed));
    dearer.log_in(&address("ola@example.no"), secret(PASSWORD), &here()).await.unwrap();
}

#[tokio::test]
async fn a_suspended_account_is_refused_at_the_cost_of_every_refusal_right_password_or_wrong() {
    let cheapest = Argon2Cost::dangerous_cheapest();
    let hashing = HashingSettings::default().cost(cheapest).refusal_cost(Argon2Cost::RECOMMENDED);
    let world = World::with(|builder| builder.hashing(hashing));
    let id = world.active("ola@example.no").await;
    world.directory.suspend(&id).unwrap();
    let mut hashes = Vec::new();
    for (name, password) in
        [("ola@example.no", PASSWORD), ("ola@example.no", "galt"), ("ingen@example.no", "galt")]
    {
        let before = world.service.hash_pool().hashes;
        assert!(matches!(world.log_in(name, password).await, Err(Error::CredentialsRejected)));
        hashes.push(world.service.hash_pool().hashes - before);
    }
    assert_eq!(hashes[0], hashes[2], "a right password is told by nothing");
    assert_eq!(hashes[1], hashes[2]);
}

#[tokio::test]
async fn the_cheapest_hashing_costs_nothing_for_older_hashes_that_were_named() {
    let older = PasswordHash::from_stored(
        "$argon2id$v=19$m=12288,t=3,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    );
    let named = || HashingSettings::default().older_hashes([older.clone()]);
    for (world, hashes) in [
        (World::with(|builder| builder.hashing(named())), 2),
        (World::with(|builder| builder.hashing(named()).dangerous().cheapest_hashing()), 1),
    ] {
        assert!(matches!(world.log_in("ingen@example.no", "galt").await, Err(Error::CredentialsRejected)));
        assert_eq!(world.service.hash_pool().hashes, hashes);
    }
}
