//! What happens in a flow, step by step. Each step to a port is one that the running service was seen to take, in this
//! order; so is each hash.

use std::sync::{Arc, Mutex};

use vestibule::{Code, CodeRequest, Login};

use crate::source::source;
use crate::svg::Svg;
use crate::world::*;

/// One row of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// The application calls; what is written in brackets is what it gives.
    Asks(Call, &'static str),
    /// Nothing is asked and counted before this.
    Within(&'static str),
    /// The service asks a port.
    Port(&'static str, &'static str),
    /// A password is hashed.
    Hash(&'static str),
    /// The application has its answer.
    Answers(&'static str),
    /// Something reaches the person.
    Arrives(&'static str),
}

/// What the application calls.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    RequestActivation,
    Activate,
    RequestRecovery,
    Recover,
    LogIn,
    IsCurrent,
}

use Step::*;

const ACTIVATION: [Step; 20] = flow(
    Asks(Call::RequestActivation, "contact"),
    "an account that waits for its first password",
    Asks(Call::Activate, "handle, code, new password"),
    Answers("Redeemed: not logged in"),
);

const RECOVERY: [Step; 20] = flow(
    Asks(Call::RequestRecovery, "contact"),
    "an active account",
    Asks(Call::Recover, "handle, code, new password"),
    Answers("Redeemed: every session has ended"),
);

/// Activation and recovery differ in what they are called, and in whom they are for.
const fn flow(request: Step, who: &'static str, redeem: Step, redeemed: Step) -> [Step; 20] {
    [
        request,
        Port("throttle_store.charge", "the source and the typed contact"),
        Port("code_store.insert", "a row, the same for everybody"),
        Answers("CodeRequest, whoever asked"),
        Port("user_directory.find", who),
        Port("throttle_store.charge", "the account"),
        Port("code_store.arm", "a keyed MAC of the code"),
        Port("code_sender.send", "the code, to the registered spelling"),
        Arrives("a code, by e-mail or SMS"),
        redeem,
        Within("the rules for the password: a refusal spends no try"),
        Port("code_store.count_attempt", "a try is counted, then compared"),
        Port("user_directory.get", "the account as it is now"),
        Hash("one hash, on a thread of its own"),
        Port("user_directory.replace_credential", "only where the version is as it was"),
        Port("throttle_store.lift", "the row of failed log-ins is over"),
        Port("code_store.take", "used up"),
        redeemed,
        Port("code_sender.send", "to every registered contact"),
        Arrives("a notice that a password was set"),
    ]
}

const LOG_IN: [Step; 9] = [
    Asks(Call::LogIn, "e-mail address, password"),
    Port("throttle_store.charge", "counted before it is judged"),
    Port("user_directory.find", "known or not"),
    Hash("one hash, whoever it is"),
    Port("throttle_store.refund", "a success takes back its own charge"),
    Answers("Login: id, credential version, device token"),
    Asks(Call::IsCurrent, "id, credential version: at each request"),
    Port("user_directory.get", "the account as it is now"),
    Answers("whether the session lives on"),
];

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
async fn is_what_happens(steps: &[Step]) {
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

/// The steps of each call of the application.
fn calls_of(steps: &[Step]) -> Vec<&[Step]> {
    let starts: Vec<_> = (0..steps.len()).filter(|at| matches!(steps[*at], Asks(..))).collect();
    let ends = starts.iter().skip(1).copied().chain([steps.len()]);
    starts.iter().zip(ends).map(|(start, end)| &steps[*start..end]).collect()
}

/// The port that an operation belongs to, by the name of its trait.
fn port(operation: &str) -> (String, &str) {
    let (port, method) = operation.split_once('.').unwrap();
    let file = source().remove(&format!("ports/{port}.rs")).unwrap();
    let name: String = port.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
    assert!(
        file.contains(&format!("pub trait {name}")) && file.contains(&format!("fn {method}")),
        "{operation}"
    );
    (name, method)
}

const LANES: [&str; 6] =
    ["person and application", "vestibule", "ThrottleStore", "CodeStore", "UserDirectory", "CodeSender"];

fn x_of(lane: &str) -> i32 {
    const XS: [i32; 6] = [95, 350, 500, 610, 725, 840];
    XS[LANES.iter().position(|other| *other == lane).unwrap()]
}

/// The height of a step.
const ROW: i32 = 42;
/// Where the first step begins.
const TOP: i32 = 50;
const WIDTH: i32 = 890;

fn draw(name: &'static str, title: &str, steps: &[Step]) {
    let mut svg = Svg::new(name, title);
    let bottom = TOP + height(steps);
    let mut y = TOP;
    for part in calls_of(steps) {
        let (path, behind) =
            part.split_at(1 + part.iter().position(|step| matches!(step, Answers(_))).unwrap());
        y += height(path);
        if !behind.is_empty() {
            svg.rect((10, y - 8), (WIDTH, height(behind)), "band");
            svg.text((WIDTH, y + 10), "end", "small", "after the answer");
        }
        y += height(behind);
    }
    for lane in LANES {
        let (width, class) = if lane == LANES[0] { (170, "outside") } else { (104, "box") };
        svg.rect((x_of(lane) - width / 2, 10), (width, 30), class);
        svg.text((x_of(lane), 30), "middle", "strong small", lane);
        svg.life(x_of(lane), 40, bottom);
    }
    svg.rect((10, bottom), (WIDTH, 0), "band");

    let (mut y, mut behind) = (TOP, false);
    for (step, number) in steps.iter().zip(1..) {
        y += ROW;
        behind &= !matches!(step, Asks(..));
        let words = draw_step(&mut svg, step, y - 14, if behind { " over soft" } else { " over" });
        behind |= matches!(step, Answers(_));
        svg.tell(&format!("{number}. {words}."));
    }
    svg.is_the_one_in_the_guide();
}

/// Draws one step on its line, and says it in words.
fn draw_step(svg: &mut Svg, step: &Step, line: i32, over: &str) -> String {
    let (person, service, sender) = (x_of(LANES[0]), x_of(LANES[1]), x_of("CodeSender"));
    let (code, small) = (format!("code{over}"), format!("small{over}"));
    match step {
        Asks(call, with) => {
            let method = method(*call);
            svg.text((person + 8, line - 21), "start", &code, &method);
            svg.text((person + 8, line - 6), "start", &small, with);
            svg.arrow(&[(person, line), (service, line)], "");
            format!("The application calls {method} with {with}")
        }
        Within(what) | Hash(what) => {
            svg.text((service + 12, line - 2), "start", &small, what);
            let (left, above) = (service - 26, line - 14);
            svg.arrow(&[(service, above), (left, above), (left, line), (service, line)], "");
            format!("In vestibule: {what}")
        }
        Port(operation, what) => {
            let (port, method) = port(operation);
            svg.text((service + 12, line - 21), "start", &code, method);
            svg.text((service + 12, line - 6), "start", &small, what);
            svg.arrow(&[(service, line), (x_of(&port), line)], "");
            format!("{port}, {method}: {what}")
        }
        Answers(what) => {
            svg.text((service - 12, line - 6), "end", &small, what);
            svg.arrow(&[(service, line), (person, line)], "seldom");
            format!("The application is answered. {what}")
        }
        Arrives(what) => {
            svg.text((sender - 12, line - 6), "end", &small, what);
            svg.arrow(&[(sender, line), (person, line)], "");
            format!("The person gets {what}")
        }
    }
}

fn height(steps: &[Step]) -> i32 {
    ROW * i32::try_from(steps.len()).unwrap()
}

/// The name of the method, which there is.
fn method(call: Call) -> String {
    let name: String = format!("{call:?}")
        .chars()
        .flat_map(|letter| letter.is_uppercase().then_some('_').into_iter().chain(letter.to_lowercase()))
        .collect();
    let name = name.trim_start_matches('_').to_owned();
    assert!(source().values().any(|code| code.contains(&format!("pub async fn {name}("))), "{name}");
    name
}

#[tokio::test]
async fn the_picture_of_activation_shows_what_happens() {
    is_what_happens(&ACTIVATION).await;
    draw("activation", "Activation, step by step", &ACTIVATION);
}

#[tokio::test]
async fn the_picture_of_recovery_shows_what_happens() {
    is_what_happens(&RECOVERY).await;
    draw("recovery", "Recovery, step by step", &RECOVERY);
}

#[tokio::test]
async fn the_picture_of_a_log_in_shows_what_happens() {
    is_what_happens(&LOG_IN).await;
    draw("log_in", "Logging in, and every request after it", &LOG_IN);
}
