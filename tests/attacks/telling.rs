use std::path::Path;
use std::time::Duration;

use crate::world::*;

#[tokio::test]
async fn nobody_unknown_is_written_to_whatever_is_asked() {
    let world = World::new();
    world.register_with_phone("ola@example.no", "41234567");
    for contact in [email("kari@example.no"), phone("41234568"), email("ola@example.com")] {
        let activation = world.service.request_activation(&contact, &here()).await.unwrap();
        let recovery = world.service.request_recovery(&contact, &here()).await.unwrap();
        for request in [activation, recovery] {
            for _ in 0..2 {
                world.clock.turn(Duration::from_secs(60));
                world.service.resend_code(&request.handle, &here()).await.unwrap();
            }
            world.settle().await;
            let guess = any_code(&request);
            let _ = world.service.activate(&request.handle, &guess, new(PASSWORD), &here()).await;
        }
    }
    let _ = world.log_in("kari@example.no", PASSWORD).await;
    world.settle().await;
    assert!(world.outbox.messages().is_empty());
}

/// A random wait only makes a measurement longer. Flows wait for ports, for their turn and for the hasher; the
/// background waits by a fixed table.
#[test]
fn nothing_waits_at_random() {
    fn look(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                look(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                for line in text.lines().filter(|line| line.contains("sleep(") && line.contains("rand")) {
                    found.push(format!("{}: {line}", path.display()));
                }
                for name in ["thread_rng", "SmallRng", "StdRng", "fastrand", "jitter"] {
                    if text.contains(name) {
                        found.push(format!("{}: {name}", path.display()));
                    }
                }
            }
        }
    }
    let mut found = Vec::new();
    look(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.is_empty(), "{found:#?}");
}
