//! The reference: what may happen, in terms of people, passwords, codes and charges, and nothing of how it is done.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use time::OffsetDateTime;
use vestibule::account::AccountState;
use vestibule::code::{HandleDigest, Purpose};
use vestibule::message::{Message, MessageId, MessageKind};
use vestibule::ports::{ArmedCode, PendingCode, StoredCode};
use vestibule::throttle::{Charge, Terms, ThrottleKey, Ticket};
use vestibule::{AccountId, Contact, DeviceToken};

use crate::executor::FlowId;
use crate::ledger::Ledger;
use crate::queued::Queued;

/// How many tries a code has, in every world of the model.
pub const TRIES: u32 = 4;

#[derive(Debug, Default)]
pub struct Model {
    /// The first thing that happened and must not.
    pub violation: Option<String>,
    pub people: Vec<Person>,
    pub flows: Vec<Flow>,
    pub rows: HashMap<HandleDigest, Row>,
    pub devices: Vec<(Contact, DeviceToken)>,
    ledger: Ledger,
    owed: Vec<Owed>,
    pub(crate) queued: HashMap<MessageId, Queued>,
    /// The latest that it ever was.
    pub(crate) latest: Option<OffsetDateTime>,
    told: Vec<(Contact, MessageKind)>,
    /// The codes that have set a password. A handle may set two: where a new code was asked for while the old one was
    /// being redeemed, the new one is good.
    used: HashSet<Mac>,
}

#[derive(Debug)]
pub struct Person {
    pub id: AccountId,
    pub state: AccountState,
    pub password: Option<String>,
    pub contacts: Vec<Contact>,
    /// Goes up with the password, the state and the contacts.
    pub generation: u64,
}

/// What was asked of the service.
#[derive(Clone, Debug)]
pub enum Kind {
    Request(Purpose),
    Resend,
    Redeem { purpose: Purpose, code: String, password: String },
    LogIn { password: String },
    Change { current: String, password: String },
    IsCurrent { person: usize, generation: u64 },
    Operator,
}

#[derive(Debug)]
pub struct Flow {
    pub kind: Kind,
    /// A port went wrong in it.
    pub faulted: bool,
    pub hung_up: bool,
    /// It was under way on a machine that died.
    pub killed: bool,
    /// It was answered with a success or a refusal that is a verdict.
    pub verdict: Option<bool>,
    pub hashes: u64,
    pub row: Option<HandleDigest>,
    pub counted: Option<Counted>,
    pub replaced: bool,
    /// The person as the flow first saw her.
    pub saw: Option<Saw>,
    pub armed: Option<Mac>,
    /// The issue of what it armed, where that is somebody's code.
    pub code_issue: Option<u32>,
    /// The codes that the store said are the current ones, since it claimed them.
    pub vouched_for: HashSet<Mac>,
    /// What it was charged and not refunded, and whether that was for a password that was tried.
    standing: Vec<(Ticket, bool)>,
}

pub type Mac = [u8; 36];

#[derive(Clone, Copy, Debug)]
pub struct Saw {
    pub person: usize,
    pub generation: u64,
    pub state: AccountState,
    pub right: bool,
}

/// A try, as it was when it was counted.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    mac: Option<Mac>,
    pub person: usize,
    pub generation: u64,
    pub right: bool,
    pub alive: bool,
    pub tries_left: u32,
}

#[derive(Debug)]
pub struct Row {
    purpose: Purpose,
    contact: Contact,
    expires_at: OffsetDateTime,
    pub issue: u32,
    armed: Option<Armed>,
    codes: Vec<(Mac, String)>,
    pub attempts: u32,
    pub taken: bool,
}

#[derive(Clone, Copy, Debug)]
struct Armed {
    mac: Mac,
    issue: u32,
    /// Whose code it is, and as what she was when it was made; nobody's for a decoy.
    owner: Option<(usize, u64)>,
}

/// A notice that an owner must get.
#[derive(Debug)]
struct Owed {
    flow: FlowId,
    person: usize,
    generation: u64,
    to: Contact,
    kind: MessageKind,
}

impl Flow {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            faulted: false,
            hung_up: false,
            killed: false,
            verdict: None,
            hashes: 0,
            row: None,
            counted: None,
            replaced: false,
            saw: None,
            armed: None,
            code_issue: None,
            vouched_for: HashSet::new(),
            standing: Vec::new(),
        }
    }
}

