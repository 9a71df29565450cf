//! Whether known and unknown people can be told apart by how long an answer takes, and right MACs from wrong ones.
//!
//! `cargo bench --bench indistinguishable` asks for codes, asks again, tries wrong codes, logs in and changes passwords
//! with wrong ones, on memory, SQLite and PostgreSQL, for people of every kind in a random order, and compares each kind
//! with unknown people. It ends with an error where any |t| is 4.5 or more, or where a service that was made to leak is
//! not caught. `-- smoke` makes a few calls of each, judges the leaks alone, and takes seconds.
//!
//! With `-- processor`, hashing is measured by the processor time of the process, for a machine that has other work.
//! `-- --samples N` and `-- --hashed N` set how many samples there are of each kind of person, without hashing and with
//! it, `-- --seed N` the order; names choose parts of it: `macs`, `memory`, `sqlite`, `postgres`, and `asking`,
//! `passwords`, `controls`.
//!
//! What is timed is what the caller waits for. What that leaves to the background is done before the next call, and who
//! comes next does not depend on who came before. Three Welch's t are printed: of all times, and of those up to the
//! 99th and the 90th percentile of both piles together, as dudect crops. **The greatest of the three is judged**, and what
//! is beyond the bound is looked at once more, on new samples: it fails where it is beyond again, with the same sign. P is
//! Mann and Whitney's effect size: the probability that one of the kind took longer than somebody unknown, a half where
//! there is no telling. "Sees" is the least difference of the means that would be beyond the bound.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::panic, reason = "a program that measures")]
#![allow(unreachable_pub, reason = "a bench has no outside")]

mod asking;
mod house;
mod lens;
mod macs;
mod options;
mod order;
#[path = "../parts/mod.rs"]
mod parts;
mod passwords;
mod people;
mod report;
#[path = "../../tests/servers/mod.rs"]
mod servers;
mod statistics;
mod stores;
mod timing;

use std::process::ExitCode;

use vestibule::code::Purpose;
use vestibule::contact::Channel;
use vestibule::hasher::Argon2Cost;

use crate::asking::{Asking, Round};
use crate::house::House;
use crate::options::Options;
use crate::order::Order;
use crate::passwords::{Typed, hashing, other_hashes};
use crate::people::Who;
use crate::report::{Expected, Report};
use crate::servers::postgres::PostgresServer;
use crate::stores::Store;
use crate::timing::Manner;

fn main() -> ExitCode {
    let options = match Options::read() {
        Ok(options) => options,
        Err(problem) => {
            println!("{problem}");
            return ExitCode::FAILURE;
        }
    };
    let server = if options.tries("postgres") { Some(PostgresServer::start()) } else { None };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let holds = runtime.block_on(run(&options, server));
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn run(options: &Options, server: Option<Result<PostgresServer, servers::Missing>>) -> bool {
    println!("seed {}", options.seed);
    let mut order = Order::of(options.seed);
    let mut report = Report::new(options.smoke);
    if options.tries("macs") {
        macs::compare(options, &mut order, &mut report).await;
    }
    let folder = tempfile::tempdir().unwrap();
    for name in ["memory", "sqlite", "postgres"] {
        if !options.tries(name) {
            continue;
        }
        let mut stores = Vec::new();
        // One for what hashes next to nothing, one for what hashes in earnest.
        for number in 0..2 {
            stores.push(match (name, &server) {
                ("sqlite", _) => Store::sqlite(folder.path(), &format!("{number}.db")).await,
                ("postgres", Some(Ok(server))) => Store::postgres(server).await,
                ("postgres", Some(Err(missing))) => {
                    println!("{name}: SKIPPED, {}", missing.0);
                    break;
                }
                _ => Store::Memory,
            });
        }
        let [asked, logged_in] = stores.as_slice() else {
            if std::env::var("VESTIBULE_TEST_REQUIRE_SERVERS").is_ok_and(|value| value == "1") {
                return false;
            }
            continue;
        };
        let mut trial = Trial { name, options, order: &mut order, report: &mut report };
        trial.run(asked, logged_in).await;
    }
    report.end()
}

/// One store.
struct Trial<'a> {
    name: &'static str,
    options: &'a Options,
    order: &'a mut Order,
    report: &'a mut Report,
}

const BY_EMAIL: [Who; 5] = [Who::Unknown, Who::Pending, Who::Active, Who::Suspended, Who::OtherChannel];
const BY_SMS: [Who; 6] =
    [Who::Unknown, Who::Pending, Who::Active, Who::Suspended, Who::OtherChannel, Who::SharedNumber];
