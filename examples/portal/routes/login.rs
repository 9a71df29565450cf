//! Logging in with e-mail address and password, and out again.

use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::context;
use serde::Deserialize;
use tower_sessions::Session;
use vestibule::EmailAddress;

use crate::cookies::Name;
use crate::forms::{Nothing, Posted};
use crate::member::{Member, Presence};
use crate::page::Page;
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::visitor::Visitor;

/// What led here. It is shown, and nothing else.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum After {
    Activated,
    Recovered,
    Ended,
    #[serde(rename = "logout")]
    LogOut,
    #[serde(other)]
    SomethingElse,
}

#[derive(Debug, Deserialize)]
pub struct Arrival {
    after: Option<After>,
}

pub async fn show(
    visitor: Visitor,
    session: Session,
    Query(arrival): Query<Arrival>,
) -> Result<Response, Problem> {
    if let Presence::Here(_) = Member::find(&visitor.app, &session).await? {
        return Ok(Redirect::to("/account").into_response());
    }
    let email = visitor.jar.get_text(Name::Email).and_then(|kept| EmailAddress::parse(&kept).ok());
    let email = email.as_ref().map_or("", EmailAddress::as_str);
    page(&visitor, email, arrival.after).show()
}

#[derive(Deserialize)]
pub struct LogInForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

pub async fn submit(
    visitor: Visitor,
    session: Session,
    Posted(form): Posted<LogInForm>,
) -> Result<Response, Problem> {
    let refused = |refusals: Vec<Refusal>| page(&visitor, &form.email, None).refused(refusals).show();
    let mut refusals = Vec::new();
    let email = EmailAddress::parse(&form.email);
    if let Err(problem) = email {
        refusals.push(visitor.contact_refusal("email", problem));
    }
    if form.password.is_empty() {
        refusals.push(Refusal::of_field("password", visitor.words().password_missing));
    }
    let email = match email {
        Ok(email) if refusals.is_empty() => email,
        _ => return refused(refusals),
    };
    match visitor.app.accounts.log_in(&email, form.password.as_str().into(), &visitor.origin()).await {
        Ok(login) => {
            Member::log_in(&visitor.app, &session, &login).await?;
            visitor.jar.keep_device(login.device.as_ref());
            visitor.jar.remove(Name::Email);
            Ok(Redirect::to("/account").into_response())
        }
        Err(error) => refused(vec![visitor.refusal(&error)]),
    }
}

pub async fn log_out(session: Session, Posted(Nothing {}): Posted<Nothing>) -> Result<Response, Problem> {
    Member::log_out(&session).await?;
    Ok(Redirect::to("/login?after=logout").into_response())
}

fn page<'a>(visitor: &'a Visitor, email: &str, after: Option<After>) -> Page<'a> {
    let words = visitor.words();
    let notice = match after {
        Some(After::Activated) => Some(words.activated),
        Some(After::Recovered) => Some(words.recovered),
        Some(After::Ended) => Some(words.session_ended),
        Some(After::LogOut) => Some(words.logged_out),
        Some(After::SomethingElse) | None => None,
    };
    let forget = matches!(after, Some(After::Ended | After::LogOut));
    visitor.page("login.html").about(context! { email, notice, forget })
}
