use std::collections::VecDeque;
use std::fmt;

use super::Shared;
use crate::event::Event;
use crate::ports::EventSink;

/// Keeps the latest events.
#[derive(Clone)]
pub struct MemoryEvents {
    latest: Shared<VecDeque<Event>>,
    capacity: usize,
}

impl MemoryEvents {
    /// How many events [`new`](Self::new) keeps: some hundred log-ins, and less than a megabyte.
    pub const DEFAULT_CAPACITY: usize = 1_000;

    /// Keeps the latest [`DEFAULT_CAPACITY`](Self::DEFAULT_CAPACITY) events.
    #[must_use]
    pub fn new() -> Self {
        Self::keeping(Self::DEFAULT_CAPACITY)
    }

    /// Keeps the latest `capacity` events.
    #[must_use]
    pub fn keeping(capacity: usize) -> Self {
        Self { latest: Shared::default(), capacity }
    }

    /// The events that are kept, the oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.latest.lock().iter().cloned().collect()
    }

    /// Takes the events that are kept, the oldest first, and forgets them.
    #[must_use]
    pub fn take(&self) -> Vec<Event> {
        self.latest.lock().drain(..).collect()
    }
}

impl Default for MemoryEvents {
    fn default() -> Self {
        Self::new()
    }
}

impl EventSink for MemoryEvents {
    fn record(&self, event: &Event) {
        let mut latest = self.latest.lock();
        latest.push_back(event.clone());
        while latest.len() > self.capacity {
            latest.pop_front();
        }
    }
}

impl fmt::Debug for MemoryEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryEvents")
            .field("events", &self.latest.lock().len())
            .field("capacity", &self.capacity)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;
    use crate::event::EventKind;

    #[test]
    fn the_oldest_event_goes_when_there_are_too_many() {
        let events = MemoryEvents::keeping(2);
        for kind in [EventKind::Invited, EventKind::HashRenewed, EventKind::PasswordStopped] {
            events.record(&Event::new(OffsetDateTime::UNIX_EPOCH, kind));
        }
        let kinds: Vec<_> = events.events().into_iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [EventKind::HashRenewed, EventKind::PasswordStopped]);
        assert_eq!(events.take().len(), 2);
        assert!(events.events().is_empty());
    }
}
