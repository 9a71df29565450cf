//! What people ask of the service, and what they may be answered.

use vestibule::code::Purpose;
use vestibule::{AccountId, AccountService, Code, CodeHandle, CodeRequest, Contact, Error, Login, Origin};

use crate::answers::judge;
use crate::dice::password;
use crate::executor::FlowId;
use crate::game::Game;
use crate::people::{NAMES, typed};
use crate::plan::{Guess, Op};
use crate::reference::{Flow, Kind};
use crate::world::{address, email, from, new, secret};

pub enum Answer {
    Asked(CodeRequest),
    Redeemed,
    LoggedIn(Login),
    Changed,
    Current(bool),
    Done,
}

pub type Given = Result<Answer, Error>;

/// What was answered, by flow, for the game to pick up.
pub type Answers = std::sync::Arc<std::sync::Mutex<Vec<(FlowId, Given)>>>;

impl Game {
    pub fn begin(&mut self, op: Op) {
        self.pick_up();
        match op {
            Op::Request { purpose, contact, origin, device } => {
                let contact = typed(contact);
                let origin = self.origin(origin, device.then_some(&contact));
                self.ask(Kind::Request(purpose), move |service: AccountService| async move {
                    let asked = match purpose {
                        Purpose::Activation => service.request_activation(&contact, &origin).await,
                        Purpose::Recovery => service.request_recovery(&contact, &origin).await,
                    };
                    asked.map(Answer::Asked)
                });
            }
            Op::Resend { request, origin } => {
                let Some(handle) = self.request(request) else { return };
                let origin = self.origin(origin, None);
                self.ask(Kind::Resend, move |service: AccountService| async move {
                    service.resend_code(&handle, &origin).await.map(Answer::Asked)
                });
            }
            Op::Redeem { request, guess, other_purpose } => self.redeem(request, guess, other_purpose),
            Op::LogIn { person, right, origin, device } => {
                let name = NAMES[usize::from(person) % 3];
                // Some addresses are nobody's.
                let known = person % 8 != 7;
                let typed =
                    if known { format!("{name}@example.no") } else { format!("ingen.{name}@example.no") };
                let name = address(&typed);
                let password = self.password_of(person, right);
                let origin = self.origin(origin, device.then_some(&name.clone().into()));
                self.ask(
                    Kind::LogIn { password: password.clone() },
                    move |service: AccountService| async move {
                        service.log_in(&name, secret(&password), &origin).await.map(Answer::LoggedIn)
                    },
                );
            }
            Op::Change { person, right } => {
                let id = self.eye.model().people[usize::from(person) % 3].id.clone();
                let id = if person % 8 == 7 { AccountId::new("nobody") } else { id };
                let (current, password) = (self.password_of(person, right), self.a_new_password());
                let kind = Kind::Change { current: current.clone(), password: password.clone() };
                let origin = self.origin(1, None);
                self.ask(kind, move |service: AccountService| async move {
                    let change = service.change_password(&id, secret(&current), new(&password), &origin);
                    change.await.map(|_| Answer::Changed)
                });
            }
            Op::IsCurrent { login } => {
                let Some((person, generation, login)) =
                    self.logins.get(usize::from(login) % self.logins.len().max(1)).cloned()
                else {
                    return;
                };
                self.ask(Kind::IsCurrent { person, generation }, move |service: AccountService| async move {
                    let asked = service.is_current(&login.account_id, &login.credential_version);
                    asked.await.map(Answer::Current)
                });
            }
            Op::Lift { contact } => {
                let (contact, origin) = (typed(contact), from(1));
                self.ask(Kind::Operator, move |service: AccountService| async move {
                    service.lift_throttle(&contact, &origin).await.map(|_| Answer::Done)
                });
            }
            Op::Resume => {
                self.ask(Kind::Operator, move |service: AccountService| async move {
                    service.resume_deliveries().await.map(|_| Answer::Done)
                });
            }
            Op::Purge => {
                self.ask(Kind::Operator, move |service: AccountService| async move {
                    service.purge().await.map(|_| Answer::Done)
                });
            }
        }
    }

