//! The code and the password; and the code once more.

use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::context;
use serde::Deserialize;
use vestibule::code::Purpose;
use vestibule::{Code, Error, NewPassword};

use super::{Addresses, Arrival, address, addresses, start_again};
use crate::cookies::Name;
use crate::flow::Flow;
use crate::forms::{Nothing, Posted};
use crate::page::Page;
use crate::problem::Problem;
use crate::refusal::{Refusal, seconds};
use crate::visitor::Visitor;

pub async fn show(
    visitor: Visitor,
    purpose: Purpose,
    Query(arrival): Query<Arrival>,
) -> Result<Response, Problem> {
    match Flow::find(&visitor.jar, purpose).filter(|flow| !flow.left().is_zero()) {
        Some(flow) => {
            let notice = (arrival.after == "resent").then_some(visitor.words().code_resent);
            page(&visitor, purpose, &flow, "", notice, false).show()
        }
        None => Ok(start_again(purpose)),
    }
}

#[derive(Deserialize)]
pub struct CodeForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    new_password: String,
    #[serde(default)]
    confirm_password: String,
}

/// Redeems the code and sets the password. Nobody is logged in by that.
pub async fn redeem(
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
            return page(&visitor, purpose, &flow, &form.code, None, false).refused(refusals).show();
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
                visitor.jar.set_text(Name::Email, email);
            }
            Ok(Redirect::to(addresses(purpose).done).into_response())
        }
        Err(error) => {
            let (refusal, at_end) = (visitor.refusal(&error), error.needs_new_code());
            // A code that is at its end is no mistake in a field: there is nothing to be typed any more.
            let field = refusal.field.filter(|_| !at_end);
            let shown = page(&visitor, purpose, &flow, &form.code, None, at_end);
            shown.refused([Refusal { field, ..refusal }]).show()
        }
    }
}

/// Asks for the same code again.
pub async fn ask_again(
    visitor: Visitor,
    purpose: Purpose,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Problem> {
    let Some(flow) = Flow::find(&visitor.jar, purpose) else { return Ok(start_again(purpose)) };
    match visitor.app.accounts.resend_code(&flow.handle, &visitor.origin()).await {
        Ok(request) => {
            Flow { handle: request.handle, ..flow }.keep(&visitor.jar, purpose);
            Ok(Redirect::to(&format!("{}?after=resent", addresses(purpose).code)).into_response())
        }
        Err(error) => {
            page(&visitor, purpose, &flow, "", None, false).refused([visitor.refusal(&error)]).show()
        }
    }
}

fn page<'a>(
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
        contact => flow.contact.as_str(),
        by_sms => flow.log_in_name().is_none(),
        log_in_name => flow.log_in_name(),
        numeric => format.is_numeric(),
        length => format.length(),
        minutes => seconds(flow.left()).div_ceil(60),
        resend_in => flow.resend_in().map(|wait| if wait.is_zero() { 0 } else { seconds(wait) }),
        minimum => visitor.app.accounts.password_policy().minimum(),
    })
}
