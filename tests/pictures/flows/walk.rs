//! Goes through a flow, and watches what the service does.

use std::sync::{Arc, Mutex};

use vestibule::{Code, CodeRequest, Login};

use super::{ACTIVATION, Call, Step, Step::*, calls_of};
use crate::world::*;

/// A person on the way through a flow.
struct Walk {
    world: World,
    request: Option<CodeRequest>,
    code: Option<Code>,
    login: Option<Login>,
}

impl Walk {
    async fn begin(steps: &[Step]) -> Self {
        let world = World::swift(|builder| builder);
        if steps[0] == ACTIVATION[0] {
            world.register("kari@example.no");
        } else {
            world.active("kari@example.no").await;
        }
        world.script.clear();
        Self { world, request: None, code: None, login: None }
    }

    async fn make(&mut self, call: Call) {
        let (service, kari) = (&self.world.service, email("kari@example.no"));
        match call {
            Call::RequestActivation => {
                self.request = Some(service.request_activation(&kari, &here()).await.unwrap());
            }
            Call::RequestRecovery => {
                self.request = Some(service.request_recovery(&kari, &here()).await.unwrap());
            }
            Call::Activate | Call::Recover => {
                let (request, code) = (self.request.as_ref().unwrap(), self.code.as_ref().unwrap());
                let redeem = async |password| match call {
                    Call::Activate => service.activate(&request.handle, code, new(password), &here()).await,
                    _ => service.recover(&request.handle, code, new(password), &here()).await,
                };
                assert!(redeem("passord").await.is_err(), "a short password is refused");
                assert_eq!(self.world.script.calls(), [""; 0], "and costs nothing");
                redeem(ANOTHER).await.unwrap();
            }
            Call::LogIn => self.login = Some(self.world.log_in("kari@example.no", PASSWORD).await.unwrap()),
            Call::IsCurrent => {
                let login = self.login.as_ref().unwrap();
                assert!(service.is_current(&login.account_id, &login.credential_version).await.unwrap());
            }
        }
    }

    /// What the service is seen to ask for one call: on the caller's path, and behind it.
    async fn watch(&mut self, call: Call) -> (Vec<&'static str>, Vec<&'static str>) {
        // A request does nothing behind the answer before the answer. What redeems a code runs to its end in the
        // background, and only its messages are behind it.
        let requests = matches!(call, Call::RequestActivation | Call::RequestRecovery);
        if requests {
            self.world.background.hold();
        }
        self.make(call).await;
        let on_path = self.world.script.calls().len();
        self.world.background.release();
        self.world.settle().await;
        let calls = self.world.script.calls();
        self.world.script.clear();
        self.code = self.world.codes_to(&email("kari@example.no")).pop();
        if requests {
            return (calls[..on_path].to_vec(), calls[on_path..].to_vec());
        }
        let sends = |call: &&str| call.starts_with("code_sender");
        calls.into_iter().partition(|call| !sends(call))
    }
}

/// Whether the service does what the steps say, and nothing else.
pub(super) async fn is_what_happens(steps: &[Step]) {
    let mut walk = Walk::begin(steps).await;
    for part in calls_of(steps) {
        let Asks(call, _) = part[0] else { panic!("{part:?}") };
        let answer = part.iter().position(|step| matches!(step, Answers(_))).unwrap();
        let ports = |steps: &[Step]| -> Vec<_> {
            let port = |step: &Step| if let Port(call, _) = step { Some(*call) } else { None };
            steps.iter().filter_map(port).collect()
        };
        let hashed = walk.world.hashed();
        assert_eq!(walk.watch(call).await, (ports(&part[..answer]), ports(&part[answer..])), "{call:?}");
        let hashes = part.iter().filter(|step| matches!(step, Hash(_))).count() as u64;
        assert_eq!(walk.world.hashed() - hashed, hashes, "{call:?}");
    }
    for (at, step) in steps.iter().enumerate() {
        if let Port(operation, _) = step {
            hashes_before(steps, at, operation).await;
        }
    }
}

/// Whether as many passwords are hashed before a step as the picture shows.
async fn hashes_before(steps: &[Step], at: usize, operation: &'static str) {
    let mut walk = Walk::begin(steps).await;
    let before = walk.world.hashed();
    let mut passed = 0;
    for part in calls_of(steps) {
        let Asks(call, _) = part[0] else { panic!("{part:?}") };
        // The hook looks at the first such call of a part: of two, the other is behind the answer and hashes nothing.
        let here = (passed..passed + part.len()).contains(&at);
        let first =
            steps[passed..at.max(passed)].iter().all(|step| !matches!(step, Port(o, _) if *o == operation));
        let seen = Arc::new(Mutex::new(None));
        if here && first {
            let (seen, world) = (Arc::clone(&seen), walk.world.clone());
            walk.world.script.before(operation, move || *seen.lock().unwrap() = Some(world.hashed()));
        }
        walk.watch(call).await;
        if here && first {
            let drawn = steps[..at].iter().filter(|step| matches!(step, Hash(_))).count() as u64;
            let seen = seen.lock().unwrap().expect("the port was asked");
            assert_eq!(seen - before, drawn, "{operation}");
        }
        passed += part.len();
    }
}
