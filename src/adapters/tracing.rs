//! Events to `tracing`.

use crate::event::Event;
use crate::ports::EventSink;

/// Writes each event to `tracing`, at level `INFO` and with target `vestibule`, as fields.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TracingEvents;

impl EventSink for TracingEvents {
    fn record(&self, event: &Event) {
        tracing::info!(
            target: "vestibule",
            event = event.kind.name(),
            details = ?event.kind,
            account = event.account.as_ref().map(|account| account.as_str()),
            contact = event.contact.as_ref().map(tracing::field::display),
            source = event.source.as_ref().map(tracing::field::display),
        );
    }
}
