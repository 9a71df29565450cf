//! Ports through which a comparison in the middle of a flow is timed alone: from the last call to a port before it to
//! the first one after it. All are public; nothing in the crate is there for this.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use vestibule::adapters::memory::{ManualClock, MemoryCodes, MemoryThrottle};
use vestibule::code::HandleDigest;
use vestibule::event::{Event, EventKind};
use vestibule::ports::{
    ArmedCode, Attempt, Clock, CodeStore, EventSink, PendingCode, Reissue, Sleep, Spawner, StoredCode, Task,
    ThrottleStore,
};
use vestibule::throttle::{Charge, ThrottleKey, Ticket, Verdict};
use vestibule::time::OffsetDateTime;
use vestibule::{BackendError, async_trait};

/// Shared by all the ports of a service.
#[derive(Clone, Debug, Default)]
pub struct Lens(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    pub began: Mutex<Option<Instant>>,
    took: Mutex<Option<Duration>>,
    /// What the store was last told to arm a row with.
    armed: Mutex<Option<(HandleDigest, ArmedCode)>>,
    /// What the store hands out instead of what it holds.
    shown: Mutex<Option<StoredCode>>,
    leak: Mutex<Option<Leak>>,
    is_closed: AtomicBool,
    codes: MemoryCodes,
    throttle: MemoryThrottle,
    clock: ManualClock,
}

/// A comparison that ends at the first difference, so many times.
#[derive(Clone, Copy, Debug)]
pub struct Leak {
    pub differs_at: usize,
    pub times: usize,
}

impl Lens {
    /// The time begins now.
    pub fn begin(&self) {
        *self.0.began.lock().unwrap() = Some(Instant::now());
    }

    /// The time ends now, if it began.
    fn end(&self) {
        if let Some(leak) = *self.0.leak.lock().unwrap() {
            leak.compare();
        }
        if let Some(began) = self.0.began.lock().unwrap().take() {
            *self.0.took.lock().unwrap() = Some(began.elapsed());
        }
    }

    /// The microseconds between the two.
    pub fn took(&self) -> f64 {
        self.0.took.lock().unwrap().take().unwrap().as_secs_f64() * 1e6
    }

    pub fn armed(&self) -> (HandleDigest, ArmedCode) {
        self.0.armed.lock().unwrap().take().unwrap()
    }

    pub fn show(&self, row: Option<StoredCode>) {
        *self.0.shown.lock().unwrap() = row;
    }

    pub fn leak(&self, leak: Option<Leak>) {
        *self.0.leak.lock().unwrap() = leak;
    }

    /// Lets no charge through any more: what follows the comparison is then short.
    pub fn close(&self) {
        self.0.is_closed.store(true, Ordering::Relaxed);
    }
}

impl Leak {
    fn compare(self) {
        let (one, mut other) = ([0_u8; 32], [0_u8; 32]);
        other[self.differs_at] = 1;
        for _ in 0..self.times {
            let (one, other) = (black_box(one), black_box(other));
            black_box(one.iter().zip(&other).all(|(one, other)| black_box(one) == black_box(other)));
        }
    }
}

#[async_trait]
impl CodeStore for Lens {
    async fn insert(&self, code: &PendingCode) -> Result<(), BackendError> {
        self.0.codes.insert(code).await
    }

    async fn arm(
        &self,
        handle: &HandleDigest,
        issue: u32,
        code: &ArmedCode,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        *self.0.armed.lock().unwrap() = Some((*handle, code.clone()));
        self.0.codes.arm(handle, issue, code, now).await
    }

    async fn reissue(
        &self,
        handle: &HandleDigest,
        resend_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Reissue, BackendError> {
        self.0.codes.reissue(handle, resend_at, now).await
    }

    async fn count_attempt(
        &self,
        handle: &HandleDigest,
        now: OffsetDateTime,
    ) -> Result<Attempt, BackendError> {
        let Some(shown) = self.0.shown.lock().unwrap().clone() else {
            return self.0.codes.count_attempt(handle, now).await;
        };
        self.begin();
        Ok(Attempt::Counted(shown))
    }

    async fn take(
        &self,
        handle: &HandleDigest,
        issue: u32,
        now: OffsetDateTime,
    ) -> Result<bool, BackendError> {
        self.0.codes.take(handle, issue, now).await
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        self.0.codes.purge(before).await
    }
}

#[async_trait]
impl ThrottleStore for Lens {
    async fn charge(&self, charges: &[Charge], now: OffsetDateTime) -> Result<Verdict, BackendError> {
        if self.0.is_closed.load(Ordering::Relaxed) {
            return Ok(Verdict::Wait(Duration::from_secs(1)));
        }
        self.0.throttle.charge(charges, now).await
    }

    async fn refund(&self, ticket: &Ticket) -> Result<(), BackendError> {
        self.0.throttle.refund(ticket).await
    }

    async fn lift(&self, keys: &[ThrottleKey]) -> Result<(), BackendError> {
        self.0.throttle.lift(keys).await
    }

    async fn purge(&self, before: OffsetDateTime) -> Result<u64, BackendError> {
        self.0.throttle.purge(before).await
    }
}

/// A request looks at the clock as soon as it knows its device.
impl Clock for Lens {
    fn now(&self) -> OffsetDateTime {
        if self.0.is_closed.load(Ordering::Relaxed) {
            self.end();
        }
        self.0.clock.now()
    }
}

/// That a code was wrong is told as soon as it was compared.
impl EventSink for Lens {
    fn record(&self, event: &Event) {
        if matches!(event.kind, EventKind::CodeRefused { .. }) {
            self.end();
        }
    }
}

impl Spawner for Lens {
    fn spawn(&self, task: Task) {
        tokio::spawn(task);
    }

    /// No port is slow here: no wait comes to its end.
    fn sleep(&self, _duration: Duration) -> Sleep {
        Box::pin(std::future::pending())
    }
}
