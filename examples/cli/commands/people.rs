//! What an operator does with people. The answers tell who is registered: they are not for everybody.

use vestibule::account::RegistrationProblem;
use vestibule::ports::Found;
use vestibule::service::Invitation;
use vestibule::{Account, AccountId, AccountState, EmailAddress};

use crate::failure::Failure;
use crate::members::Members;
use crate::person::{self, spelling};
use crate::screen::{Reader, plain, say};

/// How many accounts are read at once, and invited before the messages are waited for.
const PAGE: u32 = 500;

pub async fn register(
    members: &Members,
    email: &str,
    phone: Option<&str>,
    name: Option<&str>,
) -> Result<(), Failure> {
    let person = person::read(email, phone.unwrap_or_default(), name.unwrap_or_default());
    let person = person.map_err(|problem| Failure::Told(members.explain_person(problem)))?;
    match members.database.register(person).await {
        Ok(_) => say(&members.words.registered()).map(drop),
        Err(RegistrationProblem::Backend(error)) => Err(error.into()),
        Err(_) => Err(Failure::Told(members.words.already_registered())),
    }
}

pub async fn list(members: &Members) -> Result<(), Failure> {
    let mut last: Option<AccountId> = None;
    loop {
        let page = members.database.accounts_after(last.as_ref(), PAGE).await?;
        let Some(account) = page.last() else { return Ok(()) };
        last = Some(account.id.clone());
        for account in &page {
            if say(&line(members, account))? == Reader::Gone {
                return Ok(());
            }
        }
    }
}

pub async fn invite(members: &Members, email: EmailAddress) -> Result<(), Failure> {
    let account = find(members, email).await?;
    match members.service.invite(&account.id).await? {
        Invitation::Queued if members.messages_are_written().await => {
            say(&members.words.invited(1)).map(drop)
        }
        Invitation::Queued => Err(Failure::Told(members.words.not_all_invited(0))),
        _ => Err(Failure::Told(members.words.not_pending())),
    }
}

pub async fn invite_all_pending(members: &Members) -> Result<(), Failure> {
    let (mut last, mut invited, mut written) = (None::<AccountId>, 0, 0);
    loop {
        let page = members.database.accounts_after(last.as_ref(), PAGE).await?;
        let Some(account) = page.last() else { return say(&members.words.invited(invited)).map(drop) };
        last = Some(account.id.clone());
        for account in page.iter().filter(|account| account.state == AccountState::Pending) {
            if members.service.invite(&account.id).await? == Invitation::Queued {
                invited += 1;
            }
        }
        // The queue of messages is bounded: the next page waits until this one's are written.
        if !members.messages_are_written().await {
            return Err(Failure::Told(members.words.not_all_invited(written)));
        }
        written = invited;
    }
}

pub async fn suspend(members: &Members, email: EmailAddress) -> Result<(), Failure> {
    let account = find(members, email).await?;
    members.database.suspend(&account.id).await?;
    say(&members.words.suspended()).map(drop)
}

pub async fn resume(members: &Members, email: EmailAddress) -> Result<(), Failure> {
    let account = find(members, email).await?;
    members.database.resume(&account.id).await?;
    say(&members.words.resumed()).map(drop)
}

async fn find(members: &Members, email: EmailAddress) -> Result<Account, Failure> {
    match members.database.find(&email.into()).await? {
        Found::One(account) => Ok(account),
        Found::Nobody | Found::Several => Err(Failure::Told(members.words.not_registered())),
    }
}

/// State, contacts and name, with tabs between.
fn line(members: &Members, account: &Account) -> String {
    let contacts: Vec<_> = account.contacts.iter().map(spelling).collect();
    let columns = [members.words.state(account.state), contacts.join(" ")];
    let name = account.name.as_deref().map(plain);
    columns.into_iter().chain(name).collect::<Vec<_>>().join("\t")
}
