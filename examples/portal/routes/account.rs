//! The page of somebody who is logged in: when she was here last, and a new password.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::context;
use serde::Deserialize;
use time::OffsetDateTime;
use tower_sessions::Session;
use vestibule::ports::UserDirectory;
use vestibule::{Contact, Error, NewPassword};

use crate::forms::Posted;
use crate::member::Member;
use crate::page::Page;
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::visitor::Visitor;

#[derive(Debug, Deserialize)]
pub struct Arrival {
    #[serde(default)]
    after: String,
}

pub async fn show(
    visitor: Visitor,
    member: Member,
    Query(arrival): Query<Arrival>,
) -> Result<Response, Problem> {
    let notice = (arrival.after == "changed").then_some(visitor.words().password_changed);
    page(&visitor, &member, notice).await?.show()
}

/// Whoever reloads the answer to the form is led to the page that has it.
pub async fn show_again() -> Redirect {
    Redirect::to("/account")
}

#[derive(Deserialize)]
pub struct PasswordForm {
    #[serde(default)]
    current_password: String,
    #[serde(default)]
    new_password: String,
    #[serde(default)]
    confirm_password: String,
}

pub async fn change_password(
    visitor: Visitor,
    member: Member,
    session: Session,
    Posted(form): Posted<PasswordForm>,
) -> Result<Response, Problem> {
    let mut refusals = Vec::new();
    if form.current_password.is_empty() {
        refusals.push(Refusal::of_field("current_password", visitor.words().current_password_missing));
    }
    let new = match NewPassword::typed_twice(form.new_password.into(), form.confirm_password.into()) {
        Ok(new) if refusals.is_empty() => new,
        new => {
            refusals.extend(new.err().map(|problem| visitor.refusal(&problem.into())));
            return page(&visitor, &member, None).await?.refused(refusals).show();
        }
    };
    let (accounts, origin) = (&visitor.app.accounts, visitor.origin());
    match accounts.change_password(&member.account, form.current_password.into(), new, &origin).await {
        Ok(changed) => {
            visitor.jar.keep_device(changed.device.as_ref());
            member.go_on(&session, changed.credential_version).await?;
            Ok(Redirect::to("/account?after=changed").into_response())
        }
        Err(error) => page(&visitor, &member, None).await?.refused([visitor.refusal(&error)]).show(),
    }
}

async fn page<'a>(
    visitor: &'a Visitor,
    member: &Member,
    notice: Option<&'static str>,
) -> Result<Page<'a>, Problem> {
    let account = visitor.app.directory.get(&member.account).await.map_err(Error::from)?;
    let account = account.ok_or(Problem::of(StatusCode::INTERNAL_SERVER_ERROR))?;
    let contacts: Vec<String> = account.contacts.iter().map(|contact| contact.as_str().to_owned()).collect();
    let log_in_name = account.contacts.iter().find(|contact| matches!(contact, Contact::Email(_)));
    let last_log_in = member.last_log_in.and_then(|last| OffsetDateTime::from_unix_timestamp(last).ok());
    Ok(visitor.page("account.html").about(context! {
        name => account.name,
        contacts,
        log_in_name => log_in_name.map(Contact::as_str),
        last_log_in => last_log_in.map(in_utc),
        minimum => visitor.app.accounts.password_policy().minimum(),
        notice,
    }))
}

/// A moment as browsers read it; the script shows it in the time of the place.
fn in_utc(moment: OffsetDateTime) -> String {
    let (date, (hour, minute, second)) = (moment.date(), moment.to_hms());
    format!("{date}T{hour:02}:{minute:02}:{second:02}Z")
}
