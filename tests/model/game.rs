//! A world in which schedules are played: three people, a service on watched memory ports, and an executor.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use futures_lite::future::block_on;
use vestibule::account::{AccountState, CredentialChange, PasswordChange};
use vestibule::adapters::memory::{ManualClock, MemoryCodes, MemoryDirectory, MemoryThrottle};
use vestibule::code::{HandleDigest, Purpose};
use vestibule::hasher::HashingSettings;
use vestibule::password::PasswordPolicy;
use vestibule::ports::{Clock, CodeStore, ThrottleStore, UserDirectory};
use vestibule::throttle::Schedule;
use vestibule::{AccountId, AccountService, CodeHandle, Contact, Login, PasswordHash, Settings};

use crate::asking::Answers;
use crate::dice::{Dice, password};
use crate::executor::Executor;
use crate::eye::{Eye, Post, Watched};
use crate::plan::Step;
use crate::reference::{Model, Person, TRIES};
use crate::world::{email, keys, phone, profile};

/// What the ports stand on; a broken variant replaces one.
#[derive(Debug)]
pub struct Ports {
    pub directory: Arc<dyn UserDirectory>,
    pub codes: Arc<dyn CodeStore>,
    pub throttle: Arc<dyn ThrottleStore>,
}

/// What is done to the ports before a schedule is played on them.
pub type Breaking = fn(&mut Ports, &MemoryDirectory);

pub struct Game {
    pub executor: Executor,
    pub eye: Eye,
    pub service: AccountService,
    pub directory: MemoryDirectory,
    pub clock: ManualClock,
    pub answers: Answers,
    pub requests: Vec<CodeHandle>,
    /// What the requests are known by, and what for.
    pub asked_for: Vec<(HandleDigest, Purpose)>,
    pub logins: Vec<(usize, u64, Login)>,
    /// Passwords that were made up so far.
    pub made_up: u64,
}

/// Whoever asks may be one of these.
pub const NAMES: [&str; 3] = ["ola", "kari", "per"];

fn settings(log_ins_in_line: usize) -> Settings {
    let mut settings = Settings::default();
    let (quarter, day) = (Duration::from_secs(900), Duration::from_secs(86_400));
    let window = |limit, period| Schedule::window(limit, period).unwrap();
    let rising = Schedule::back_off(2, Duration::from_secs(30), Duration::from_secs(3_600), day).unwrap();
    let ceiling = |limit| Schedule::ceiling(limit, day * 90).unwrap();
    // Low, so that schedules reach them.
    settings.tries_per_code = TRIES;
    settings.requests_per_contact_burst = window(6, quarter);
    settings.requests_per_contact = window(9, day);
    settings.requests_per_contact_and_source = window(5, day);
    settings.requests_per_source = window(12, quarter);
    settings.codes_per_account = window(4, day);
    settings.log_ins_per_address = rising;
    settings.changes_per_account = rising;
    settings.log_ins_in_a_row = ceiling(6);
    settings.log_ins_per_device = ceiling(3);
    settings.log_ins_per_source = window(10, quarter);
    settings.sms_per_number = window(60, day);
    settings.wrong_codes_that_mean_attack = 12;
    settings.arming_queue = 8;
    settings.log_ins_in_line = log_ins_in_line;
    settings
}

impl Game {
    pub fn new(breaking: Breaking) -> Self {
        Self::with_line_of(3, breaking)
    }

    /// A world where so many log-ins with one name may wait for each other. Who is next in such a line is for a lock to
    /// say that looks at the machine's clock: where it must be the same each time, nobody waits.
    pub fn with_line_of(length: usize, breaking: Breaking) -> Self {
        let (executor, clock, directory) = (Executor::default(), ManualClock::new(), MemoryDirectory::new());
        let mut model = Model::default();
        for (position, name) in NAMES.iter().enumerate() {
            model.people.push(enter(&directory, &clock, position, name));
        }
        let eye = Eye::new(executor.clone(), model);
        let mut ports = Ports {
            directory: Arc::new(directory.clone()),
            codes: Arc::new(MemoryCodes::new()),
            throttle: Arc::new(MemoryThrottle::new()),
        };
        breaking(&mut ports, &directory);
        let service = AccountService::builder(
            Watched::new(ports.directory, &eye),
            Watched::new(ports.codes, &eye),
            Watched::new(ports.throttle, &eye),
            Post(eye.clone()),
            keys(),
            profile(),
        )
        .clock(clock.clone())
        .spawner(executor.clone())
        .settings(settings(length))
        .password_policy(PasswordPolicy::with_second_factor())
        .hashing(HashingSettings::default().threads(NonZeroUsize::MIN))
        .dangerous()
        .cheapest_hashing()
        .build()
        .unwrap();
        Self {
            executor,
            eye,
            service,
            directory,
            clock,
            answers: Answers::default(),
            requests: Vec::new(),
            asked_for: Vec::new(),
            logins: Vec::new(),
            made_up: 1_000,
        }
    }

    /// One task goes on, to its next pause.
    pub fn poll(&self, task: u64) {
        let before = self.service.hash_pool().started;
        let mut flow = self.executor.poll(task);
        // What was given to the hasher is done before anybody goes on, and its asker goes on from there: the schedule
        // decides, and not how fast the machine hashes.
        loop {
            while self.service.hash_pool().unanswered > 0 {
                std::thread::yield_now();
            }
            let is_answered = !self.executor.has_paused() && self.executor.ready().contains(&task);
            if !is_answered {
                break;
            }
            flow = self.executor.poll(task).or(flow);
        }
        let hashed = self.service.hash_pool().started - before;
        if let (1.., Some(flow)) = (hashed, flow) {
            self.eye.model().flows[flow].hashes += hashed;
        }
    }

