//! In the place of `stored`, without the feature: there is no stored queue, and so no row that a message could have.

use std::time::Duration;

use time::OffsetDateTime;

use super::{Delivery, Sending};
use crate::context::Context;

#[derive(Debug)]
pub(super) enum Stored {}

/// As in `stored`; never made.
#[expect(dead_code, reason = "there is nothing to begin")]
pub(super) enum Begun {
    Ours,
    NotOurs,
    Unknown,
}

impl Stored {
    pub(super) const fn is_there(&self) -> bool {
        match *self {}
    }

    pub(super) const fn has_expired(&self, _now: OffsetDateTime) -> bool {
        match *self {}
    }

    pub(super) async fn begin(&self, _context: &Context, _now: OffsetDateTime) -> Begun {
        match *self {}
    }

    pub(super) async fn release(&self, _context: &Context, _pause: Duration) -> bool {
        match *self {}
    }

    pub(super) async fn remove(&self, _context: &Context) {
        match *self {}
    }
}

impl Delivery {
    pub(super) async fn store(&self, _message: &Sending, _has_place: bool) -> Option<Stored> {
        None
    }
}
