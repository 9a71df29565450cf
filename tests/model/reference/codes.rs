//! What becomes of a code.

use vestibule::account::AccountState;
use vestibule::code::{HandleDigest, Purpose};
use vestibule::message::Message;
use vestibule::ports::{ArmedCode, PendingCode};

use crate::executor::FlowId;

use super::*;

impl Model {
    pub fn inserted(&mut self, flow: FlowId, code: &PendingCode) {
        let row = Row {
            purpose: code.purpose,
            contact: code.contact.clone(),
            expires_at: code.expires_at,
            issue: 1,
            armed: None,
            codes: Vec::new(),
            attempts: 0,
            taken: false,
        };
        self.flows[flow].row = Some(code.handle);
        let is_new = self.rows.insert(code.handle, row).is_none();
        self.must(is_new, "two requests have one handle");
    }

    pub fn reissued(&mut self, flow: FlowId, handle: &HandleDigest) {
        self.flows[flow].row = Some(*handle);
        let row = self.rows.get_mut(handle).unwrap();
        row.issue += 1;
        row.armed = None;
    }

    pub fn armed(&mut self, flow: FlowId, handle: &HandleDigest, issue: u32, code: &ArmedCode) {
        let mac = code.mac.to_bytes();
        self.flows[flow].vouched_for.insert(mac);
        if self.rows[handle].armed.is_some_and(|armed| armed.mac == mac) {
            // Whether it is the current one was asked anew.
            return;
        }
        let owner = self.position(&code.target.account);
        let saw = self.flows[flow].saw;
        if owner.is_some() {
            let purpose = self.rows[handle].purpose;
            let fits = saw.is_some_and(|saw| {
                let state = match purpose {
                    Purpose::Activation => AccountState::Pending,
                    Purpose::Recovery => AccountState::Active,
                };
                owner == Some(saw.person) && saw.state == state
            });
            self.must(fits, "a code was made for an account that may have none");
        }
        self.flows[flow].armed = Some(mac);
        self.flows[flow].code_issue = owner.map(|_| issue);
        let owner = owner.and(saw).map(|saw| (saw.person, saw.generation));
        self.rows.get_mut(handle).unwrap().armed = Some(Armed { mac, issue, owner });
    }

    pub fn sent(&mut self, flow: FlowId, message: &Message) {
        let queued = message.id.and_then(|id| self.sent_from_queue(flow, &id));
        let Some(code) = message.expose_code() else {
            self.told.push((message.to.clone(), message.kind));
            return;
        };
        let Flow { row, armed, .. } = &self.flows[flow];
        let Some((handle, mac)) = queued.or(row.zip(*armed)) else {
            return self.violate("a code was sent for no request");
        };
        let row = self.rows.get_mut(&handle).unwrap();
        row.codes.push((mac, code.to_owned()));
        let to_asked = row.contact.is_same_as(&message.to);
        self.must(to_asked, "a code went to another contact than was asked for");
    }
}
