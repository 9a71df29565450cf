use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;

use crate::adapters::routing::either;
use crate::event::{Event, EventKind};
use crate::message::Message;
use crate::ports::{Clock, CodeSender, Destination, EventSink, SendError, SystemClock};

/// A sender with a second one behind it, which steps in when the first fails.
///
/// - What the first refuses for good is offered to the second at once.
/// - A failure of the first that may pass is the service's to try again; after a few in a row, messages go to the
///   second instead. One in ten still goes to the first, and its success ends that.
/// - Where it is not known whether the first has sent a message, the second is not asked: nobody gets two codes.
///
/// What is remembered is two numbers: how many times in a row the first has failed, and how many messages have passed
/// it over since.
///
/// Both together have the time that the service gives a sender,
/// [`Settings::sender_deadline`](crate::Settings::sender_deadline): each must give up in less than half of it.
#[derive(Clone, Debug)]
pub struct WithFallback {
    first: Arc<dyn CodeSender>,
    second: Arc<dyn CodeSender>,
    patience: NonZeroU32,
    failures: Arc<AtomicU32>,
    passed_over: Arc<AtomicU32>,
    reports: Option<Arc<dyn EventSink>>,
}

/// The failures in a row after which the second sender steps in.
const PATIENCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(2);
/// Of so many messages, one goes to the first sender while it is failing.
const PROBE_EVERY: u32 = 10;

impl WithFallback {
    /// Sends by `first`, and by `second` where that fails.
    #[must_use]
    pub fn new(first: impl CodeSender, second: impl CodeSender) -> Self {
        Self {
            first: Arc::new(first),
            second: Arc::new(second),
            patience: PATIENCE,
            failures: Arc::default(),
            passed_over: Arc::default(),
            reports: None,
        }
    }

    /// After how many failures in a row messages go to the second sender. Default: 3, which is a few seconds of an
    /// outage.
    #[must_use]
    pub const fn after_failures(mut self, failures: NonZeroU32) -> Self {
        self.patience = failures;
        self
    }

    /// Tells the operator about each failure of one sender that the other made good. Default: nobody, since the
    /// service sees only that the message was sent.
    #[must_use]
    pub fn reporting_to(mut self, events: impl EventSink) -> Self {
        self.reports = Some(Arc::new(events));
        self
    }

    async fn by_first(&self, message: &Message) -> Result<(), SendError> {
        let sent = self.first.send(message).await;
        match &sent {
            Ok(()) => self.failures.store(0, Ordering::Relaxed),
            // A refusal is an answer: it says nothing about the next message.
            Err(SendError::Permanent(_)) => {}
            Err(SendError::Transient { .. } | SendError::Ambiguous(_)) => self.count(),
        }
        sent
    }

    /// Counts no further than it must, so that the number never wraps around to a sound first sender.
    fn count(&self) {
        let one_more = |failures: u32| (failures < self.patience.get()).then(|| failures + 1);
        let _ = self.failures.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
    }

    fn is_failing(&self) -> bool {
        self.failures.load(Ordering::Relaxed) >= self.patience.get()
    }

    fn passes_over(&self) -> bool {
        self.is_failing() && self.passed_over.fetch_add(1, Ordering::Relaxed) % PROBE_EVERY != PROBE_EVERY - 1
    }

    /// What both senders came to, after one had failed without sending.
    fn both(&self, failed: SendError, other: Result<(), SendError>) -> Result<(), SendError> {
        match (failed, other) {
            (failed, Ok(())) => {
                self.report(&failed);
                Ok(())
            }
            // What one refuses, the other may still take later.
            (failed @ SendError::Transient { .. }, Err(SendError::Permanent(_))) => Err(failed),
            (_, other) => other,
        }
    }

    fn report(&self, failed: &SendError) {
        let (SendError::Transient { source, .. }
        | SendError::Permanent(source)
        | SendError::Ambiguous(source)) = failed;
        if let Some(events) = &self.reports {
            let kind = EventKind::PortFailed { operation: "code_sender.send", failure: source.kind() };
            events.record(&Event::new(SystemClock.now(), kind));
        }
    }
}

#[async_trait]
impl CodeSender for WithFallback {
    async fn send(&self, message: &Message) -> Result<(), SendError> {
        if self.passes_over() {
            return match self.second.send(message).await {
                Err(failed) if !is_ambiguous(&failed) => self.both(failed, self.by_first(message).await),
                sent => sent,
            };
        }
        match self.by_first(message).await {
            Err(failed @ SendError::Permanent(_)) => self.both(failed, self.second.send(message).await),
            Err(failed @ SendError::Transient { .. }) if self.is_failing() => {
                self.both(failed, self.second.send(message).await)
            }
            sent => sent,
        }
    }

