//! What each flow costs on memory ports, in time and in allocations.

use std::time::{Duration, Instant};

use vestibule::account::Registration;
use vestibule::adapters::memory::{MemoryCodes, MemoryDirectory, MemoryThrottle};
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::{
    AccountService, Code, CodeHandle, Contact, EmailAddress, KeyRing, NewPassword, ServiceKey, ServiceProfile,
};

use crate::ALLOCATOR;
use crate::elsewhere::{Elsewhere, Trips};
use crate::parts::{self, PASSWORD, home, median, member, processor_time};

pub(crate) const NAME: &str = "Eksempelforbundet";
const ANOTHER: &str = "sju blå hvaler i fjorden";

/// Every call is somebody else's, from somewhere else, so that no limit is met.
pub(crate) async fn measure(elsewhere: &Elsewhere) {
    let people = if parts::smoke() { 20 } else { 2_000 };
    println!("{:48}{:>9}{:>14}{:>9}{:>13}", "", "us", "processor us", "less", "allocations");
    let nothing = Trips { hashes: 0, rules: 0 };
    let (hash, rules) = (Trips { hashes: 1, ..nothing }, Trips { rules: 1, ..nothing });
    for (name, trips) in [
        ("the cheapest hash, on another thread and back", hash),
        ("the rules for passwords, there and back", rules),
    ] {
        let mut line = Line::new(name, elsewhere, nothing);
        for _ in 0..people {
            line.time(elsewhere.time(trips)).await;
        }
        line.print();
    }
    let world = World::new(people);
    let accounts = &world.accounts;
    let contacts: Vec<Contact> = (0..people).map(|number| member(number).into()).collect();
    let strangers: Vec<Contact> = (0..people).map(|number| stranger(number).into()).collect();

    // The background runs when this task waits, and so outside of what is measured.
    let mut handles = Vec::new();
    let mut line = Line::new("request_activation, a member", elsewhere, nothing);
    for (number, contact) in contacts.iter().enumerate() {
        let origin = home(number);
        let request = line.time(accounts.request_activation(contact, &origin)).await.unwrap();
        handles.push(request.handle);
        world.settle_now_and_then(number).await;
    }
    world.settle().await;
    line.print();

    let mut line = Line::new("request_activation, a stranger", elsewhere, nothing);
    for (number, contact) in strangers.iter().enumerate() {
        let origin = home(people + number);
        line.time(accounts.request_activation(contact, &origin)).await.unwrap();
        world.settle_now_and_then(number).await;
    }
    world.settle().await;
    line.print();

    let codes: Vec<Code> =
        contacts.iter().map(|contact| world.outbox.last_code_to(contact).unwrap()).collect();
    let mut line = Line::new("activate, a wrong code", elsewhere, rules);
    for (number, handle) in handles.iter().enumerate() {
        let (wrong, origin) = (other_than(&codes[number]), home(number));
        assert!(line.time(accounts.activate(handle, &wrong, password(PASSWORD), &origin)).await.is_err());
    }
    line.print();

    let mut line = Line::new("activate, an unknown handle", elsewhere, rules);
    for (number, code) in codes.iter().enumerate() {
        let (handle, origin) = (unknown_handle(&handles[number]), home(number));
        assert!(line.time(accounts.activate(&handle, code, password(PASSWORD), &origin)).await.is_err());
    }
    line.print();

    let mut line = Line::new("activate, hash and notice included", elsewhere, Trips { hashes: 1, rules: 1 });
    for (number, handle) in handles.iter().enumerate() {
        let origin = home(number);
        line.time(accounts.activate(handle, &codes[number], password(PASSWORD), &origin)).await.unwrap();
        world.settle().await;
    }
    line.print();

    let mut line = Line::new("log_in", elsewhere, hash);
    let mut log_ins = Vec::new();
    for number in 0..people {
        let (email, origin) = (member(number), home(number));
        log_ins.push(line.time(accounts.log_in(&email, PASSWORD.into(), &origin)).await.unwrap());
    }
    line.print();

    let mut line = Line::new("log_in, a known browser", elsewhere, hash);
    for (number, log_in) in log_ins.iter().enumerate() {
        let (email, origin) = (member(number), home(number).with_device(log_in.device.clone().unwrap()));
        line.time(accounts.log_in(&email, PASSWORD.into(), &origin)).await.unwrap();
    }
    line.print();

    let mut line = Line::new("log_in, a wrong password", elsewhere, hash);
    for number in 0..people {
        let (email, origin) = (member(number), home(number));
        assert!(line.time(accounts.log_in(&email, ANOTHER.into(), &origin)).await.is_err());
    }
    line.print();

    let mut line = Line::new("log_in, a stranger", elsewhere, hash);
    for number in 0..people {
        let (email, origin) = (stranger(number), home(number));
        assert!(line.time(accounts.log_in(&email, ANOTHER.into(), &origin)).await.is_err());
    }
    line.print();

    let mut line = Line::new("is_current", elsewhere, nothing);
    for log_in in &log_ins {
        assert!(
            line.time(accounts.is_current(&log_in.account_id, &log_in.credential_version)).await.unwrap()
        );
    }
    line.print();

    let mut line = Line::new(
        "change_password, two hashes and notice included",
        elsewhere,
        Trips { hashes: 2, rules: 1 },
    );
    for (number, log_in) in log_ins.iter().enumerate() {
        let origin = home(number);
        let change =
            accounts.change_password(&log_in.account_id, PASSWORD.into(), password(ANOTHER), &origin);
        line.time(change).await.unwrap();
        world.settle().await;
    }
    line.print();
}

