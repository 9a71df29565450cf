//! The reference: what may happen, in terms of people, passwords, codes and charges, and nothing of how it is done.

mod codes;
mod counts;

use std::collections::{HashMap, HashSet};

use time::OffsetDateTime;
use vestibule::account::AccountState;
use vestibule::code::{HandleDigest, Purpose};
use vestibule::message::{MessageId, MessageKind};
use vestibule::throttle::Ticket;
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
}
