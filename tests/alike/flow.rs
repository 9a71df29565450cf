//! Every flow, as a stranger walks through it.

use std::time::Duration;

use vestibule::code::Purpose;
use vestibule::{Code, CodeRequest, Error, Origin};

use crate::people::DAY;
use crate::watch::Watch;
use crate::world::*;

/// What a stranger does.
#[derive(Clone, Copy, Debug)]
pub enum Flow {
    Request(Purpose),
    Resend(Purpose),
    WrongCodes(Purpose),
    WrongCodesBeforeTheRowIsArmed(Purpose),
    ExpiredCode(Purpose),
    RequestsOverTheLimit(Purpose),
    RequestsFromOneSource,
    LogIn,
    LogInOverTheLimit,
    PasswordStopped,
}

pub const FLOWS: [Flow; 16] = [
    Flow::Request(Purpose::Activation),
    Flow::Request(Purpose::Recovery),
    Flow::Resend(Purpose::Activation),
    Flow::Resend(Purpose::Recovery),
    Flow::WrongCodes(Purpose::Activation),
    Flow::WrongCodes(Purpose::Recovery),
    Flow::WrongCodesBeforeTheRowIsArmed(Purpose::Activation),
    Flow::WrongCodesBeforeTheRowIsArmed(Purpose::Recovery),
    Flow::ExpiredCode(Purpose::Activation),
    Flow::ExpiredCode(Purpose::Recovery),
    Flow::RequestsOverTheLimit(Purpose::Activation),
    Flow::RequestsOverTheLimit(Purpose::Recovery),
    Flow::RequestsFromOneSource,
    Flow::LogIn,
    Flow::LogInOverTheLimit,
    Flow::PasswordStopped,
];

pub type Steps = Vec<(String, String)>;

impl Flow {
    pub async fn walk(self, watch: &mut Watch<'_>, origin: &Origin) {
        match self {
            Self::Request(purpose) => {
                request(watch, purpose, origin).await.unwrap();
                watch.let_the_background_run().await;
            }
            Self::Resend(purpose) => resends(watch, purpose, origin).await,
            Self::WrongCodes(purpose) => {
                let asked = request(watch, purpose, origin).await.unwrap();
                watch.let_the_background_run().await;
                wrong_codes(watch, purpose, &asked, origin).await;
            }
            Self::WrongCodesBeforeTheRowIsArmed(purpose) => {
                let asked = request(watch, purpose, origin).await.unwrap();
                watch.world.background.hold_no_more();
                // The request itself is still held back, and counts as running: the background does not come to rest.
                for try_ in 1..=11 {
                    let code = any_code(&asked);
                    let step = format!("wrong code {try_}, before the row is armed");
                    let result = redeem(watch, purpose, &asked, &code, origin).await;
                    watch.steps.push((step, outcome(&result)));
                }
                watch.let_the_background_run().await;
            }
            Self::ExpiredCode(purpose) => {
                let asked = request(watch, purpose, origin).await.unwrap();
                watch.let_the_background_run().await;
                watch.world.clock.turn(Duration::from_secs(600));
                let service = watch.world.service.clone();
                for _ in 0..2 {
                    let code = wrong_code(watch, &asked);
                    let call = redeem(watch, purpose, &asked, &code, origin).await;
                    watch.steps.push(("an expired code".into(), outcome(&call)));
                }
                let _ = watch.call("resend at its expiry", service.resend_code(&asked.handle, origin)).await;
                watch.let_the_background_run().await;
            }
            Self::RequestsOverTheLimit(purpose) => {
                for (round, wait) in [(0, 900), (1, 900), (2, 900), (3, 900), (4, 3_600)] {
                    for source in 0..5 {
                        let origin = from(100 * round + source);
                        let _ = request(watch, purpose, &origin).await;
                        watch.let_the_background_run().await;
                    }
                    watch.world.clock.turn(Duration::from_secs(wait));
                }
            }
            Self::RequestsFromOneSource => {
                for round in 0..102 {
                    let contact = email(&format!("person{round}@example.no"));
                    let _ = watch.world.service.request_activation(&contact, origin).await;
                }
                let _ = request(watch, Purpose::Activation, origin).await;
                watch.let_the_background_run().await;
            }
            Self::LogIn => {
                for password in ["galt", "", "et annet galt passord"] {
                    log_in(watch, password, origin).await;
                }
            }
            Self::LogInOverTheLimit => {
                for wait in [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600] {
                    watch.world.clock.turn(Duration::from_secs(wait));
                    log_in(watch, "galt", origin).await;
                    log_in(watch, "galt", origin).await;
                }
            }
            Self::PasswordStopped => {
                for failure in 0..101 {
                    log_in(watch, "galt", &from(failure)).await;
                    watch.world.clock.turn(Duration::from_secs(3_600));
                }
                // Later too, and whatever was asked for meanwhile.
                watch.world.clock.turn(DAY);
                log_in(watch, "galt", origin).await;
            }
        }
    }
}