/// One line of the table.
struct Line<'a> {
    name: &'static str,
    elsewhere: &'a Elsewhere,
    /// What the flow does elsewhere.
    trips: Trips,
    times: Vec<Duration>,
    /// On all threads, in all calls together.
    processor: Duration,
    trips_processor: Duration,
    allocations: usize,
}

impl<'a> Line<'a> {
    fn new(name: &'static str, elsewhere: &'a Elsewhere, trips: Trips) -> Self {
        let (times, nothing) = (Vec::with_capacity(1 << 12), Duration::ZERO);
        Self { name, elsewhere, trips, times, processor: nothing, trips_processor: nothing, allocations: 0 }
    }

    async fn time<T>(&mut self, call: impl Future<Output = T>) -> T {
        let allocations = ALLOCATOR.stats().allocations;
        let (processor, began) = (processor_time(), Instant::now());
        let outcome = call.await;
        self.times.push(began.elapsed());
        let ended = processor_time();
        self.processor += ended - processor;
        self.allocations += ALLOCATOR.stats().allocations - allocations;
        self.elsewhere.time(self.trips).await;
        self.trips_processor += processor_time() - ended;
        outcome
    }

    /// Prints the line, for a flow with hashes or rules in it also what is left of its processor time without theirs. Its
    /// time by the clock is no measure of that: most of it is threads that wait to be woken.
    fn print(mut self) {
        let calls = self.times.len() as f64;
        let microseconds = |time: Duration| time.as_secs_f64() * 1e6;
        let processor = microseconds(self.processor) / calls;
        let left = match self.trips {
            Trips { hashes: 0, rules: 0 } => String::new(),
            _ => format!("{:.1}", processor - microseconds(self.trips_processor) / calls),
        };
        println!(
            "{:48}{:9.1}{processor:14.1}{left:>9}{:13.1}",
            self.name,
            microseconds(median(&mut self.times)),
            self.allocations as f64 / calls,
        );
    }
}

struct World {
    accounts: AccountService,
    outbox: MemoryOutbox,
}

impl World {
    fn new(people: usize) -> Self {
        // Room for a code, two notices and one more for each.
        let (directory, outbox) = (MemoryDirectory::new(), MemoryOutbox::keeping(4 * people));
        for number in 0..people {
            directory.register(Registration::new(member(number))).unwrap();
        }
        let keys = KeyRing::new(ServiceKey::generate().unwrap(), ServiceKey::generate().unwrap());
        let profile = ServiceProfile::new(NAME, "medlem@example.no, 22 00 00 00");
        let (codes, throttle) = (MemoryCodes::new(), MemoryThrottle::new());
        let accounts = AccountService::builder(directory, codes, throttle, outbox.clone(), keys, profile)
            .dangerous()
            .cheapest_hashing()
            .build()
            .unwrap();
        Self { accounts, outbox }
    }

    /// Lets the background run, after so many calls as leave caches warm and queues short.
    async fn settle_now_and_then(&self, number: usize) {
        if number % 32 == 31 {
            self.settle().await;
        }
    }

    async fn settle(&self) {
        assert_eq!(self.accounts.drain(Duration::from_secs(60)).await, 0);
    }
}

fn stranger(number: usize) -> EmailAddress {
    EmailAddress::parse(&format!("stranger{number}@example.no")).unwrap()
}

fn password(text: &str) -> NewPassword {
    NewPassword::typed_once(text.into()).unwrap()
}

/// A code that is as well made, and not the right one.
fn other_than(code: &Code) -> Code {
    let digits: String = code.expose().chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect();
    Code::parse(&digits).unwrap()
}

/// A handle that is as well made, and nobody's.
fn unknown_handle(handle: &CodeHandle) -> CodeHandle {
    let text = handle.expose_for_cookie();
    let mut parts: Vec<_> = text.split('.').map(str::to_owned).collect();
    // The second part is the secret.
    parts[1] = parts[1].chars().map(|digit| if digit == '0' { '1' } else { '0' }).collect();
    CodeHandle::parse(&parts.join(".")).unwrap()
}
