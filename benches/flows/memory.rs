//! What each flow costs on memory ports, in time and in allocations.

use std::time::{Duration, Instant};

use futures_channel::oneshot;
use vestibule::account::Registration;
use vestibule::adapters::memory::{MemoryCodes, MemoryDirectory, MemoryThrottle};
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::hasher::kdf::{Inputs, Kdf};
use vestibule::hasher::{Argon2Cost, PortableArgon2};
use vestibule::{
    AccountService, Code, CodeHandle, Contact, EmailAddress, KeyRing, NewPassword, PasswordPolicy,
    ServiceKey, ServiceProfile,
};

use crate::parts::{self, PASSWORD, home, median, member};
use crate::{ALLOCATOR, Elsewhere};

const NAME: &str = "Eksempelforbundet";
const ANOTHER: &str = "sju blå hvaler i fjorden";

/// Every call is somebody else's, from somewhere else, so that no limit is met.
pub(crate) async fn measure() -> Elsewhere {
    let people = if parts::smoke() { 20 } else { 2_000 };
    println!("{:48}{:>9}{:>9}{:>13}", "", "us", "less", "allocations");
    let mut worker = PortableArgon2.worker();
    let hash = elsewhere("the cheapest hash, on another thread and back", people, move || {
        let cost = Argon2Cost::dangerous_cheapest();
        worker.derive(&Inputs::new(cost, PASSWORD.as_bytes(), b"sixteen bytes..."), &mut [0; 32]).unwrap();
    });
    let hash = hash.await;
    let (policy, judged) = (PasswordPolicy::default().context_words([NAME]), password(PASSWORD));
    let rules = elsewhere("the rules for passwords, there and back", people, move || {
        policy.check(&judged).unwrap();
    });
    let rules = rules.await;
    let world = World::new(people);
    let accounts = &world.accounts;
    let contacts: Vec<Contact> = (0..people).map(|number| member(number).into()).collect();
    let strangers: Vec<Contact> = (0..people).map(|number| stranger(number).into()).collect();

    // The background runs when this task waits, and so outside of what is measured.
    let mut handles = Vec::new();
    let mut line = Line::new("request_activation, a member");
    for (number, contact) in contacts.iter().enumerate() {
        let origin = home(number);
        let request = line.time(accounts.request_activation(contact, &origin)).await.unwrap();
        handles.push(request.handle);
        world.settle_now_and_then(number).await;
    }
    world.settle().await;
    line.print(None);

    let mut line = Line::new("request_activation, a stranger");
    for (number, contact) in strangers.iter().enumerate() {
        let origin = home(people + number);
        line.time(accounts.request_activation(contact, &origin)).await.unwrap();
        world.settle_now_and_then(number).await;
    }
    world.settle().await;
    line.print(None);

    let codes: Vec<Code> =
        contacts.iter().map(|contact| world.outbox.last_code_to(contact).unwrap()).collect();
    let mut line = Line::new("activate, a wrong code");
    for (number, handle) in handles.iter().enumerate() {
        let (wrong, origin) = (other_than(&codes[number]), home(number));
        assert!(line.time(accounts.activate(handle, &wrong, password(PASSWORD), &origin)).await.is_err());
    }
    line.print(Some(rules));

    let mut line = Line::new("activate, an unknown handle");
    for (number, code) in codes.iter().enumerate() {
        let (handle, origin) = (unknown_handle(&handles[number]), home(number));
        assert!(line.time(accounts.activate(&handle, code, password(PASSWORD), &origin)).await.is_err());
    }
    line.print(Some(rules));

    let mut line = Line::new("activate, hash and notice included");
    for (number, handle) in handles.iter().enumerate() {
        let origin = home(number);
        line.time(accounts.activate(handle, &codes[number], password(PASSWORD), &origin)).await.unwrap();
        world.settle().await;
    }
    line.print(Some(rules + hash));

    let mut line = Line::new("log_in");
    let mut log_ins = Vec::new();
    for number in 0..people {
        let (email, origin) = (member(number), home(number));
        log_ins.push(line.time(accounts.log_in(&email, PASSWORD.into(), &origin)).await.unwrap());
    }
    line.print(Some(hash));

    let mut line = Line::new("log_in, a known browser");
    for (number, log_in) in log_ins.iter().enumerate() {
        let (email, origin) = (member(number), home(number).with_device(log_in.device.clone().unwrap()));
        line.time(accounts.log_in(&email, PASSWORD.into(), &origin)).await.unwrap();
    }
    line.print(Some(hash));

    let mut line = Line::new("log_in, a wrong password");
    for number in 0..people {
        let (email, origin) = (member(number), home(number));
        assert!(line.time(accounts.log_in(&email, ANOTHER.into(), &origin)).await.is_err());
    }
    line.print(Some(hash));

    let mut line = Line::new("log_in, a stranger");
    for number in 0..people {
        let (email, origin) = (stranger(number), home(number));
        assert!(line.time(accounts.log_in(&email, ANOTHER.into(), &origin)).await.is_err());
    }
    line.print(Some(hash));

    let mut line = Line::new("is_current");
    for log_in in &log_ins {
        assert!(
            line.time(accounts.is_current(&log_in.account_id, &log_in.credential_version)).await.unwrap()
        );
    }
    line.print(None);

    let mut line = Line::new("change_password, two hashes and notice included");
    for (number, log_in) in log_ins.iter().enumerate() {
        let origin = home(number);
        let change =
            accounts.change_password(&log_in.account_id, PASSWORD.into(), password(ANOTHER), &origin);
        line.time(change).await.unwrap();
        world.settle().await;
    }
    line.print(Some(rules + hash * 2));
    Elsewhere { hash, rules }
}

/// What `work` takes on another thread and back, as the hasher does it but for all that the hasher is for. Its median.
async fn elsewhere(name: &'static str, times: usize, mut work: impl FnMut() + Send + 'static) -> Duration {
    let (jobs, asked) = std::sync::mpsc::channel::<oneshot::Sender<()>>();
    std::thread::spawn(move || {
        while let Ok(reply) = asked.recv() {
            work();
            let _ = reply.send(());
        }
    });
    let mut line = Line::new(name);
    for _ in 0..times {
        let there_and_back = async {
            let (reply, answer) = oneshot::channel();
            jobs.send(reply).unwrap();
            answer.await.unwrap();
        };
        line.time(there_and_back).await;
    }
    line.print(None)
}

/// One line of the table.
struct Line {
    name: &'static str,
    times: Vec<Duration>,
    allocations: usize,
}

impl Line {
    fn new(name: &'static str) -> Self {
        Self { name, times: Vec::with_capacity(1 << 12), allocations: 0 }
    }

    async fn time<T>(&mut self, call: impl Future<Output = T>) -> T {
        let (before, began) = (ALLOCATOR.stats().allocations, Instant::now());
        let outcome = call.await;
        self.times.push(began.elapsed());
        self.allocations += ALLOCATOR.stats().allocations - before;
        outcome
    }

    /// Prints the line, for a flow with hashes or rules in it also what is left without their time; returns the
    /// median.
    fn print(mut self, less: Option<Duration>) -> Duration {
        let microseconds = |time: Duration| time.as_secs_f64() * 1e6;
        let (calls, median) = (self.times.len() as f64, median(&mut self.times));
        let left = less.map(|less| format!("{:.1}", microseconds(median.saturating_sub(less))));
        println!(
            "{:48}{:9.1}{:>9}{:13.1}",
            self.name,
            microseconds(median),
            left.unwrap_or_default(),
            self.allocations as f64 / calls,
        );
        median
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
