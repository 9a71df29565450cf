//! Callers who hang up, at every point where they can.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use vestibule::Error;

use crate::scene::{
    Before, Given, OLA, SCENES, Scene, THIRD, at_rest, failures_until_a_wait, patient_world, tight_world,
};
use crate::world::script::Fault;
use crate::world::*;

/// Polls a future at most so many times, each time that it is woken. `None` when it is not done then.
async fn poll_at_most<F: Future>(mut future: Pin<&mut F>, times: usize) -> Option<F::Output> {
    let mut left = times;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// More polls than any flow takes.
const ENOUGH: usize = 100;

#[tokio::test]
async fn a_caller_may_hang_up_anywhere_and_nothing_is_half_done() {
    for scene in SCENES {
        let mut done = false;
        for polls in 1..ENOUGH {
            let what = format!("{scene:?}, dropped after poll {polls}");
            let world = patient_world();
            let before = scene.begin(&world).await;
            world.script.pause_at_every_call();
            let given = {
                let mut act = Box::pin(scene.act(&world.service, &before));
                poll_at_most(act.as_mut(), polls).await
            };
            at_rest(&world, &what).await;
            judge(scene, &world, &before, given.as_ref(), &what).await;
            if given.is_some() {
                done = true;
                break;
            }
        }
        assert!(done, "{scene:?} ends");
    }
}

async fn judge(
    scene: Scene,
    world: &World,
    before: &Before,
    given: Option<&Result<Given, Error>>,
    what: &str,
) {
    // A request counts from its charge on, also where nobody waited for the answer: to hang up must not be a way to
    // fill the store for nothing.
    let requests = [
        Scene::RequestActivation,
        Scene::RequestRecoveryBySms,
        Scene::RequestForNobody,
        Scene::RequestOnTheWrongPage,
    ];
    let may_stay = u32::from(given.is_none() && requests.contains(&scene));
    if scene == Scene::Resend && given.is_none() {
        // The code dies with the new issue, which must not be left without one.
        assert_eq!(world.codes_to(&before.contact).len(), 2, "{what}: a code was sent, and sent again");
    }
    scene.judge(world, before, given, may_stay, what).await;
}

#[tokio::test]
async fn who_leaves_the_line_leaves_no_gap_in_it() {
    for polls in 1..8 {
        let what = format!("dropped after poll {polls}");
        let world = World::swift(|builder| {
            let mut settings = vestibule::Settings::default();
            settings.log_ins_in_line = 2;
            builder.settings(settings)
        });
        world.active_at_once(OLA).await;
        world.script.pause_at_every_call();
        let (service, address, origin) = (&world.service, address(OLA), here());
        let mut first = Box::pin(service.log_in(&address, secret(PASSWORD), &origin));
        assert!(poll_at_most(first.as_mut(), 1).await.is_none());
        {
            let mut second = Box::pin(service.log_in(&address, secret(PASSWORD), &origin));
            // It waits behind the first, which nobody polls: one poll is all that it is woken for.
            assert!(futures_lite::future::poll_once(second.as_mut()).await.is_none());
            let third = service.log_in(&address, secret(PASSWORD), &origin).await;
            assert!(matches!(third, Err(Error::Overloaded)), "{what}: the line is full: {third:?}");
        }
        let _ = poll_at_most(first.as_mut(), polls).await;
        drop(first);
        at_rest(&world, &what).await;
        // The second never came to be counted; the first is charged where its hash had started, or nothing came of it.
        let kept = u32::try_from(world.hashed()).unwrap();
        for _ in 0..3 {
            assert!(world.log_in(OLA, PASSWORD).await.is_ok(), "{what}");
        }
        let left = failures_until_a_wait(&world).await;
        assert!(left <= 5 && left + kept >= 5, "{what}: {left} failures are left of 5");
    }
}

#[tokio::test]
async fn who_hangs_up_while_a_store_hangs_holds_no_place_and_no_line() {
    for operation in ["throttle_store.charge", "user_directory.find"] {
        let world = tight_world();
        world.active_at_once(OLA).await;
        world.script.fault_in(operation, Fault::Hangs);
        for _ in 0..50 {
            let (address, origin) = (address(OLA), here());
            let mut log_in = Box::pin(world.service.log_in(&address, secret(PASSWORD), &origin));
            let given = poll_at_most(log_in.as_mut(), 1).await;
            drop(log_in);
            assert!(given.is_none());
            // The refund of this one is the next one's turn to wait for.
            at_rest(&world, operation).await;
        }
        world.script.clear();
        assert!(world.log_in(OLA, PASSWORD).await.is_ok(), "{operation}");
        assert_eq!(failures_until_a_wait(&world).await, 5, "{operation}");
    }
}

#[tokio::test]
async fn operators_and_sessions_may_hang_up_too() {
    for polls in 1..6 {
        let world = tight_world();
        let id = world.active_at_once(OLA).await;
        let version = world.log_in(OLA, PASSWORD).await.unwrap().credential_version;
        let pending = world.register("kari@example.no");
        world.settle().await;
        world.script.pause_at_every_call();
        let (service, contact, origin) = (&world.service, email(OLA), here());
        let _ = poll_at_most(Box::pin(service.is_current(&id, &version)).as_mut(), polls).await;
        let _ = poll_at_most(Box::pin(service.invite(&pending)).as_mut(), polls).await;
        let _ = poll_at_most(Box::pin(service.lift_throttle(&contact, &origin)).as_mut(), polls).await;
        let _ = poll_at_most(Box::pin(service.purge()).as_mut(), polls).await;
        let _ = poll_at_most(Box::pin(service.drain(Duration::from_secs(1))).as_mut(), polls).await;
        at_rest(&world, "operators").await;
        assert!(world.outbox.messages().len() <= 1);
        assert!(world.log_in(OLA, PASSWORD).await.is_ok());
        assert!(world.service.change_password(&id, secret(PASSWORD), new(THIRD), &here()).await.is_ok());
        assert!(!world.service.is_current(&id, &version).await.unwrap());
    }
}
