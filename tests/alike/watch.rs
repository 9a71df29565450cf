//! Writes down everything that the outside, or somebody with a copy of the stores, could tell people apart by.

use std::fmt::Write as _;

use vestibule::ports::{ArmedCode, Clock, PendingCode};
use vestibule::throttle::Charge;
use vestibule::{CodeRequest, Error, Redeemed};

use crate::people::Person;
use crate::world::*;

/// What a stranger saw, step by step.
pub struct Watch<'a> {
    pub world: &'a World,
    pub person: &'a Person,
    pub steps: Vec<(String, String)>,
}

/// Where what a call does to the stores can be seen by whoever asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// The answer: what the background does later is nobody's to see.
    Answered,
    /// The background is at rest: the caller waits for work that is done there.
    AtRest,
}

impl<'a> Watch<'a> {
    pub fn new(world: &'a World, person: &'a Person) -> Self {
        Self { world, person, steps: Vec::new() }
    }

    /// A call that is answered before the background begins, which is held back meanwhile.
    pub async fn call<T: Seen>(
        &mut self,
        step: impl Into<String>,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        self.watch(step.into(), Until::Answered, call).await
    }

    /// A call whose work runs to its end in the background.
    pub async fn call_to_the_end<T: Seen>(
        &mut self,
        step: impl Into<String>,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        self.watch(step.into(), Until::AtRest, call).await
    }

    async fn watch<T: Seen>(
        &mut self,
        step: String,
        until: Until,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let world = self.world;
        // What an earlier step left to the background may be held back on purpose: it stays so.
        let before = world.service.hash_pool();
        let calls_before = world.script.calls().len();
        let (charged, inserted) = (world.script.charged().len(), world.script.inserted().len());
        if until == Until::Answered {
            world.background.hold();
        }
        let result = call.await;
        if until == Until::AtRest {
            world.settle().await;
        }
        let mut seen = match &result {
            Ok(answer) => answer.seen(world),
            Err(error) => format!("{error} / {error:?} / {}", world.service.explain(error, None)),
        };
        let after = world.service.hash_pool();
        let _ = write!(seen, "\n  calls: {:?}", &world.script.calls()[calls_before..]);
        let _ = write!(seen, "\n  hash jobs: {}", after.started - before.started);
        for charges in &world.script.charged()[charged..] {
            let _ = write!(seen, "\n  charged: {}", shape_of_charges(charges));
        }
        for row in &world.script.inserted()[inserted..] {
            let _ = write!(seen, "\n  row: {}", self.shape_of_row(row));
        }
        self.steps.push((step, seen));
        result
    }

    /// Lets the background do what it held back, and writes down what the rows look like then.
    pub async fn let_the_background_run(&mut self) {
        let armed = self.world.script.armed().len();
        self.world.background.release();
        self.world.settle().await;
        let armed = self.world.script.armed().split_off(armed);
        let rows: Vec<_> = armed.iter().map(|row| self.shape_of_target(row)).collect();
        self.steps.push(("the rows at rest".into(), format!("{rows:?}")));
    }

    fn shape_of_row(&self, row: &PendingCode) -> String {
        let from_now = |time| time - self.world.clock.now();
        let times = [row.created_at, row.resend_at, row.reissue_until, row.expires_at].map(from_now);
        let limits = (row.max_attempts, row.max_issues);
        let contact = row.contact.canonical() == self.person.contact.canonical();
        format!("{:?} {contact} {:?} {} {times:?} {limits:?}", row.purpose, row.locale, row.format)
    }

    fn shape_of_target(&self, armed: &ArmedCode) -> String {
        let mac = armed.mac.to_bytes();
        let target = &armed.target;
        let destination = target.destination.canonical() == self.person.contact.canonical();
        let (account, version) = (target.account.as_str().is_empty(), target.credential_version.as_str());
        // The first four bytes name the key.
        format!("{account} {destination} {} {} {:?}", version.len(), mac.len(), &mac[..4])
    }
}

fn shape_of_charges(charges: &[Charge]) -> String {
    let schedules: Vec<_> = charges.iter().map(|charge| charge.schedule).collect();
    format!("{schedules:?}")
}

/// What an answer shows.
pub trait Seen {
    fn seen(&self, world: &World) -> String;
}

impl Seen for CodeRequest {
    fn seen(&self, world: &World) -> String {
        let from_now = |time| time - world.clock.now();
        let handle = self.handle.expose_for_cookie();
        format!(
            "{} {:?} {} {} {}",
            from_now(self.expires_at),
            self.resend_at.map(from_now),
            self.code_format,
            handle.len(),
            self.handle.code_format()
        )
    }
}

impl Seen for Redeemed {
    fn seen(&self, _: &World) -> String {
        "redeemed".into()
    }
}

impl Seen for vestibule::Login {
    fn seen(&self, _: &World) -> String {
        "logged in".into()
    }
}
