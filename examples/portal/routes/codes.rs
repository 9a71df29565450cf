//! Activation and recovery: ask for a code, ask again, redeem it. The two differ in their words alone.

use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use minijinja::{Value, context};
use serde::Deserialize;
use vestibule::code::Purpose;
use vestibule::{CallingCode, Code, Contact, EmailAddress, Error, NewPassword, PasswordPolicy, PhoneNumber};

use crate::app::App;
use crate::cookies::Name;
use crate::flow::Flow;
use crate::forms::Posted;
use crate::page::Page;
use crate::problem::Problem;
use crate::refusal::{self, Refusal, seconds};
use crate::visitor::Visitor;

pub fn routes(purpose: Purpose) -> Router<App> {
    let Addresses { request, code, resend, .. } = addresses(purpose);
    let ask = move |visitor, form| ask(visitor, purpose, form);
    let redeem = move |visitor, form| redeem(visitor, purpose, form);
    Router::new()
        .route(request, get(move |visitor, arrival| show_request(visitor, purpose, arrival)).post(ask))
        .route(code, get(move |visitor, arrival| show_code(visitor, purpose, arrival)).post(redeem))
        .route(resend, post(move |visitor, form| ask_again(visitor, purpose, form)))
}

struct Addresses {
    request: &'static str,
    code: &'static str,
    resend: &'static str,
    done: &'static str,
}

const fn addresses(purpose: Purpose) -> Addresses {
    match purpose {
        Purpose::Activation => Addresses {
            request: "/activate",
            code: "/activate/code",
            resend: "/activate/resend",
            done: "/login?after=activated",
        },
        Purpose::Recovery => Addresses {
            request: "/recover",
            code: "/recover/code",
            resend: "/recover/resend",
            done: "/login?after=recovered",
        },
    }
}

/// What led here. It is shown, and nothing else.
#[derive(Debug, Default, Deserialize)]
struct Arrival {
    #[serde(default)]
    after: String,
}

#[derive(Debug, Default, Deserialize)]
struct ContactForm {
    #[serde(default)]
    channel: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    phone: String,
}

async fn show_request(
    visitor: Visitor,
    purpose: Purpose,
    Query(arrival): Query<Arrival>,
) -> Result<Response, Problem> {
    let notice = (arrival.after == "expired").then_some(visitor.words().code_gone);
    request_page(&visitor, purpose, &ContactForm::default(), notice).show()
}

/// Asks for a code. The answer is the same whoever asks, and for whom: the library knows nothing more than we do.
async fn ask(
    visitor: Visitor,
    purpose: Purpose,
    Posted(form): Posted<ContactForm>,
) -> Result<Response, Problem> {
    let refused = |refusal| request_page(&visitor, purpose, &form, None).refused([refusal]).show();
    let (field, contact) = match form.channel.as_str() {
        "email" => ("email", EmailAddress::parse(&form.email).map(Contact::from)),
        "sms" => ("phone", PhoneNumber::parse(&form.phone, CallingCode::NORWAY).map(Contact::from)),
        _ => return Err(Problem::of(StatusCode::BAD_REQUEST)),
    };
    let contact = match contact {
        Ok(contact) => contact,
        Err(problem) => return refused(visitor.contact_refusal(field, problem)),
    };
    let (accounts, origin) = (&visitor.app.accounts, visitor.origin());
    let request = match purpose {
        Purpose::Activation => accounts.request_activation(&contact, &origin).await,
        Purpose::Recovery => accounts.request_recovery(&contact, &origin).await,
    };
    match request {
        Ok(request) => {
            Flow::begin(request, contact).keep(&visitor.jar, purpose);
            Ok(Redirect::to(addresses(purpose).code).into_response())
        }
        Err(error) => refused(visitor.refusal(&error)),
    }
}

async fn show_code(
    visitor: Visitor,
    purpose: Purpose,
    Query(arrival): Query<Arrival>,
) -> Result<Response, Problem> {
    match Flow::find(&visitor.jar, purpose).filter(|flow| !flow.left().is_zero()) {
        Some(flow) => {
            let notice = (arrival.after == "resent").then_some(visitor.words().code_resent);
            code_page(&visitor, purpose, &flow, "", notice, false).show()
        }
        None => Ok(start_again(purpose)),
    }
}

#[derive(Deserialize)]
struct Nothing {}

