//! Who is it, and where does the code go?

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::context;
use serde::Deserialize;
use vestibule::code::Purpose;
use vestibule::{CallingCode, Contact, EmailAddress, PhoneNumber};

use super::{Arrival, address, addresses};
use crate::flow::Flow;
use crate::forms::Posted;
use crate::page::Page;
use crate::problem::Problem;
use crate::visitor::Visitor;

#[derive(Debug, Default, Deserialize)]
pub struct ContactForm {
    #[serde(default)]
    channel: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    phone: String,
}

pub async fn show(
    visitor: Visitor,
    purpose: Purpose,
    Query(arrival): Query<Arrival>,
) -> Result<Response, Problem> {
    let notice = (arrival.after == "expired").then_some(visitor.words().code_gone);
    page(&visitor, purpose, &ContactForm::default(), notice).show()
}

/// Asks for a code. The answer is the same whoever asks, and for whom: the library knows nothing more than we do.
pub async fn ask(
    visitor: Visitor,
    purpose: Purpose,
    Posted(form): Posted<ContactForm>,
) -> Result<Response, Problem> {
    let refused = |refusal| page(&visitor, purpose, &form, None).refused([refusal]).show();
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
            Flow { handle: request.handle, contact }.keep(&visitor.jar, purpose);
            Ok(Redirect::to(addresses(purpose).code).into_response())
        }
        Err(error) => refused(visitor.refusal(&error)),
    }
}

fn page<'a>(
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