    fn destination(&self) -> Destination {
        either(&self.first, &self.second)
    }
}

const fn is_ambiguous(failed: &SendError) -> bool {
    matches!(failed, SendError::Ambiguous(_))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures_lite::future::block_on;

    use super::*;
    use crate::contact::EmailAddress;
    use crate::error::{BackendError, BackendErrorKind};
    use crate::message::{MessageText, Notice};

    /// Answers as it is told, and counts.
    #[derive(Clone, Debug, Default)]
    struct Told(Arc<Mutex<(Answer, u32)>>);

    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    enum Answer {
        #[default]
        Sends,
        Later,
        Never,
        Perhaps,
    }

    impl Told {
        fn to(answer: Answer) -> Self {
            Self(Arc::new(Mutex::new((answer, 0))))
        }

        fn now(&self, answer: Answer) {
            self.0.lock().unwrap().0 = answer;
        }

        fn asked(&self) -> u32 {
            self.0.lock().unwrap().1
        }
    }

    #[async_trait]
    impl CodeSender for Told {
        async fn send(&self, _: &Message) -> Result<(), SendError> {
            let mut told = self.0.lock().unwrap();
            told.1 += 1;
            let source = BackendError::new(BackendErrorKind::Other, "as told");
            match told.0 {
                Answer::Sends => Ok(()),
                Answer::Later => Err(SendError::Transient { retry_after: None, source }),
                Answer::Never => Err(SendError::Permanent(source)),
                Answer::Perhaps => Err(SendError::Ambiguous(source)),
            }
        }

        fn destination(&self) -> Destination {
            Destination::People
        }
    }

    #[derive(Clone, Debug, Default)]
    struct Count(Arc<AtomicU32>);

    impl EventSink for Count {
        fn record(&self, _: &Event) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn send(sender: &WithFallback) -> Answer {
        let to = EmailAddress::parse("ola@example.no").unwrap();
        let message = Message::new(to.into(), &Notice::Invitation, MessageText::sms("Velkommen"));
        match block_on(sender.send(&message)) {
            Ok(()) => Answer::Sends,
            Err(SendError::Transient { .. }) => Answer::Later,
            Err(SendError::Permanent(_)) => Answer::Never,
            Err(SendError::Ambiguous(_)) => Answer::Perhaps,
        }
    }

    #[test]
    fn what_the_first_refuses_for_good_goes_to_the_second_with_a_report() {
        let (first, second, reports) = (Told::to(Answer::Never), Told::default(), Count::default());
        let sender = WithFallback::new(first, second.clone()).reporting_to(reports.clone());
        assert_eq!(send(&sender), Answer::Sends);
        assert_eq!((second.asked(), reports.0.load(Ordering::Relaxed)), (1, 1));
    }

    #[test]
    fn an_outage_of_the_first_goes_to_the_second_after_a_few_failures_until_the_first_is_back() {
        let (first, second) = (Told::to(Answer::Later), Told::default());
        let sender = WithFallback::new(first.clone(), second.clone());
        assert_eq!(
            [send(&sender), send(&sender), send(&sender)],
            [Answer::Later, Answer::Later, Answer::Sends]
        );
        for _ in 0..100 {
            assert_eq!(send(&sender), Answer::Sends);
        }
        assert_eq!((first.asked(), second.asked()), (13, 101));
        first.now(Answer::Sends);
        for _ in 0..20 {
            assert_eq!(send(&sender), Answer::Sends);
        }
        assert_eq!((first.asked(), second.asked()), (24, 110));
    }

    #[test]
    fn what_may_have_been_sent_is_not_sent_by_the_other() {
        let (first, second) = (Told::to(Answer::Perhaps), Told::default());
        let sender = WithFallback::new(first.clone(), second.clone());
        for _ in 0..3 {
            assert_eq!(send(&sender), Answer::Perhaps);
        }
        assert_eq!(second.asked(), 0);
        // By now the first is passed over; the second is no more certain.
        second.now(Answer::Perhaps);
        assert_eq!(send(&sender), Answer::Perhaps);
        assert_eq!((first.asked(), second.asked()), (3, 1));
    }

    #[test]
    fn what_one_may_take_later_is_not_given_up_because_the_other_refuses_it() {
        let (first, second) = (Told::to(Answer::Later), Told::to(Answer::Never));
        let sender =
            WithFallback::new(first.clone(), second.clone()).after_failures(NonZeroU32::new(1).unwrap());
        assert_eq!([send(&sender), send(&sender)], [Answer::Later, Answer::Later]);
        first.now(Answer::Never);
        assert_eq!(send(&sender), Answer::Never);
    }
}
