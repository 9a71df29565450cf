//! The machines that the service runs on: one; or two, which share every store, and any of which may be killed.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use vestibule::adapters::memory::ManualClock;
use vestibule::hasher::HashingSettings;
use vestibule::password::PasswordPolicy;
use vestibule::ports::{CodeStore, MessageQueue, ThrottleStore, UserDirectory};
use vestibule::throttle::Schedule;
use vestibule::{AccountService, Settings};

use crate::executor::{Executor, FlowId};
use crate::eye::{Eye, Watched};
use crate::game::{Game, Ports, Waiting};
use crate::post::Post;
use crate::reference::TRIES;
use crate::world::{keys, profile};

pub struct Machines {
    running: Vec<AccountService>,
    start: Box<dyn Fn() -> AccountService>,
}

impl Machines {
    pub fn start(
        ports: Ports,
        eye: &Eye,
        clock: &ManualClock,
        executor: &Executor,
        log_ins_in_line: usize,
        waiting: Waiting,
    ) -> Self {
        let directory: Arc<dyn UserDirectory> = Arc::new(Watched::new(ports.directory, eye));
        let codes: Arc<dyn CodeStore> = Arc::new(Watched::new(ports.codes, eye));
        let throttle: Arc<dyn ThrottleStore> = Arc::new(Watched::new(ports.throttle, eye));
        let messages: Arc<dyn MessageQueue> = Arc::new(Watched::new(ports.messages, eye));
        let (eye, clock, executor) = (eye.clone(), clock.clone(), executor.clone());
        let start = move || {
            let (directory, codes) = (Arc::clone(&directory), Arc::clone(&codes));
            let (throttle, post) = (Arc::clone(&throttle), Post(eye.clone()));
            let builder = AccountService::builder(directory, codes, throttle, post, keys(), profile())
                .clock(clock.clone())
                .spawner(executor.clone())
                .settings(settings(log_ins_in_line))
                .password_policy(PasswordPolicy::with_second_factor())
                .hashing(HashingSettings::default().threads(NonZeroUsize::MIN));
            let builder = match waiting {
                Waiting::InMemory => builder,
                Waiting::Stored => builder.message_queue(Arc::clone(&messages)),
            };
            builder.dangerous().cheapest_hashing().build().unwrap()
        };
        let many = if waiting == Waiting::Stored { 2 } else { 1 };
        Self { running: (0..many).map(|_| start()).collect(), start: Box::new(start) }
    }

    /// The service on the machine that a flow is for.
    pub fn of(&self, flow: FlowId) -> &AccountService {
        &self.running[flow % self.running.len()]
    }

    pub fn hashes_started(&self) -> u64 {
        self.running.iter().map(|service| service.hash_pool().started).sum()
    }

    pub fn are_hashing(&self) -> bool {
        self.running.iter().any(|service| service.hash_pool().unanswered > 0)
    }

    /// Whether a place in a hasher is taken.
    pub fn hold_places(&self) -> bool {
        self.running.iter().any(|service| service.hash_pool().places_taken > 0)
    }
}

impl Game {
    /// One of two machines dies with all that it had under way, and another is started in its place.
    pub fn kill(&mut self, which: u8) {
        let many = self.machines.running.len();
        if many == 1 {
            return;
        }
        self.pick_up();
        let which = usize::from(which) % many;
        self.eye.killing(true);
        for flow in self.executor.kill(|flow| flow % many == which) {
            self.eye.model().killed(flow);
        }
        self.eye.killing(false);
        self.machines.running[which] = (self.machines.start)();
    }
}

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
