//! What every flow works with: the ports behind a fence, the keys, the settings, the profile.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use futures_channel::oneshot;
use futures_lite::FutureExt;
use time::OffsetDateTime;

use crate::contact::{Channel, Contact};
use crate::error::{BackendError, BackendErrorKind, Error};
use crate::event::{ContactDigest, Event, EventKind};
use crate::key::KeyRing;
use crate::locale::Locale;
use crate::message::{MessageText, Notice};
use crate::ports::{Clock, CodeSender, CodeStore, EventSink, Spawner, Texts, ThrottleStore, UserDirectory};
use crate::profile::ServiceProfile;
use crate::settings::Settings;

pub(crate) struct Context {
    pub(crate) directory: Arc<dyn UserDirectory>,
    pub(crate) codes: Arc<dyn CodeStore>,
    pub(crate) throttle: Arc<dyn ThrottleStore>,
    pub(crate) sender: Arc<dyn CodeSender>,
    #[cfg(feature = "message-queue")]
    pub(crate) message_queue: Option<Arc<dyn crate::ports::MessageQueue>>,
    pub(crate) texts: Arc<dyn Texts>,
    pub(crate) events: Arc<dyn EventSink>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) spawner: Arc<dyn Spawner>,
    pub(crate) keys: KeyRing,
    pub(crate) profile: ServiceProfile,
    pub(crate) settings: Settings,
    /// How many tasks run in the background now.
    pub(crate) background: Arc<AtomicUsize>,
}

impl Context {
    /// Calls a port. A call that panics, or does not end within the deadline, is a failed one, and every failure is
    /// told to the operator.
    pub(crate) async fn ask<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, BackendError>> + Send,
    ) -> Result<T, BackendError> {
        self.ask_for(self.settings.port_deadline, operation, call).await
    }

    /// Calls a port for something that may take longer than an answer that somebody waits for.
    pub(crate) async fn ask_for<T>(
        &self,
        deadline: Duration,
        operation: &'static str,
        call: impl Future<Output = Result<T, BackendError>> + Send,
    ) -> Result<T, BackendError> {
        let result = self.fence(deadline, call).await.unwrap_or_else(|fault| Err(fault.into()));
        if let Err(error) = &result {
            self.record(EventKind::PortFailed { operation, failure: error.kind() });
        }
        result
    }

    /// Runs a call to a port so that it ends, one way or another.
    pub(crate) async fn fence<T>(
        &self,
        deadline: Duration,
        call: impl Future<Output = T> + Send,
    ) -> Result<T, PortFault> {
        let bounded = async {
            let late = async {
                self.spawner.sleep(deadline).await;
                Err(PortFault::TimedOut)
            };
            async { Ok(call.await) }.or(late).await
        };
        let guarded = AssertUnwindSafe(bounded).catch_unwind().await;
        guarded.unwrap_or_else(|panic| Err(PortFault::of_panic(&*panic)))
    }

    /// The time, in whole milliseconds, as every store is given it.
    pub(crate) fn now(&self) -> Result<OffsetDateTime, BackendError> {
        let now = catch_unwind(AssertUnwindSafe(|| self.clock.now())).map_err(|_| PortFault::Panicked)?;
        Ok(now.replace_millisecond(now.millisecond()).unwrap_or(now))
    }

    /// Tells the operator what happened, and nothing more.
    pub(crate) fn record(&self, kind: EventKind) {
        self.tell(kind, |event| event);
    }

    /// Tells the operator what happened, with what `details` adds.
    pub(crate) fn tell(&self, kind: EventKind, details: impl FnOnce(Event) -> Event) {
        let at = self.now().unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let event = details(Event::new(at, kind));
        // A sink that panics loses its event, and changes no outcome.
        let _ = catch_unwind(AssertUnwindSafe(|| self.events.record(&event)));
    }

    /// Puts a notice into words, or nothing where the texts panic.
    pub(crate) fn compose(&self, notice: &Notice, channel: Channel, locale: &Locale) -> Option<MessageText> {
        let compose = || self.texts.compose(notice, channel, locale, &self.profile);
        catch_unwind(AssertUnwindSafe(compose)).ok()
    }

    /// Puts a refusal into words; into those of the error itself where the texts panic.
    pub(crate) fn explain(&self, error: &Error, locale: &Locale) -> String {
        let explain = || self.texts.explain(error, locale, &self.profile);
        catch_unwind(AssertUnwindSafe(explain)).unwrap_or_else(|_| error.to_string())
    }

    /// How events name a contact.
    pub(crate) fn digest(&self, contact: &Contact) -> ContactDigest {
        ContactDigest::of(&self.keys.identifier("event", &[contact.key().as_bytes()]))
    }

    /// Starts work that nobody waits for. `drain` waits for it.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let running = Running::new(&self.background);
        let task = Box::pin(async move {
            // Held to the end, and given back even if the work panics or the runtime drops it.
            let _running = running;
            work.await;
        });
        if catch_unwind(AssertUnwindSafe(|| self.spawner.spawn(task))).is_err() {
            self.record(EventKind::PortFailed { operation: "spawn", failure: BackendErrorKind::Panicked });
        }
    }

    /// Work that runs to its end once it has begun: while the caller waits, by his own waiting; if he goes away, in the
    /// background. What it gives then is dropped there.
    pub(crate) fn finish<T: 'static>(
        self: &Arc<Self>,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Finish<T> {
        Finish { context: Arc::clone(self), work: Some(Box::pin(work)), begun: false }
    }

    /// Runs work to its end even if the caller goes away meanwhile.
    pub(crate) async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.spawn(async move {
            // The caller may have gone: the work was done all the same.
            let _ = reply.send(work.await);
        });
        answer.await.unwrap_or_else(|_| {
            Err(Error::Backend(BackendError::new(
                BackendErrorKind::Unavailable,
                "the background work ended before its time: check that the runtime is still running",
            )))
        })
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}