impl Trial<'_> {
    async fn run(&mut self, asked: &Store, logged_in: &Store) {
        let house = House::on(asked, None);
        if self.options.runs("asking") {
            self.asking(&house).await;
        }
        if self.options.runs("controls") {
            self.controls(&house).await;
        }
        let cost =
            if self.options.smoke { Argon2Cost::dangerous_cheapest() } else { Argon2Cost::RECOMMENDED };
        let mut house = House::on(logged_in, Some(hashing(cost)));
        house.by_processor = self.options.by_processor;
        if self.options.runs("passwords") {
            self.passwords(&house, cost).await;
        }
        if self.options.runs("controls") {
            self.controls_with_passwords(&house, cost).await;
        }
    }

    async fn asking(&mut self, house: &House) {
        use Asking::{Request, Resend, WrongCode};
        use Purpose::{Activation, Recovery};
        for (asking, purpose, channel) in [
            (Request, Activation, Channel::Email),
            (Request, Activation, Channel::Sms),
            (Request, Recovery, Channel::Email),
            (Request, Recovery, Channel::Sms),
            (Resend, Activation, Channel::Email),
            (Resend, Recovery, Channel::Sms),
            (WrongCode, Activation, Channel::Email),
            (WrongCode, Recovery, Channel::Sms),
        ] {
            let kinds = if channel == Channel::Sms { &BY_SMS[..] } else { &BY_EMAIL };
            let round = self.round(purpose, channel, self.samples(), Manner::Genuine);
            let title = format!("{}: {asking:?}, {purpose:?}, {channel:?}", self.name);
            loop {
                let piles = asking.sample(house, kinds, round, self.order).await;
                if !self.report.compare(&title, &piles, |_| Expected::Alike) {
                    break;
                }
            }
        }
        if self.name != "memory" {
            let round = self.round(Activation, Channel::Email, self.samples(), Manner::Genuine);
            let piles = Asking::RequestBehind.sample(house, &BY_EMAIL, round, self.order).await;
            let title = format!("{}: a stranger's Request right behind that of one of the kind", self.name);
            self.report.compare(&title, &piles, |_| Expected::MayShow);
        }
    }

    /// Services that were made to leak, with few samples.
    async fn controls(&mut self, house: &House) {
        for asking in [Asking::Request, Asking::Resend, Asking::WrongCode] {
            let few = self.samples().min(1_000);
            let round = self.round(Purpose::Activation, Channel::Email, few, Manner::ReturnsEarly);
            let piles = asking.sample(house, &[Who::Unknown, Who::Pending], round, self.order).await;
            let title = format!("{}: control, {asking:?} that returns early for unknown people", self.name);
            self.report.compare(&title, &piles, |_| Expected::Caught);
        }
        if !self.options.smoke {
            let round = self.round(Purpose::Activation, Channel::Email, self.samples(), Manner::LooksTwice);
            let piles = Asking::Request.sample(house, &[Who::Unknown, Who::Pending], round, self.order).await;
            let title = format!("{}: control, Request that reads known accounts once more", self.name);
            self.report.compare(&title, &piles, |_| Expected::Caught);
        }
    }

    async fn passwords(&mut self, house: &House, cost: Argon2Cost) {
        let mut kinds = vec![Who::Unknown, Who::Pending, Who::Active, Who::Suspended];
        kinds.extend(other_hashes(cost));
        for typed in [Typed::AtLogIn, Typed::ToChangeIt] {
            let many = (self.people(), self.options.hashed);
            let title = format!("{}: a wrong password, {typed:?}", self.name);
            loop {
                let piles = typed.sample(house, &kinds, cost, many, Manner::Genuine, self.order).await;
                if !self.report.compare(&title, &piles, |_| Expected::Alike) {
                    break;
                }
            }
        }
    }

    async fn controls_with_passwords(&mut self, house: &House, cost: Argon2Cost) {
        for typed in [Typed::AtLogIn, Typed::ToChangeIt] {
            let few = (self.people(), self.options.hashed.min(100));
            let kinds = [Who::Unknown, Who::Active];
            let piles = typed.sample(house, &kinds, cost, few, Manner::ReturnsEarly, self.order).await;
            let title = format!("{}: control, {typed:?} that returns early for unknown people", self.name);
            self.report.compare(&title, &piles, |_| Expected::Caught);
        }
    }

    const fn samples(&self) -> usize {
        match self.name.as_bytes() {
            b"memory" => self.options.samples,
            _ => self.options.database_samples,
        }
    }

    /// How many people there are of each kind.
    const fn people(&self) -> usize {
        match self.name.as_bytes() {
            b"memory" => self.options.people,
            _ if self.options.smoke => self.options.people,
            _ => self.options.people / 10,
        }
    }

    const fn round(&self, purpose: Purpose, channel: Channel, samples: usize, manner: Manner) -> Round {
        Round { purpose, channel, people: self.people(), samples, manner }
    }
}
