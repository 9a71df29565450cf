//! A sender in every mood.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Semaphore;
use vestibule::error::BackendErrorKind;
use vestibule::message::{Message, MessageKind};
use vestibule::ports::{CodeSender, Destination, SendError};
use vestibule::{BackendError, Code};

/// How one message is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Transient,
    ComeBackIn(Duration),
    Permanent,
    Ambiguous,
    Hangs,
    Panics,
    /// It waits until the test lets it go.
    Waits,
}

/// Takes messages as its moods say, one after the other; then in good spirits.
#[derive(Clone, Debug)]
pub struct Moody {
    pub moods: Arc<Mutex<Vec<Mood>>>,
    tried: Arc<Mutex<Vec<MessageKind>>>,
    taken: Arc<Mutex<Vec<Message>>>,
    pub gate: Arc<Semaphore>,
}

impl Moody {
    pub fn new(moods: &[Mood]) -> Self {
        let moods = moods.iter().rev().copied().collect();
        Self {
            moods: Arc::new(Mutex::new(moods)),
            tried: Arc::default(),
            taken: Arc::default(),
            gate: Arc::new(Semaphore::new(0)),
        }
    }

    pub fn tried(&self) -> Vec<MessageKind> {
        self.tried.lock().unwrap().clone()
    }

    pub fn taken(&self) -> Vec<MessageKind> {
        self.taken.lock().unwrap().iter().map(|message| message.kind).collect()
    }

    pub fn last_code(&self) -> Option<Code> {
        let taken = self.taken.lock().unwrap();
        taken.iter().rev().find_map(|message| Some(Code::parse(message.expose_code()?).unwrap()))
    }

    pub async fn until_tried(&self, times: usize) {
        while self.tried().len() < times {
            tokio::task::yield_now().await;
        }
    }
}

#[async_trait]
impl CodeSender for Moody {
    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let mood = self.moods.lock().unwrap().pop();
        self.tried.lock().unwrap().push(message.kind);
        let error = || BackendError::new(BackendErrorKind::Unavailable, "as the mood says");
        let taken = || self.taken.lock().unwrap().push(message.clone());
        match mood {
            Some(Mood::Transient) => Err(SendError::Transient { retry_after: None, source: error() }),
            Some(Mood::ComeBackIn(wait)) => {
                Err(SendError::Transient { retry_after: Some(wait), source: error() })
            }
            Some(Mood::Permanent) => Err(SendError::Permanent(error())),
            Some(Mood::Ambiguous) => {
                taken();
                Err(SendError::Ambiguous(error()))
            }
            Some(Mood::Hangs) => std::future::pending().await,
            Some(Mood::Panics) => panic!("as the script says"),
            Some(Mood::Waits) => {
                self.gate.acquire().await.unwrap().forget();
                taken();
                Ok(())
            }
            None => {
                taken();
                Ok(())
            }
        }
    }

    fn destination(&self) -> Destination {
        Destination::People
    }
}
