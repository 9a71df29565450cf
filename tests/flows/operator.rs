use std::time::Duration;

use vestibule::adapters::memory::MemoryThrottle;
use vestibule::message::MessageKind;
use vestibule::ports::ThrottleStore;
use vestibule::service::Invitation;
use vestibule::throttle::{Charge, ThrottleKey, Ticket, Verdict};
use vestibule::time::OffsetDateTime;
use vestibule::{BackendError, Error, async_trait};

use crate::world::script::Fault;
use crate::world::*;

#[tokio::test]
async fn a_pending_person_is_invited_and_the_invitation_holds_no_secret() {
    let world = World::new();
    let id = world.register("ola@example.no");
    assert_eq!(world.service.invite(&id).await.unwrap(), Invitation::Queued);
    world.settle().await;
    let sent = world.outbox.messages();
    assert_eq!(world.kinds_sent(), [MessageKind::Invitation]);
    assert!(sent[0].expose_code().is_none());
    world.activate(&email("ola@example.no")).await.unwrap();
    assert_eq!(world.service.invite(&id).await.unwrap(), Invitation::NotPending);
    let nobody = vestibule::AccountId::new("nobody");
    assert_eq!(world.service.invite(&nobody).await.unwrap(), Invitation::Unknown);
}

#[tokio::test]
async fn an_operator_lifts_a_wait() {
    let world = World::new();
    world.active("ola@example.no").await;
    for _ in 0..5 {
        let _ = world.log_in("ola@example.no", "galt").await;
    }
    assert!(matches!(world.log_in("ola@example.no", PASSWORD).await, Err(Error::Throttled { .. })));
    world.service.lift_throttle(&email("ola@example.no"), &here()).await.unwrap();
    world.log_in("ola@example.no", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn purging_removes_what_has_had_its_time_and_nothing_else() {
    let world = World::new();
    world.register("ola@example.no");
    world.service.request_activation(&email("ola@example.no"), &here()).await.unwrap();
    world.settle().await;
    assert_eq!(world.service.purge().await.unwrap().codes, 0);
    world.clock.turn(Duration::from_secs(601));
    assert_eq!(world.service.purge().await.unwrap().codes, 1);
    world.clock.turn(Duration::from_secs(200 * 86_400));
    let purged = world.service.purge().await.unwrap();
    assert!(purged.throttles > 0);
    assert_eq!(world.service.purge().await.unwrap(), Default::default());
}

#[tokio::test]
async fn a_purge_by_a_clock_that_is_ahead_forgets_nothing_that_still_counts() {
    let world = World::new();
    for source in 1..=3 {
        world.service.request_activation(&email("ola@example.no"), &from(source)).await.unwrap();
    }
    world.clock.turn(Duration::from_secs(900));
    world.service.purge().await.unwrap();
    // The next request is asked of a machine whose clock is five seconds behind.
    world.clock.set(vestibule::ports::Clock::now(&world.clock) - time::Duration::seconds(5));
    let fourth = world.service.request_activation(&email("ola@example.no"), &from(4)).await;
    assert!(matches!(fourth, Err(Error::Throttled { .. })), "{fourth:?}");
}

/// A store with much to remove.
#[derive(Debug)]
struct SlowToPurge(MemoryThrottle);

#[async_trait]
impl ThrottleStore for SlowToPurge {
    async fn charge(&self, charges: &[Charge], now: OffsetDateTime) -> Result<Verdict, BackendError> {
        self.0.charge(charges, now).await
    }

    async fn refund(&self, ticket: &Ticket) -> Result<(), BackendError> {
        self.0.refund(ticket).await
    }

    async fn lift(&self, keys: &[ThrottleKey]) -> Result<(), BackendError> {
        self.0.lift(keys).await
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        tokio::time::sleep(Duration::from_secs(300)).await;
        self.0.purge(before).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_purge_may_take_longer_than_an_answer_that_somebody_waits_for() {
    let world = World::new();
    let throttle = SlowToPurge(world.throttle.clone());
    let (directory, codes, outbox) = (world.directory.clone(), world.codes.clone(), world.outbox.clone());
    let builder = vestibule::AccountService::builder(directory, codes, throttle, outbox, keys(), profile());
    let service = builder.clock(world.clock.clone()).dangerous().cheapest_hashing().build().unwrap();
    service.request_activation(&email("ola@example.no"), &here()).await.unwrap();
    world.clock.turn(Duration::from_secs(200 * 86_400));
    assert!(service.purge().await.unwrap().throttles > 0);
}

#[tokio::test]
async fn an_operator_frees_a_person_who_has_asked_too_often() {
    let world = World::new();
    world.register("ola@example.no");
    let contact = email("ola@example.no");
    for _ in 0..3 {
        world.service.request_activation(&contact, &here()).await.unwrap();
    }
    let refused = world.service.request_activation(&contact, &here()).await;
    assert!(matches!(refused, Err(Error::Throttled { .. })));
    world.service.lift_throttle(&contact, &here()).await.unwrap();
    world.activate(&contact).await.unwrap();
}

#[tokio::test]
async fn what_strangers_cause_takes_no_place_from_the_news_that_a_password_was_set() {
    let world = World::with_settings(|settings| settings.notice_queue = 1);
    let id = world.active("ola@example.no").await;
    let other = world.register("kari@example.no");
    world.script.fault_in("code_sender.send", Fault::Hangs);
    assert_eq!(world.service.invite(&other).await.unwrap(), Invitation::Queued);
    assert_eq!(world.service.invite(&other).await.unwrap(), Invitation::NotQueued);
    world.script.clear();
    world.service.change_password(&id, secret(PASSWORD), new(ANOTHER), &here()).await.unwrap();
    let told = async {
        while !world.kinds_sent().contains(&MessageKind::PasswordChanged) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), told).await.expect("the owner is told");
}

#[tokio::test]
async fn a_service_that_is_built_with_an_outbox_says_so_whatever_stands_before_it() {
    use std::sync::Arc;
    use vestibule::AccountService;
    use vestibule::adapters::memory::{MemoryCodes, MemoryDirectory, MemoryEvents, MemoryThrottle};
    use vestibule::adapters::outbox::MemoryOutbox;
    use vestibule::adapters::routing::{ByChannel, WithFallback};
    use vestibule::event::EventKind;
    use vestibule::ports::CodeSender;

    use crate::world::script::{Script, Scripted};
    use crate::world::{keys, profile};

    let real = || Scripted::new(MemoryOutbox::new(), &Script::default());
    let senders: [(Arc<dyn CodeSender>, usize); 6] = [
        (Arc::new(MemoryOutbox::new()), 1),
        (Arc::new(Arc::new(MemoryOutbox::new())), 1),
        (Arc::new(ByChannel::new(real(), MemoryOutbox::new())), 1),
        (Arc::new(ByChannel::new(MemoryOutbox::new(), real())), 1),
        (Arc::new(WithFallback::new(real(), ByChannel::new(real(), MemoryOutbox::new()))), 1),
        (Arc::new(WithFallback::new(real(), ByChannel::new(real(), real()))), 0),
    ];
    for (sender, warnings) in senders {
        let events = MemoryEvents::default();
        let stores = (MemoryDirectory::new(), MemoryCodes::new(), MemoryThrottle::new());
        AccountService::builder(stores.0, stores.1, stores.2, sender, keys(), profile())
            .events(events.clone())
            .build()
            .unwrap();
        let warned = events.events().iter().filter(|event| event.kind == EventKind::OutboxInUse).count();
        assert_eq!(warned, warnings);
    }
}
