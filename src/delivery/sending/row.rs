//! The row of a code that is to be sent: whether the code is still worth sending.

use time::{Duration, OffsetDateTime};

use crate::code::HandleDigest;
use crate::context::{Context, after};
use crate::ports::ArmedCode;

#[derive(Debug)]
pub(super) struct Row {
    pub(super) handle: HandleDigest,
    pub(super) issue: u32,
    pub(super) armed: ArmedCode,
    pub(super) armed_at: OffsetDateTime,
    pub(super) expires_at: OffsetDateTime,
}

impl Row {
    /// Whether this is still the current issue with enough of its life left. `None` when the store cannot tell.
    pub(super) async fn is_worth_sending(&self, context: &Context, now: OffsetDateTime) -> Option<bool> {
        if after(now, context.settings.least_life_to_send) >= self.expires_at {
            return Some(false);
        }
        // The row was armed a moment ago: to ask again would be a statement for nothing.
        if now - self.armed_at < FRESH {
            return Some(true);
        }
        let armed = context.codes.arm(&self.handle, self.issue, &self.armed, now);
        context.ask("code_store.arm", armed).await.ok()
    }
}

/// For how long an armed row is taken to be what it was, and a code to be new.
pub(super) const FRESH: Duration = Duration::seconds(2);
