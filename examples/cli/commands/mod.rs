//! What each command does, on members that are open.

mod copy;
mod passwords;
mod people;

pub use self::copy::Copied;
use vestibule::{Contact, EmailAddress, Error};

use crate::address::Address;
use crate::arguments::{Command, Reached};
use crate::failure::Failure;
use crate::import::import;
use crate::interrupt::Interrupt;
use crate::members::Members;
use crate::person::read_phone;
use crate::prompt::Prompt;
use crate::screen::{self, Reader};

pub async fn run(command: Command, members: &Members, interrupt: &Interrupt) -> Result<(), Failure> {
    let prompt = Prompt::new(members.words, interrupt);
    match command {
        Command::Register { email, phone, name } => {
            people::register(members, &email, phone.as_deref(), name.as_deref()).await
        }
        Command::Import { file } => import(members, &file).await,
        Command::List => people::list(members).await,
        Command::Invite(invited) => match invited.email {
            Some(email) => people::invite(members, read_email(&email)?).await,
            None => people::invite_all_pending(members).await,
        },
        Command::Suspend { email } => people::suspend(members, read_email(&email)?).await,
        Command::Resume { email } => people::resume(members, read_email(&email)?).await,
        Command::Activate(reached) => passwords::activate(members, &read_contact(&reached)?, &prompt).await,
        Command::Recover(reached) => passwords::recover(members, &read_contact(&reached)?, &prompt).await,
        Command::Login { email } => passwords::log_in(members, &read_email(&email)?, &prompt).await,
        Command::Passwd { email } => passwords::change(members, &read_email(&email)?, &prompt).await,
        Command::Events => events(members).await,
        Command::Copy { to } => {
            let to = Address::read(&to).map_err(|_| Failure::Told(members.words.unknown_address()))?;
            copy::copy(members, &to).await
        }
        // Done before there were members to open.
        Command::Calibrate { .. } => Ok(()),
    }
}

async fn events(members: &Members) -> Result<(), Failure> {
    let mut last = 0;
    loop {
        let page = members.events.page_after(last).await?;
        let Some((row, _)) = page.last() else { return Ok(()) };
        last = *row;
        for (_, line) in &page {
            if screen::say(line)? == Reader::Gone {
                return Ok(());
            }
        }
    }
}

fn read_email(typed: &str) -> Result<EmailAddress, Error> {
    Ok(EmailAddress::parse(typed)?)
}

fn read_contact(reached: &Reached) -> Result<Contact, Error> {
    match (&reached.email, &reached.phone) {
        (Some(email), _) => Ok(read_email(email)?.into()),
        (None, phone) => Ok(read_phone(phone.as_deref().unwrap_or_default())?.into()),
    }
}
