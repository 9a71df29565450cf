//! A world in which schedules are played: three people, a service on watched memory ports, on one machine or on two, and
//! an executor.

use std::sync::Arc;
use std::time::Duration;

use vestibule::adapters::memory::{
    ManualClock, MemoryCodes, MemoryDirectory, MemoryMessages, MemoryThrottle,
};
use vestibule::code::{HandleDigest, Purpose};
use vestibule::ports::{Clock, CodeStore, MessageQueue, ThrottleStore, UserDirectory};
use vestibule::{AccountId, CodeHandle, Login};

use crate::asking::Answers;
use crate::dice::{Dice, password};
use crate::executor::Executor;
use crate::eye::Eye;
use crate::machines::Machines;
use crate::people::{NAMES, contacts_of, enter};
use crate::plan::Step;
use crate::reference::Model;

/// What the ports stand on; a broken variant replaces one.
#[derive(Debug)]
pub struct Ports {
    pub directory: Arc<dyn UserDirectory>,
    pub codes: Arc<dyn CodeStore>,
    pub throttle: Arc<dyn ThrottleStore>,
    pub messages: Arc<dyn MessageQueue>,
}

/// Where messages wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// In the one machine that there is.
    InMemory,
    /// In a stored queue, which two machines share.
    Stored,
}

/// What is done to the ports before a schedule is played on them.
pub type Breaking = fn(&mut Ports, &MemoryDirectory);

pub struct Game {
    pub executor: Executor,
    pub eye: Eye,
    pub machines: Machines,
    pub directory: MemoryDirectory,
    pub messages: MemoryMessages,
    pub clock: ManualClock,
    pub answers: Answers,
    pub requests: Vec<CodeHandle>,
    /// What the requests are known by, and what for.
    pub asked_for: Vec<(HandleDigest, Purpose)>,
    pub logins: Vec<(usize, u64, Login)>,
    /// Passwords that were made up so far.
    pub made_up: u64,
}

impl Game {
    pub fn new(waiting: Waiting, breaking: Breaking) -> Self {
        Self::with_line_of(3, waiting, breaking)
    }

    /// A world where so many log-ins with one name may wait for each other. Who is next in such a line is for a lock to
    /// say that looks at the machine's clock: where it must be the same each time, nobody waits.
    pub fn with_line_of(length: usize, waiting: Waiting, breaking: Breaking) -> Self {
        let (executor, clock, directory) = (Executor::default(), ManualClock::new(), MemoryDirectory::new());
        let mut model = Model::default();
        for (position, name) in NAMES.iter().enumerate() {
            model.people.push(enter(&directory, &clock, position, name));
        }
        model.time_is(clock.now());
        let eye = Eye::new(executor.clone(), model);
        let messages = MemoryMessages::new();
        let mut ports = Ports {
            directory: Arc::new(directory.clone()),
            codes: Arc::new(MemoryCodes::new()),
            throttle: Arc::new(MemoryThrottle::new()),
            messages: Arc::new(messages.clone()),
        };
        breaking(&mut ports, &directory);
        let machines = Machines::start(ports, &eye, &clock, &executor, length, waiting);
        Self {
            executor,
            eye,
            machines,
            directory,
            messages,
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
        let before = self.machines.hashes_started();
        let mut flow = self.executor.poll(task);
        // What was given to the hasher is done before anybody goes on, and its asker goes on from there: the schedule
        // decides, and not how fast the machine hashes.
        loop {
            while self.machines.are_hashing() {
                std::thread::yield_now();
            }
            let is_answered = !self.executor.has_paused() && self.executor.ready().contains(&task);
            if !is_answered {
                break;
            }
            flow = self.executor.poll(task).or(flow);
        }
        let hashed = self.machines.hashes_started() - before;
        if let (1.., Some(flow)) = (hashed, flow) {
            self.eye.model().flows[flow].hashes += hashed;
        }
    }

    pub fn turn(&self, by: Duration) {
        self.clock.turn(by);
        self.eye.model().time_is(self.clock.now());
        self.executor.turn(by);
    }

    /// All that can go on does, and time passes where all wait for it, until nobody wants anything.
    pub fn come_to_rest(&self, dice: &mut Dice) {
        for _ in 0..50_000 {
            let ready = self.executor.ready();
            if !ready.is_empty() {
                self.poll(dice.pick(&ready));
            } else if self.executor.is_idle() {
                if self.machines.hold_places() {
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
            Step::Kill(which) => self.kill(which),
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
