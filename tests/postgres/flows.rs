//! People who activate their accounts, one after the other in several lines, whatever happens to the servers meanwhile.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::sleep;
use vestibule::{Code, CodeRequest, Contact, Error, Redeemed};

use crate::database::email;
use crate::service::Portal;
use crate::world::{SHORT, from, here, new};

/// How many people are under way at once in a process.
pub(crate) const LINES: u32 = 20;

/// How long a person tries.
const PATIENCE: Duration = Duration::from_secs(60);

/// What became of somebody: how many calls were interrupted, whether she came through, whether a promise was broken, and
/// the longest that she waited for an answer.
#[derive(Default)]
struct Story {
    interrupted: u64,
    through: bool,
    broken: bool,
    longest: Duration,
}

/// Lets everybody in a range through: how many calls were interrupted, how many people came through, how many promises
/// were broken, and the longest wait for an answer in milliseconds.
pub(crate) async fn flows(portal: &Arc<Portal>, first: u32, many: u32) -> [u64; 4] {
    let lines: Vec<_> = (0..LINES)
        .map(|line| {
            let portal = Arc::clone(portal);
            tokio::spawn(async move {
                let mut stories = Vec::new();
                for person in (first..first + many).filter(|person| person % LINES == line) {
                    let mut story = Story::default();
                    story.run(&portal, person).await;
                    stories.push(story);
                }
                stories
            })
        })
        .collect();
    let mut sums = [0; 4];
    for line in lines {
        for story in line.await.unwrap() {
            sums[0] += story.interrupted;
            sums[1] += u64::from(story.through);
            sums[2] += u64::from(story.broken);
            sums[3] = sums[3].max(story.longest.as_millis() as u64);
        }
    }
    sums
}

/// What came of asking for a code.
enum Arrived {
    Code(Code),
    /// A note that the account is active: a call whose answer was lost took effect.
    Note,
    /// Nothing: the request was lost with its store.
    Nothing,
}

impl Story {
    async fn run(&mut self, portal: &Portal, person: u32) {
        let name = format!("{person}@example.no");
        let to = email(&name);
        let deadline = Instant::now() + PATIENCE;
        let mut used: Vec<(CodeRequest, Code)> = Vec::new();
        while !self.through && Instant::now() < deadline {
            let before = portal.outbox.messages_to(&to).len();
            let asked = self.timed(portal.service.request_activation(&to, &from(person))).await;
            let Some(request) = asked else { continue };
            if let Arrived::Code(code) = arrived(portal, &to, before).await {
                self.redeem(portal, &request, &code, deadline).await;
                used.push((request, code));
            }
            self.log_in(portal, &name, person, deadline).await;
        }
        // Whatever was answered, a code that was used is worth nothing.
        for (request, code) in &used {
            self.broken |= activate(portal, request, code).await.is_ok();
        }
    }

    /// Redeems, and tries again where the service was out of order.
    async fn redeem(&mut self, portal: &Portal, request: &CodeRequest, code: &Code, deadline: Instant) {
        let mut done = false;
        while !done && Instant::now() < deadline {
            let redeemed = async {
                match activate(portal, request, code).await {
                    // Used by a call whose answer was lost, or lost with its store.
                    Err(Error::CodeRejected(_)) => Ok(()),
                    answer => answer.map(drop),
                }
            };
            done = self.timed(redeemed).await.is_some();
        }
    }

    async fn log_in(&mut self, portal: &Portal, name: &str, person: u32, deadline: Instant) {
        while Instant::now() < deadline {
            let answer = async {
                match portal.log_in(name, SHORT, person).await {
                    Err(Error::CredentialsRejected) => Ok(false),
                    answer => answer.map(|_| true),
                }
            };
            if let Some(through) = self.timed(answer).await {
                self.through = through;
                return;
            }
        }
    }

    /// The answer, or a pause where there was none.
    async fn timed<T>(&mut self, call: impl Future<Output = Result<T, Error>>) -> Option<T> {
        let began = Instant::now();
        let answer = call.await;
        self.longest = self.longest.max(began.elapsed());
        if answer.is_err() {
            self.interrupted += 1;
            sleep(Duration::from_millis(200)).await;
        }
        answer.ok()
    }
}

async fn activate(portal: &Portal, request: &CodeRequest, code: &Code) -> Result<Redeemed, Error> {
    portal.service.activate(&request.handle, code, new(SHORT), &here()).await
}

/// What arrives next.
async fn arrived(portal: &Portal, to: &Contact, before: usize) -> Arrived {
    for _ in 0..300 {
        if let Some(message) = portal.outbox.messages_to(to).get(before) {
            return message
                .expose_code()
                .map_or(Arrived::Note, |code| Arrived::Code(Code::parse(code).unwrap()));
        }
        sleep(Duration::from_millis(20)).await;
    }
    Arrived::Nothing
}
