//! What happens after the answer: look up, arm, send; bounded, retried, drained.
//!
//! A request is answered before the directory is asked, so that neither the answer nor its time can depend on who is
//! registered. What the answer left to be done is one equal job in the *arming* queue, which alone pushes back.
//! Messages have queues of their own, by channel and by class: a full one loses the message, with an event. That a
//! password was set has a class to itself, so that nothing a stranger can cause keeps an owner from being told.

mod arming;
mod paying;
#[cfg(feature = "message-queue")]
mod resuming;
mod sending;
#[cfg(feature = "message-queue")]
mod stored;
#[cfg(not(feature = "message-queue"))]
#[path = "delivery/unstored.rs"]
mod stored;

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_lock::{Semaphore, SemaphoreGuardArc};

pub(crate) use self::arming::{Arming, FIRST_WAIT, LONGEST_WAIT};
use self::sending::Class;
pub(crate) use self::sending::Sending;
use crate::contact::Channel;
use crate::context::{Context, PortFault};
use crate::event::LossReason;

/// The queues of the background.
#[derive(Debug)]
pub(crate) struct Delivery {
    context: Arc<Context>,
    arming: Queue,
    codes: Channels,
    notes: Channels,
    alarms: Channels,
    #[cfg(feature = "message-queue")]
    held: stored::Held,
}

/// A queue for each channel, so that a gateway that hangs holds up no e-mail.
#[derive(Debug)]
struct Channels {
    email: Queue,
    sms: Queue,
}

/// A bounded queue: so many places, and so many jobs at work at once.
#[derive(Debug)]
struct Queue {
    places: Arc<Semaphore>,
    at_work: Arc<Semaphore>,
}

/// A place in the arming queue, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place(#[expect(dead_code, reason = "held, not read")] SemaphoreGuardArc);

impl Queue {
    fn new(places: usize, at_work: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), at_work: Arc::new(Semaphore::new(at_work)) }
    }

    fn reserve(&self) -> Option<Place> {
        self.places.try_acquire_arc().map(Place)
    }
}

impl Channels {
    fn new(places: usize, at_work: usize) -> Self {
        Self { email: Queue::new(places, at_work), sms: Queue::new(places, at_work) }
    }

    const fn of(&self, channel: Channel) -> &Queue {
        match channel {
            Channel::Email => &self.email,
            Channel::Sms => &self.sms,
        }
    }
}

impl Delivery {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        let settings = &context.settings;
        Self {
            arming: Queue::new(settings.arming_queue, settings.arming_at_once),
            codes: Channels::new(settings.sending_queue, settings.sending_at_once),
            notes: Channels::new(settings.notice_queue, settings.sending_at_once),
            alarms: Channels::new(settings.notice_queue, settings.sending_at_once),
            #[cfg(feature = "message-queue")]
            held: stored::Held::default(),
            context,
        }
    }

    /// Takes a place in the arming queue, or none when it is full. A request takes one before anything is counted.
    pub(crate) fn reserve(&self) -> Option<Place> {
        self.arming.reserve()
    }

    /// Leaves a request to be armed, and returns at once.
    pub(crate) fn arm(self: &Arc<Self>, place: Place, request: Arming) {
        let delivery = Arc::clone(self);
        self.context.spawn(async move {
            delivery.arm_and_send(request).await;
            drop(place);
        });
    }

    /// Leaves a message to be sent, once it is written down where there is a stored queue, and says whether it was
    /// accepted.
    ///
    /// Notices are bound by what numbers SMS may go to, and by a cap of their own: whoever used up the codes would
    /// otherwise keep an owner from being told.
    pub(crate) async fn send(self: &Arc<Self>, message: Sending) -> bool {
        if !self.context.settings.reaches(message.to()) {
            message.lose(&self.context, LossReason::SmsNotAllowed);
            return false;
        }
        let place = self.place_for(&message);
        let stored = self.store(&message, place.is_some()).await;
        match place {
            Some(place) => self.start(message.kept_in(stored), place),
            None if stored.is_some_and(|stored| stored.is_there()) => {}
            None => {
                message.lose(&self.context, LossReason::QueueFull);
                return false;
            }
        }
        true
    }

    /// A place in the queue that the message belongs into, or none when it is full.
    fn place_for(&self, message: &Sending) -> Option<Place> {
        self.queue_for(message).reserve()
    }

    const fn queue_for(&self, message: &Sending) -> &Queue {
        let queues = match message.class() {
            Class::Code => &self.codes,
            Class::Note => &self.notes,
            Class::Alarm => &self.alarms,
        };
        queues.of(message.to().channel())
    }

    fn start(self: &Arc<Self>, message: Sending, place: Place) {
        let (context, at_work) = (Arc::clone(&self.context), Arc::clone(&self.queue_for(&message).at_work));
        self.context.spawn(async move {
            message.deliver(&context, &at_work).await;
            drop(place);
        });
    }

    /// Waits until the background is idle, at most so long, and says how many jobs are left.
    pub(crate) async fn drain(&self, at_most: Duration) -> usize {
        let mut left = at_most;
        loop {
            let running = self.context.background.load(Ordering::SeqCst);
            if running == 0 || left.is_zero() {
                return running;
            }
            let step = left.min(DRAIN_STEP);
            let slept = self.context.fence(step, pending::<()>()).await;
            if slept.is_err_and(|fault| fault != PortFault::TimedOut) {
                // A background that cannot wait, such as a runtime that is gone, does nothing more.
                return running;
            }
            left -= step;
        }
    }
}

/// How often `drain` looks whether all is done.
const DRAIN_STEP: Duration = Duration::from_millis(10);
