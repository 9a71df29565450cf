//! How often the queue is asked by whoever takes up what was left.

use crate::machines::{Machine, Shared};
use crate::world::keys;

/// How many messages are claimed at once.
const BATCH: usize = 64;

fn claims(machine: &Machine) -> usize {
    machine.script.calls().into_iter().filter(|call| *call == "message_queue.claim").count()
}

#[tokio::test]
async fn the_queue_is_asked_again_after_a_whole_batch_and_after_no_smaller_one() {
    for (left, asked) in [(0, 1), (1, 1), (BATCH - 1, 1), (BATCH, 2), (BATCH + 1, 2)] {
        let shared = Shared::default();
        let (id, first, second) = (shared.register(), shared.machine(), shared.machine());
        first.background.hold();
        for _ in 0..left {
            first.service.invite(&id).await.unwrap();
        }
        shared.turn(60);
        assert_eq!(second.resume().await, left);
        assert_eq!(claims(&second), asked, "{left} were left");
        assert_eq!((shared.sent().len(), shared.queue.len()), (left, 0));
    }
}

#[tokio::test]
async fn a_whole_batch_without_a_place_ends_the_search_and_stays_stored() {
    let shared = Shared::default();
    let id = shared.register();
    let machine = shared.machine_with(keys(), |settings| settings.notice_queue = 1);
    machine.background.hold();
    // One has the place, and one is behind the batch.
    for _ in 0..BATCH + 2 {
        machine.service.invite(&id).await.unwrap();
    }
    assert_eq!(machine.service.resume_deliveries().await.unwrap(), 0);
    assert_eq!(claims(&machine), 1);
    assert_eq!(shared.queue.len(), BATCH + 2);
    assert!(machine.lost().is_empty());
}
