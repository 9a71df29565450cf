//! What is counted, and what must be even at rest.

use std::time::Duration;

use time::OffsetDateTime;
use vestibule::Contact;
use vestibule::account::AccountState;
use vestibule::code::HandleDigest;
use vestibule::message::MessageKind;
use vestibule::ports::StoredCode;
use vestibule::throttle::{Charge, Terms, ThrottleKey, Ticket};

use crate::executor::FlowId;

use super::*;

impl Model {
    pub fn counted(&mut self, flow: FlowId, handle: &HandleDigest, stored: &StoredCode, now: OffsetDateTime) {
        let Kind::Redeem { purpose, code, .. } = self.flows[flow].kind.clone() else {
            return self.violate("a try was counted where no code was typed");
        };
        let row = self.rows.get_mut(handle).unwrap();
        row.attempts += 1;
        let too_many = row.attempts > TRIES;
        let tries_left = TRIES.saturating_sub(row.attempts);
        let armed = row.armed.filter(|armed| armed.issue == row.issue && stored.issue == row.issue);
        let is_code = row.code() == Some(code.as_str()) && row.purpose == purpose;
        let alive = now < row.expires_at;
        let owner = armed.and_then(|armed| armed.owner);
        let (person, generation) = owner.unwrap_or((usize::MAX, 0));
        let right = is_code && owner.is_some();
        self.flows[flow].row = Some(*handle);
        let mac = armed.map(|armed| armed.mac);
        self.flows[flow].counted = Some(Counted { mac, person, generation, right, alive, tries_left });
        self.must(!too_many, "a code was compared more often than it has tries");
        self.must(alive, "an expired code was compared");
    }

    pub fn charged(&mut self, flow: FlowId, charges: &[Charge], ticket: &Ticket, now: OffsetDateTime) {
        // Log-ins and changes are the ones that wait longer and longer; what else is charged are messages.
        let tried = charges.iter().any(|charge| matches!(charge.schedule.terms(), Terms::BackOff { .. }));
        self.flows[flow].standing.push((ticket.clone(), tried));
        if let Err(what) = self.ledger.charged(charges, ticket, now) {
            self.violate(what);
        }
    }

    pub fn refunded(&mut self, flow: FlowId, ticket: &Ticket) {
        let standing = &mut self.flows[flow].standing;
        match standing.iter().position(|(own, _)| own == ticket) {
            Some(own) => drop(standing.swap_remove(own)),
            None => self.violate("a flow refunded what it was not charged"),
        }
        if let Err(what) = self.ledger.refunded(ticket) {
            self.violate(what);
        }
    }

    pub fn lifted(&mut self, keys: &[ThrottleKey]) {
        self.ledger.lifted(keys);
    }

    /// What must hold when all has come to rest.
    pub fn at_rest(&mut self) {
        for flow in 0..self.flows.len() {
            let Flow { kind, faulted, verdict, hashes, saw, standing, .. } = &self.flows[flow];
            if !matches!(kind, Kind::LogIn { .. } | Kind::Change { .. }) {
                continue;
            }
            let right = saw.is_some_and(|saw| saw.right && saw.state == AccountState::Active);
            let (charged, hashed, faulted) =
                (standing.iter().any(|(_, tried)| *tried), *hashes > 0, *faulted);
            let succeeded = *verdict == Some(true);
            self.must(right || !hashed || charged, "a wrong password was tried for nothing");
            self.must(hashed || !charged || faulted, "an attempt that nothing was hashed for was charged");
            self.must(!succeeded || !charged || faulted, "a success was charged");
        }
        for owed in std::mem::take(&mut self.owed) {
            // Where the answer of the store was lost and the password was set again before anybody looked, the owner
            // hears of the later one.
            let generation = self.people[owed.person].generation;
            let Flow { faulted, killed, .. } = self.flows[owed.flow];
            if killed || faulted && generation != owed.generation {
                continue;
            }
            let told = |(to, kind): &(Contact, MessageKind)| *kind == owed.kind && to.is_same_as(&owed.to);
            match self.told.iter().position(told) {
                Some(at) => drop(self.told.swap_remove(at)),
                None => self.violate("an owner was not told that a password was set"),
            }
        }
    }

    /// No wait is longer than the longest schedule.
    pub fn waits(&mut self, retry_after: Duration) {
        self.must(retry_after <= Duration::from_secs(86_400), "a wait is longer than any schedule");
    }
}