pub async fn request(watch: &mut Watch<'_>, purpose: Purpose, origin: &Origin) -> Result<CodeRequest, Error> {
    let (service, contact) = (watch.world.service.clone(), watch.person.contact.clone());
    match purpose {
        Purpose::Activation => {
            watch.call("request activation", service.request_activation(&contact, origin)).await
        }
        Purpose::Recovery => watch.call("request recovery", service.request_recovery(&contact, origin)).await,
    }
}

pub async fn redeem(
    watch: &Watch<'_>,
    purpose: Purpose,
    asked: &CodeRequest,
    code: &Code,
    origin: &Origin,
) -> Result<vestibule::Redeemed, Error> {
    let service = &watch.world.service;
    match purpose {
        Purpose::Activation => service.activate(&asked.handle, code, new(SHORT), origin).await,
        Purpose::Recovery => service.recover(&asked.handle, code, new(SHORT), origin).await,
    }
}

/// A code that is not the one that was sent, if one was.
pub fn wrong_code(watch: &Watch<'_>, asked: &CodeRequest) -> Code {
    let sent = watch.world.codes_to(&watch.person.contact);
    sent.last().map_or_else(|| any_code(asked), other_than)
}

pub async fn wrong_codes(watch: &mut Watch<'_>, purpose: Purpose, asked: &CodeRequest, origin: &Origin) {
    let service = watch.world.service.clone();
    for try_ in 1..=12 {
        let (step, code) = (format!("wrong code {try_}"), wrong_code(watch, asked));
        let password = if try_ % 2 == 0 { SHORT } else { "ola@example.no1234" };
        let _ = match purpose {
            Purpose::Activation => {
                let call = service.activate(&asked.handle, &code, new(password), origin);
                watch.call_to_the_end(step, call).await
            }
            Purpose::Recovery => {
                let call = service.recover(&asked.handle, &code, new(password), origin);
                watch.call_to_the_end(step, call).await
            }
        };
    }
    let _ = watch.call("resend after the last try", service.resend_code(&asked.handle, origin)).await;
    watch.let_the_background_run().await;
}

pub async fn resends(watch: &mut Watch<'_>, purpose: Purpose, origin: &Origin) {
    let service = watch.world.service.clone();
    let asked = request(watch, purpose, origin).await.unwrap();
    watch.let_the_background_run().await;
    for turn in [0, 59, 1, 0, 60, 60, 60] {
        watch.world.clock.turn(Duration::from_secs(turn));
        let step = format!("resend after {turn} s more");
        let _ = watch.call(step, service.resend_code(&asked.handle, origin)).await;
        watch.let_the_background_run().await;
        let code = wrong_code(watch, &asked);
        let tried = redeem(watch, purpose, &asked, &code, origin).await;
        watch.world.settle().await;
        watch.steps.push(("a wrong code after that".into(), outcome(&tried)));
    }
}

pub async fn log_in(watch: &mut Watch<'_>, password: &str, origin: &Origin) {
    let service = watch.world.service.clone();
    let address = watch.person.email.clone();
    let _ = watch.call("log in", service.log_in(&address, secret(password), origin)).await;
    watch.let_the_background_run().await;
}
