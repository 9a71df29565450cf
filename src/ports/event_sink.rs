use std::fmt::Debug;
use std::sync::Arc;

use crate::event::Event;

/// Is told what happened, for the operator: a log, a metric, a table.
///
/// # Contract
///
/// - It must not block: it is called in the middle of flows. What takes time belongs into a queue of its own.
/// - It cannot fail: an event that cannot be kept is dropped. A panic is caught and changes no outcome.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use vestibule::event::{Event, EventKind};
/// use vestibule::ports::EventSink;
///
/// /// Counts refused log-ins.
/// #[derive(Debug, Default)]
/// struct Refusals(AtomicU64);
///
/// impl EventSink for Refusals {
///     fn record(&self, event: &Event) {
///         if let EventKind::LogInRefused { .. } = event.kind {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// ```
pub trait EventSink: Debug + Send + Sync + 'static {
    /// Takes note of an event.
    fn record(&self, event: &Event);
}

impl<T: EventSink + ?Sized> EventSink for Arc<T> {
    fn record(&self, event: &Event) {
        (**self).record(event);
    }
}

/// Drops every event: the default.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct NoEvents;

impl EventSink for NoEvents {
    fn record(&self, _event: &Event) {}
}