/// Asks for the same code again.
async fn ask_again(
    visitor: Visitor,
    purpose: Purpose,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Problem> {
    let Some(flow) = Flow::find(&visitor.jar, purpose) else { return Ok(start_again(purpose)) };
    match visitor.app.accounts.resend_code(&flow.handle, &visitor.origin()).await {
        Ok(request) => {
            Flow::begin(request, flow.contact).keep(&visitor.jar, purpose);
            Ok(Redirect::to(&format!("{}?after=resent", addresses(purpose).code)).into_response())
        }
        Err(error) => {
            code_page(&visitor, purpose, &flow, "", None, false).refused([visitor.refusal(&error)]).show()
        }
    }
}

#[derive(Deserialize)]
struct CodeForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    new_password: String,
    #[serde(default)]
    confirm_password: String,
}

/// Redeems the code and sets the password. Nobody is logged in by that.
async fn redeem(
    visitor: Visitor,
    purpose: Purpose,
    Posted(form): Posted<CodeForm>,
) -> Result<Response, Problem> {
    let Some(flow) = Flow::find(&visitor.jar, purpose) else { return Ok(start_again(purpose)) };
    let code = Code::parse(&form.code).map_err(Error::from);
    let new = NewPassword::typed_twice(form.new_password.into(), form.confirm_password.into());
    let (code, new) = match (code, new.map_err(Error::from)) {
        (Ok(code), Ok(new)) => (code, new),
        (code, new) => {
            let errors = [code.err(), new.err()].into_iter().flatten();
            let refusals: Vec<_> = errors.map(|error| visitor.refusal(&error)).collect();
            return code_page(&visitor, purpose, &flow, &form.code, None, false).refused(refusals).show();
        }
    };
    let (accounts, origin) = (&visitor.app.accounts, visitor.origin());
    let redeemed = match purpose {
        Purpose::Activation => accounts.activate(&flow.handle, &code, new, &origin).await,
        Purpose::Recovery => accounts.recover(&flow.handle, &code, new, &origin).await,
    };
    match redeemed {
        Ok(redeemed) => {
            Flow::forget(&visitor.jar, purpose);
            visitor.jar.keep_device(redeemed.device.as_ref());
            if let Some(email) = flow.log_in_name() {
                visitor.jar.set(Name::Email, email.to_owned());
            }
            Ok(Redirect::to(addresses(purpose).done).into_response())
        }
        Err(error) => {
            let (refusal, at_end) = (visitor.refusal(&error), refusal::is_at_its_end(&error));
            // A code that is at its end is no mistake in a field: there is nothing to be typed any more.
            let field = refusal.field.filter(|_| !at_end);
            let page = code_page(&visitor, purpose, &flow, &form.code, None, at_end);
            page.refused([Refusal { field, ..refusal }]).show()
        }
    }
}

/// Where there is no code to be typed, or none any more.
fn start_again(purpose: Purpose) -> Response {
    Redirect::to(&format!("{}?after=expired", addresses(purpose).request)).into_response()
}

fn request_page<'a>(
    visitor: &'a Visitor,
    purpose: Purpose,
    form: &ContactForm,
    notice: Option<&'static str>,
) -> Page<'a> {
    visitor.page("request.html").about(context! {
        purpose => purpose.as_str(),
        action => address(addresses(purpose).request),
        email => form.email.as_str(),
        phone => form.phone.as_str(),
        notice,
    })
}

fn code_page<'a>(
    visitor: &'a Visitor,
    purpose: Purpose,
    flow: &Flow,
    code: &str,
    notice: Option<&'static str>,
    at_end: bool,
) -> Page<'a> {
    let Addresses { request, code: action, resend, .. } = addresses(purpose);
    let format = flow.handle.code_format();
    visitor.page("code.html").about(context! {
        purpose => purpose.as_str(),
        request => address(request),
        action => address(action),
        resend => address(resend),
        code, notice, at_end,
        contact => flow.typed(),
        by_sms => flow.log_in_name().is_none(),
        log_in_name => flow.log_in_name(),
        numeric => format.is_numeric(),
        length => format.length(),
        minutes => seconds(flow.left()).div_ceil(60),
        resend_in => match flow.resend_in() { wait if wait.is_zero() => 0, wait => seconds(wait) },
        minimum => PasswordPolicy::SINGLE_FACTOR_MINIMUM,
    })
}

/// An address of ours in an attribute, as it is: nothing in it is to be escaped.
fn address(ours: &'static str) -> Value {
    Value::from_safe_string(ours.to_owned())
}
