//! Several machines over the same stores, each with a sender in a mood of its own.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use vestibule::account::Registration;
use vestibule::adapters::memory::{
    ManualClock, MemoryCodes, MemoryDirectory, MemoryEvents, MemoryMessages, MemoryThrottle,
};
use vestibule::error::BackendErrorKind;
use vestibule::event::{EventKind, LossReason};
use vestibule::message::{Message, MessageId};
use vestibule::ports::{CodeSender, Destination, MessageQueue, SendError, Sleep, Spawner, Task};
use vestibule::{AccountId, AccountService, BackendError, KeyRing, Settings};

use crate::world::background::Background;
use crate::world::passing::Passing;
use crate::world::script::{Script, Scripted, expect_panics};
use crate::world::{address, keys, profile};

pub const OLA: &str = "ola@example.no";

/// What several machines share.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    pub directory: MemoryDirectory,
    pub codes: MemoryCodes,
    pub throttle: MemoryThrottle,
    pub queue: MemoryMessages,
    pub clock: ManualClock,
    /// Everything that any of them has sent.
    pub sent: Arc<Mutex<Vec<Message>>>,
}

/// One of the machines.
#[derive(Clone, Debug)]
pub struct Machine {
    pub service: AccountService,
    pub events: MemoryEvents,
    pub background: Background,
    /// Watches the message queue.
    pub script: Script,
    pub sender: Sender,
}

impl Shared {
    pub fn register(&self) -> AccountId {
        self.directory.register(Registration::new(address(OLA))).unwrap()
    }

    pub fn machine(&self) -> Machine {
        self.machine_with(keys(), |_| {})
    }

    pub fn machine_with(&self, keys: KeyRing, change: impl FnOnce(&mut Settings)) -> Machine {
        self.machine_on(self.queue.clone(), keys, change)
    }

    pub fn machine_on(
        &self,
        queue: impl MessageQueue,
        keys: KeyRing,
        change: impl FnOnce(&mut Settings),
    ) -> Machine {
        let background = Background::default();
        self.assembled(queue, keys, background.clone(), background, change)
    }

    /// A machine for which time passes as it waits.
    pub fn passing(&self, passing: &Passing, change: impl FnOnce(&mut Settings)) -> Machine {
        self.assembled(self.queue.clone(), keys(), passing.clone(), Background::default(), |settings| {
            Passing::deadlines(settings);
            change(settings);
        })
    }

    /// A machine that dies while it sends its first message: its sender never answers, and its time stands still. Codes
    /// wait behind that message, accepted and not begun.
    pub fn dying(&self) -> Machine {
        let queue = self.queue.clone();
        let machine = self.assembled(queue, keys(), TimeStandsStill, Background::default(), |settings| {
            settings.sending_at_once = 1;
        });
        machine.sender.is_now(Mood::Hangs);
        machine
    }

    fn assembled(
        &self,
        queue: impl MessageQueue,
        keys: KeyRing,
        spawner: impl Spawner,
        background: Background,
        change: impl FnOnce(&mut Settings),
    ) -> Machine {
        expect_panics();
        let mut settings = Settings::default();
        change(&mut settings);
        let (events, script) = (MemoryEvents::default(), Script::default());
        let sender = Sender { sent: Arc::clone(&self.sent), mood: Arc::default(), seen: Arc::default() };
        let service = AccountService::builder(
            self.directory.clone(),
            self.codes.clone(),
            self.throttle.clone(),
            sender.clone(),
            keys,
            profile(),
        )
        .message_queue(Scripted::new(queue, &script))
        .clock(self.clock.clone())
        .events(events.clone())
        .spawner(spawner)
        .settings(settings)
        .dangerous()
        .cheapest_hashing()
        .build()
        .unwrap();
        Machine { service, events, background, script, sender }
    }

    /// The kinds of what was sent, by name.
    pub fn sent(&self) -> Vec<&'static str> {
        self.sent.lock().unwrap().iter().map(|message| message.kind.as_str()).collect()
    }

    pub fn turn(&self, seconds: u64) {
        self.clock.turn(Duration::from_secs(seconds));
    }
}

impl Machine {
    pub async fn settle(&self) {
        let began = Instant::now();
        while self.service.drain(Duration::from_secs(1)).await > 0 {
            assert!(began.elapsed() < Duration::from_secs(20), "the background comes to rest");
        }
    }

    /// Takes up what is due, and waits until it is settled.
    pub async fn resume(&self) -> usize {
        let resumed = self.service.resume_deliveries().await.unwrap();
        self.settle().await;
        resumed
    }

    pub fn lost(&self) -> Vec<LossReason> {
        let reason = |kind| match kind {
            EventKind::MessageLost { reason, .. } => Some(reason),
            _ => None,
        };
        self.events.events().into_iter().filter_map(|event| reason(event.kind)).collect()
    }

    /// What of the queue failed, and how.
    pub fn failed(&self) -> Vec<(&'static str, BackendErrorKind)> {
        let failed = |kind| match kind {
            EventKind::PortFailed { operation, failure } if operation.starts_with("message_queue") => {
                Some((operation, failure))
            }
            _ => None,
        };
        self.events.events().into_iter().filter_map(|event| failed(event.kind)).collect()
    }

    /// Waits until its sender was tried so often.
    pub async fn until_tried(&self, times: usize) {
        while self.sender.tried() < times {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// Runs tasks on the current tokio runtime, and ends no wait.
#[derive(Debug)]
struct TimeStandsStill;

impl Spawner for TimeStandsStill {
    fn spawn(&self, task: Task) {
        tokio::spawn(task);
    }

    fn sleep(&self, _duration: Duration) -> Sleep {
        Box::pin(std::future::pending())
    }
}

/// How a sender takes what it is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Sends,
    /// It answers that it could not, this once.
    FailsOnce,
    Fails,
    Refuses,
    /// It never answers, and has not sent it.
    Hangs,
}

#[derive(Clone, Debug)]
pub struct Sender {
    sent: Arc<Mutex<Vec<Message>>>,
    mood: Arc<Mutex<Mood>>,
    seen: Arc<Mutex<Vec<Option<MessageId>>>>,
}

impl Sender {
    pub fn is_now(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    pub fn tried(&self) -> usize {
        self.seen().len()
    }

    /// The ids of what it was given, sent or not.
    pub fn seen(&self) -> Vec<Option<MessageId>> {
        self.seen.lock().unwrap().clone()
    }
}

#[async_trait]
impl CodeSender for Sender {
    async fn send(&self, message: &Message) -> Result<(), SendError> {
        self.seen.lock().unwrap().push(message.id);
        let mood = *self.mood.lock().unwrap();
        let error = || BackendError::new(BackendErrorKind::Unavailable, "as the mood says");
        match mood {
            Mood::Sends => {
                self.sent.lock().unwrap().push(message.clone());
                Ok(())
            }
            Mood::FailsOnce | Mood::Fails => {
                if mood == Mood::FailsOnce {
                    self.is_now(Mood::Sends);
                }
                Err(SendError::Transient { retry_after: None, source: error() })
            }
            Mood::Refuses => Err(SendError::Permanent(error())),
            Mood::Hangs => std::future::pending().await,
        }
    }

    fn destination(&self) -> Destination {
        Destination::People
    }
}
