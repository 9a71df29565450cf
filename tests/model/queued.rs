//! What is promised of a stored queue: what was accepted is sent, unless it is not worth that any more; no code twice,
//! and none whose place another has taken.

use time::OffsetDateTime;
use vestibule::code::HandleDigest;
use vestibule::message::MessageId;
use vestibule::ports::ClaimedMessage;

use crate::executor::FlowId;
use crate::reference::{Mac, Model};

/// A message that was accepted.
#[derive(Debug)]
pub struct Queued {
    expires_at: OffsetDateTime,
    /// Which request it answers, by which issue, if it is a code.
    code: Option<(HandleDigest, u32, Mac)>,
    by: FlowId,
    sent: bool,
    /// Somebody was about to send it, and has said nothing since.
    begun: bool,
    /// Somebody else found it so, and takes it for sent.
    interrupted: bool,
    /// Who put it was not told so, and may send it from memory.
    doubtful: bool,
    taken_over: bool,
    forgotten: bool,
}

/// A code is not sent with less of its life left, in seconds.
const LEAST_LIFE: i64 = 120;

impl Model {
    pub fn time_is(&mut self, now: OffsetDateTime) {
        self.latest = self.latest.max(Some(now));
    }

    pub fn killed(&mut self, flow: FlowId) {
        let flow = &mut self.flows[flow];
        (flow.killed, flow.faulted) = (true, true);
    }

    pub fn put(&mut self, flow: FlowId, id: MessageId, expires_at: OffsetDateTime) {
        let by = &self.flows[flow];
        let code = by.row.zip(by.armed).zip(by.code_issue);
        let code = code.map(|((handle, mac), issue)| (handle, issue, mac));
        let queued = Queued {
            expires_at,
            code,
            by: flow,
            sent: false,
            begun: false,
            interrupted: false,
            doubtful: true,
            taken_over: false,
            forgotten: false,
        };
        self.queued.insert(id, queued);
    }

    /// Who put it knows.
    pub fn accepted(&mut self, id: &MessageId) {
        if let Some(queued) = self.queued.get_mut(id) {
            queued.doubtful = false;
        }
    }

    /// Somebody has it now: of a code he must ask anew whether it is the current one.
    pub fn claimed(&mut self, flow: FlowId, claimed: &ClaimedMessage) {
        let Some(queued) = self.queued.get_mut(&claimed.message.id) else { return };
        queued.interrupted |= claimed.is_begun;
        if let Some((.., mac)) = &queued.code {
            self.flows[flow].vouched_for.remove(mac);
        }
    }

    pub fn begun(&mut self, flow: FlowId, id: &MessageId) {
        if let Some(queued) = self.queued.get_mut(id) {
            queued.begun = true;
            queued.doubtful &= queued.by != flow;
        }
    }

    pub fn not_sent(&mut self, id: Option<&MessageId>) {
        if let Some(queued) = id.and_then(|id| self.queued.get_mut(id)) {
            queued.begun = false;
        }
    }

    /// Which request a code is for that comes from the queue.
    pub fn sent_from_queue(&mut self, flow: FlowId, id: &MessageId) -> Option<(HandleDigest, Mac)> {
        let queued = self.queued.get_mut(id)?;
        let again = std::mem::replace(&mut queued.sent, true) && !queued.doubtful;
        queued.taken_over |= queued.by != flow;
        let (handle, _, mac) = queued.code?;
        self.must(!again, "a stored code was sent twice");
        let current = self.flows[flow].vouched_for.contains(&mac);
        self.must(current, "a code was sent that nobody knew to be the current one");
        Some((handle, mac))
    }

    /// It is not kept any more. Was it sent, or worth nothing?
    pub fn forgotten(&mut self, id: &MessageId) {
        let Some(queued) = self.queued.get_mut(id) else { return };
        queued.forgotten = true;
        let left = self.latest.map_or(i64::MAX, |latest| (queued.expires_at - latest).whole_seconds());
        let (sent, doubtful) = (queued.sent, queued.doubtful);
        let perhaps_sent = queued.begun || queued.interrupted;
        let worthless = match queued.code {
            None => left <= 0,
            Some((handle, issue, _)) => {
                let row = &self.rows[&handle];
                left <= LEAST_LIFE || row.issue != issue || row.taken || perhaps_sent
            }
        };
        self.must(sent || worthless || doubtful, "a stored message was forgotten unsent");
    }

    /// Whether something was accepted, and neither sent nor given up, though its time has not come.
    pub fn something_waits(&self) -> bool {
        let latest = self.latest;
        self.queued.values().any(|queued| {
            let alive = latest.is_none_or(|latest| latest < queued.expires_at);
            !queued.forgotten && alive
        })
    }

    /// How many messages somebody else sent than had accepted them.
    pub fn taken_over(&self) -> usize {
        self.queued.values().filter(|queued| queued.taken_over).count()
    }
}
