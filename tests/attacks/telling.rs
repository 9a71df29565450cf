use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use vestibule::hasher::kdf::{Failure, Inputs, Kdf, Variant, Version, Worker};
use vestibule::hasher::{Argon2Cost, HashingSettings, PortableArgon2};
use vestibule::{Error, PasswordHash};

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

#[tokio::test]
async fn a_suspended_account_is_sent_nothing() {
    for activated in [false, true] {
        let world = World::new();
        let id = world.register_with_phone("ola@example.no", "41234567");
        if activated {
            world.set_hash(&id, real_hash().await).await;
        }
        assert!(world.directory.suspend(&id).unwrap());
        for contact in [email("ola@example.no"), phone("41234567")] {
            world.service.request_activation(&contact, &here()).await.unwrap();
            world.service.request_recovery(&contact, &here()).await.unwrap();
        }
        world.settle().await;
        assert!(world.outbox.messages().is_empty());
    }
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

/// Which function was called, and at which cost.
type Call = (Variant, Version, Argon2Cost);

/// Argon2, and a record of how it was called.
#[derive(Clone, Debug, Default)]
struct Watched(Arc<Mutex<Vec<Call>>>);

struct Watching(Watched, Box<dyn Worker>);

impl Kdf for Watched {
    fn worker(&self) -> Box<dyn Worker> {
        Box::new(Watching(self.clone(), PortableArgon2.worker()))
    }
}

impl Worker for Watching {
    fn derive(&mut self, inputs: &Inputs<'_>, tag: &mut [u8]) -> Result<(), Failure> {
        self.0.0.lock().unwrap().push((inputs.variant, inputs.version, inputs.cost));
        self.1.derive(inputs, tag)
    }

    fn release(&mut self) {
        self.1.release();
    }

    fn memory_kib(&self) -> u64 {
        self.1.memory_kib()
    }
}

#[tokio::test]
async fn a_refused_password_calls_the_hash_function_alike_whatever_older_hash_is_stored() {
    let tail = "c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    // Of the cheapest cost, of an older version, and of another algorithm.
    let named = vec![real_hash().await, PasswordHash::from_stored(format!("$argon2id$m=64,t=3,p=2${tail}"))];
    let hashing = || HashingSettings::default().cost(Argon2Cost::MEMORY_12288);
    #[cfg(feature = "legacy-hashes")]
    let (named, hashing) = {
        let bcrypt = "$2b$04$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie";
        let named = [named, vec![PasswordHash::from_stored(bcrypt)]].concat();
        (named, || hashing().legacy(vestibule::hasher::LegacyHashes::UpToRefusalCost))
    };
    let today = PasswordHash::from_stored(format!("$argon2id$v=19$m=12288,t=3,p=1${tail}"));
    let damaged = PasswordHash::from_stored("$argon2id$v=19$m=8,t=1");
    let stored = named.iter().cloned().chain([today, damaged]).map(Some).chain([None]);
    let mut unknown = None;
    for stored in [None].into_iter().chain(stored.map(Some)) {
        let watched = Watched::default();
        let named = named.clone();
        let world =
            World::with(|builder| builder.hashing(hashing().older_hashes(named).kdf(watched.clone())));
        let text = format!("{:?}", stored.as_ref().map(|s| s.as_ref().map(PasswordHash::expose_for_storage)));
        // Nobody; somebody with such a hash; somebody who is still to activate the account.
        let id = stored.is_some().then(|| world.register("ola@example.no"));
        if let (Some(id), Some(Some(stored))) = (&id, stored) {
            world.set_hash(id, stored).await;
        }
        assert!(matches!(world.log_in("ola@example.no", "galt").await, Err(Error::CredentialsRejected)));
        let seen = (watched.0.lock().unwrap().clone(), world.service.hash_pool().hashes);
        assert_eq!(&seen, unknown.get_or_insert_with(|| seen.clone()), "{text}");
        if let Some(id) = id {
            watched.0.lock().unwrap().clear();
            let changed = world.service.change_password(&id, secret("galt"), new(ANOTHER), &here()).await;
            assert!(matches!(changed, Err(Error::CurrentPasswordRejected)));
            let again = (watched.0.lock().unwrap().clone(), world.service.hash_pool().hashes - seen.1);
            assert_eq!(again, seen, "{text}");
        }
    }
    let (calls, hashes) = unknown.unwrap();
    assert_eq!((calls.len(), hashes), (3, 3 + u64::from(cfg!(feature = "legacy-hashes"))));
}

#[tokio::test]
async fn a_right_password_is_let_in_by_an_older_hash_that_is_named_and_the_hash_is_renewed() {
    let hashing = HashingSettings::default().older_hashes([real_hash().await]);
    let world = World::with(|builder| builder.hashing(hashing));
    world.active_at_once("ola@example.no").await;
    world.log_in("ola@example.no", PASSWORD).await.unwrap();
    world.settle().await;
    // One of today's kind and one of its own, and the new one.
    assert_eq!(world.service.hash_pool().hashes, 3);
    world.log_in("ola@example.no", PASSWORD).await.unwrap();
    assert_eq!(world.service.hash_pool().hashes, 4, "from then on it is one");
}