impl Row {
    /// The code that opens it now, if it was sent.
    pub fn code(&self) -> Option<&str> {
        let armed = self.armed.as_ref()?;
        self.codes.iter().rev().find(|(mac, _)| *mac == armed.mac).map(|(_, code)| code.as_str())
    }

    /// The first code that was sent for it.
    pub fn first_code(&self) -> Option<&str> {
        self.codes.first().map(|(_, code)| code.as_str())
    }
}

impl Model {
    pub fn violate(&mut self, what: impl Into<String>) {
        self.violation.get_or_insert(what.into());
    }

    pub fn must(&mut self, holds: bool, otherwise: &str) {
        if !holds {
            self.violate(otherwise);
        }
    }

    /// The one person whom a contact belongs to.
    pub fn whom(&self, contact: &Contact) -> Option<usize> {
        let has = |person: &Person| person.contacts.iter().any(|own| own.is_same_as(contact));
        let mut found = self.people.iter().enumerate().filter(|(_, person)| has(person));
        found.next().filter(|_| found.next().is_none()).map(|(position, _)| position)
    }

    fn position(&self, id: &AccountId) -> Option<usize> {
        self.people.iter().position(|person| person.id == *id)
    }

    fn look(&mut self, flow: FlowId, person: Option<usize>) {
        let Some(position) = person else { return };
        let person = &self.people[position];
        let right = match &self.flows[flow].kind {
            Kind::LogIn { password } | Kind::Change { current: password, .. } => {
                person.password.as_deref() == Some(password)
            }
            _ => false,
        };
        let saw = Saw { person: position, generation: person.generation, state: person.state, right };
        // A request looks again where a port failed; the others act on what they saw first.
        let looks_again = matches!(self.flows[flow].kind, Kind::Request(_) | Kind::Resend);
        if looks_again || self.flows[flow].saw.is_none() {
            self.flows[flow].saw = Some(saw);
        }
    }

    pub fn found(&mut self, flow: FlowId, contact: &Contact) {
        self.look(flow, self.whom(contact));
    }

    pub fn got(&mut self, flow: FlowId, id: &AccountId) {
        self.look(flow, self.position(id));
    }

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

    pub fn taken(&mut self, handle: &HandleDigest) {
        let row = self.rows.get_mut(handle).unwrap();
        let before = std::mem::replace(&mut row.taken, true);
        self.must(!before, "a row was taken twice");
    }

    /// A password was set. By what right?
    pub fn replaced(&mut self, flow: FlowId, id: &AccountId) {
        let position = self.position(id).unwrap();
        let (state, generation) = (self.people[position].state, self.people[position].generation);
        let (counted, saw) = (self.flows[flow].counted, self.flows[flow].saw);
        self.must(state != AccountState::Suspended, "a suspended account was given a password");
        self.must(!self.flows[flow].replaced, "one flow set a password twice");
        let (password, kind) = match self.flows[flow].kind.clone() {
            Kind::Redeem { purpose, password, .. } => {
                let right = counted.is_some_and(|counted| counted.right && counted.person == position);
                self.must(right, "a password was set without the right code");
                let unused = counted.and_then(|counted| counted.mac).is_some_and(|mac| self.used.insert(mac));
                self.must(unused, "a code was used twice");
                let unchanged = counted.is_some_and(|counted| counted.generation == generation);
                self.must(unchanged, "a code outlived a change of its account");
                let kind = match purpose {
                    Purpose::Activation => MessageKind::Activated,
                    Purpose::Recovery => MessageKind::PasswordRecovered,
                };
                (password, kind)
            }
            Kind::Change { password, .. } => {
                let right = saw.is_some_and(|saw| saw.right && saw.state == AccountState::Active);
                self.must(right, "a password was set without the current one");
                let unchanged = saw.is_some_and(|saw| saw.generation == generation);
                self.must(unchanged, "a change of password overtook another change of the account");
                (password, MessageKind::PasswordChanged)
            }
            _ => return self.violate("a password was set by a flow that sets none"),
        };
        self.flows[flow].replaced = true;
        let person = &mut self.people[position];
        person.password = Some(password);
        person.state = AccountState::Active;
        person.generation += 1;
        let generation = person.generation;
        let owed = person.contacts.clone().into_iter();
        self.owed.extend(owed.map(|to| Owed { flow, person: position, generation, to, kind }));
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