/// A moment that long after `now`, at the end of time at the latest.
pub(crate) fn after(now: OffsetDateTime, wait: Duration) -> OffsetDateTime {
    now.saturating_add(wait.try_into().unwrap_or(time::Duration::MAX))
}

/// See [`Context::finish`].
pub(crate) struct Finish<T: 'static> {
    context: Arc<Context>,
    work: Option<Pin<Box<dyn Future<Output = T> + Send>>>,
    begun: bool,
}

impl<T: 'static> Future for Finish<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<T> {
        self.begun = true;
        let Some(work) = &mut self.work else { return Poll::Pending };
        let polled = work.as_mut().poll(cx);
        if polled.is_ready() {
            self.work = None;
        }
        polled
    }
}

impl<T: 'static> Drop for Finish<T> {
    fn drop(&mut self) {
        if let (true, Some(work)) = (self.begun, self.work.take()) {
            self.context.spawn(async move { drop(work.await) });
        }
    }
}

/// How a call to a port went wrong, apart from what the port itself says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PortFault {
    TimedOut,
    Panicked,
    /// It panicked because tokio was not there.
    NoRuntime,
}

impl PortFault {
    /// A driver that needs tokio says so in a panic. It is the one that a newcomer meets, and what is to be done about it is
    /// not to mend the port.
    fn of_panic(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        // sqlx: "this functionality requires a Tokio context"; tokio: "there is no reactor running, must be called from
        // the context of a Tokio 1.x runtime".
        match text {
            Some(text) if text.contains("Tokio") && text.contains("context") => Self::NoRuntime,
            _ => Self::Panicked,
        }
    }
}

impl From<PortFault> for BackendError {
    fn from(fault: PortFault) -> Self {
        match fault {
            PortFault::TimedOut => Self::new(
                BackendErrorKind::TimedOut,
                "the store did not answer in time: check that it is reachable and not overloaded",
            ),
            PortFault::Panicked => {
                Self::new(BackendErrorKind::Panicked, "the implementation of a port panicked: mend it")
            }
            PortFault::NoRuntime => Self::new(
                BackendErrorKind::Misconfigured,
                "a port needs a tokio runtime and was called without one: build the service, and call it, where a runtime \
                 is current whose drivers are enabled, as under #[tokio::main]",
            ),
        }
    }
}

struct Running(Arc<AtomicUsize>);

impl Running {
    fn new(counter: &Arc<AtomicUsize>) -> Self {
        counter.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(counter))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