    pub fn turn(&self, by: Duration) {
        self.clock.turn(by);
        self.executor.turn(by);
    }

    /// All that can go on does, and time passes where all wait for it, until nobody wants anything.
    pub fn come_to_rest(&self, dice: &mut Dice) {
        for _ in 0..50_000 {
            let ready = self.executor.ready();
            if !ready.is_empty() {
                self.poll(dice.pick(&ready));
            } else if self.executor.is_idle() {
                let held = self.service.hash_pool().places_taken;
                if held > 0 {
                    self.eye.model().violate("a place in the hasher is not given back");
                }
                return;
            } else if let Some(wait) = self.executor.until_next_timer() {
                self.turn(wait);
            } else {
                break;
            }
        }
        self.eye.model().violate("something never comes to rest");
    }

    /// What is done at once, and not by the service.
    pub fn step(&mut self, step: &Step) {
        match *step {
            Step::Begin(op) => self.begin(op),
            Step::Run { dice, polls } => {
                let mut dice = Dice::new(dice.into());
                for _ in 0..polls {
                    let ready = self.executor.ready();
                    if ready.is_empty() {
                        break;
                    }
                    self.poll(dice.pick(&ready));
                }
            }
            Step::HangUp(who) => {
                let callers = self.executor.callers();
                if let Some(flow) = callers.get(usize::from(who) % callers.len().max(1)) {
                    self.eye.model().flows[*flow].hung_up = true;
                    self.executor.hang_up(*flow);
                }
            }
            Step::Turn(seconds) => self.turn(Duration::from_secs(seconds.into())),
            Step::SetBack(seconds) => {
                self.clock.set(self.clock.now() - time::Duration::seconds(seconds.into()))
            }
            Step::Break { after, fault } => self.eye.fault(after.into(), fault),
            Step::Suspend(person) => {
                self.operate(person, false, |game, id| game.directory.suspend(id).unwrap())
            }
            Step::Resume(person) => {
                self.operate(person, false, |game, id| game.directory.resume(id).unwrap())
            }
            Step::Move { person, to } => self.operate(person, true, |game, id| {
                let contacts = contacts_of(usize::from(person) % NAMES.len(), to);
                game.directory.replace_contacts(id, contacts).unwrap()
            }),
        }
    }

    fn operate(&self, person: u8, moves: bool, change: impl FnOnce(&Self, &AccountId) -> bool) {
        let mut model = self.eye.model();
        let person = &mut model.people[usize::from(person) % NAMES.len()];
        assert!(change(self, &person.id));
        let accounts = self.directory.accounts();
        let account = accounts.iter().find(|account| account.id == person.id).unwrap();
        // New contacts count as new even where they are the old ones.
        if account.state != person.state || moves {
            person.generation += 1;
        }
        person.state = account.state;
        person.contacts = account.contacts.clone();
    }

    pub fn a_new_password(&mut self) -> String {
        self.made_up += 1;
        password(self.made_up)
    }
}

/// The contacts that a person may have: an address of her own always, and a number that two may share.
fn contacts_of(person: usize, choice: u8) -> Vec<Contact> {
    let name = NAMES[person];
    let (own, new) = (email(&format!("{name}@example.no")), email(&format!("{name}.ny@example.no")));
    let number = phone(&format!("4100000{person}"));
    match choice % 4 {
        0 => vec![own, number],
        1 => vec![new, number],
        2 => vec![own, phone("41999999")],
        _ => vec![own, new],
    }
}

/// A contact that somebody may type: one that a person has, had or may have, in some spelling, or nobody's.
pub fn typed(choice: u8) -> Contact {
    let (person, spelling) = (usize::from(choice % 3), choice / 3 % 12);
    let name = NAMES[person];
    match spelling {
        0..6 => email(&format!("{name}@example.no")),
        6 => email(&format!("{}@EXAMPLE.no", name.to_uppercase())),
        7 | 8 => phone(&format!("4100000{person}")),
        9 => email(&format!("{name}.ny@example.no")),
        10 => phone("41999999"),
        _ => email(&format!("ingen{person}@example.no")),
    }
}

/// Ola was never activated; Kari and Per were.
fn enter(directory: &MemoryDirectory, clock: &ManualClock, position: usize, name: &str) -> Person {
    let contacts = contacts_of(position, 0);
    let mut registration = vestibule::account::Registration::new(contacts[0].clone());
    registration.contacts = contacts.clone();
    let id = directory.register(registration).unwrap();
    let mut person = Person { id, state: AccountState::Pending, password: None, contacts, generation: 0 };
    if name != "ola" {
        let first = password(1);
        let account = directory.accounts().swap_remove(position);
        let change = CredentialChange {
            password: a_hash_of(&first),
            how: PasswordChange::Activated,
            proven: None,
            at: clock.now(),
        };
        let set = directory.replace_credential(&person.id, &account.credential_version, &change);
        assert!(block_on(set).unwrap().is_some());
        (person.state, person.password) = (AccountState::Active, Some(first));
    }
    person
}

/// A hash of the first password at the cheapest cost, made once.
fn a_hash_of(password: &str) -> PasswordHash {
    static HASH: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let hash = HASH.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let short = PasswordPolicy::with_second_factor();
            let world = crate::world::World::with(|builder| builder.password_policy(short));
            world.register("ola@example.no");
            let ola = email("ola@example.no");
            let asked = world.service.request_activation(&ola, &crate::world::here()).await.unwrap();
            let code = world.code_to(&ola).await;
            let new = crate::world::new(password);
            world.service.activate(&asked.handle, &code, new, &crate::world::here()).await.unwrap();
            world.directory.accounts()[0].password.clone().unwrap().expose_for_storage().to_owned()
        })
    });
    PasswordHash::from_stored(hash.as_str())
}