    fn redeem(&mut self, request: u8, guess: Guess, other_purpose: bool) {
        let Some(handle) = self.request(request) else { return };
        let position = self.which(request);
        let model = self.eye.model();
        let (digest, purpose) = self.asked_for[position];
        let another = self.asked_for[(position + 1) % self.asked_for.len()].0;
        let code = match guess {
            Guess::Right => model.rows[&digest].code(),
            Guess::First => model.rows[&digest].first_code(),
            Guess::OfAnother => model.rows[&another].code(),
            Guess::Wrong => None,
        };
        let length = handle.code_format().length();
        let code = code.map_or_else(|| "7".repeat(length), ToOwned::to_owned);
        drop(model);
        let purpose = match (purpose, other_purpose) {
            (Purpose::Activation, false) | (Purpose::Recovery, true) => Purpose::Activation,
            _ => Purpose::Recovery,
        };
        let password = self.a_new_password();
        let kind = Kind::Redeem { purpose, code: code.clone(), password: password.clone() };
        let origin = self.origin(request % 4, None);
        self.ask(kind, move |service: AccountService| async move {
            let code = Code::parse(&code).unwrap();
            let redeemed = match purpose {
                Purpose::Activation => service.activate(&handle, &code, new(&password), &origin).await,
                Purpose::Recovery => service.recover(&handle, &code, new(&password), &origin).await,
            };
            redeemed.map(|_| Answer::Redeemed)
        });
    }

    /// Begins a flow, whose first task waits for its turn.
    pub fn ask<F>(&self, kind: Kind, ask: impl FnOnce(AccountService) -> F) -> FlowId
    where
        F: Future<Output = Given> + Send + 'static,
    {
        let flow = {
            let mut model = self.eye.model();
            model.flows.push(Flow::new(kind));
            model.flows.len() - 1
        };
        let (answers, eye) = (self.answers.clone(), self.eye.clone());
        let asked = ask(self.machines.of(flow).clone());
        let task = async move {
            let given = asked.await;
            judge(&mut eye.model(), flow, &given);
            answers.lock().unwrap().push((flow, given));
        };
        self.executor.begin(flow, Box::pin(task));
        flow
    }

    /// What people were answered since, they can use from now on.
    pub fn pick_up(&mut self) {
        for (flow, given) in std::mem::take(&mut *self.answers.lock().unwrap()) {
            let mut model = self.eye.model();
            let Flow { kind, row, saw, .. } = &model.flows[flow];
            match (given, kind) {
                (Ok(Answer::Asked(asked)), Kind::Request(purpose)) => {
                    self.asked_for.push((row.unwrap(), *purpose));
                    self.requests.push(asked.handle);
                }
                (Ok(Answer::LoggedIn(login)), _) => {
                    let saw = saw.unwrap();
                    let name = email(&format!("{}@example.no", NAMES[saw.person]));
                    model.devices.extend(login.device.clone().map(|device| (name, device)));
                    self.logins.push((saw.person, saw.generation, login));
                }
                _ => {}
            }
        }
    }

    /// Half of the time the latest request, else any.
    fn which(&self, request: u8) -> usize {
        let requests = self.requests.len();
        if request >= 128 { requests.saturating_sub(1) } else { usize::from(request) % requests.max(1) }
    }

    fn request(&self, request: u8) -> Option<CodeHandle> {
        self.requests.get(self.which(request)).cloned()
    }

    /// A source, and the device that the latest log-in with that name was given.
    fn origin(&self, source: u8, name: Option<&Contact>) -> Origin {
        let origin = if source == 3 { Origin::without_address() } else { from(source.into()) };
        let model = self.eye.model();
        let device =
            model.devices.iter().rev().find(|(own, _)| name.is_some_and(|name| own.is_same_as(name)));
        match device {
            Some((_, device)) => origin.with_device(device.clone()),
            None => origin,
        }
    }

    /// A person's password as it is now, or another.
    fn password_of(&self, person: u8, right: bool) -> String {
        let own = self.eye.model().people[usize::from(person) % 3].password.clone();
        own.filter(|_| right).unwrap_or_else(|| password(2))
    }
}
