//! What a person does: activate, recover, log in, change the password. The same words for everybody.

use std::net::Ipv4Addr;

use vestibule::code::{CodeProblem, Purpose};
use vestibule::{
    AccountService, Code, CodeHandle, Contact, EmailAddress, Error, NewPassword, Origin, Redeemed,
};

use crate::failure::Failure;
use crate::members::Members;
use crate::prompt::Prompt;
use crate::screen::{complain, say};

pub async fn activate(members: &Members, contact: &Contact, prompt: &Prompt<'_>) -> Result<(), Failure> {
    redeem_code(members, Purpose::Activation, contact, prompt).await?;
    say(&members.words.activated()).map(drop)
}

pub async fn recover(members: &Members, contact: &Contact, prompt: &Prompt<'_>) -> Result<(), Failure> {
    redeem_code(members, Purpose::Recovery, contact, prompt).await?;
    say(&members.words.recovered()).map(drop)
}

pub async fn log_in(members: &Members, email: &EmailAddress, prompt: &Prompt<'_>) -> Result<(), Failure> {
    let password = prompt.hidden(&members.words.ask_password()).await?;
    members.service.log_in(email, password, &here(members)).await?;
    say(&members.words.logged_in()).map(drop)
}

pub async fn change(members: &Members, email: &EmailAddress, prompt: &Prompt<'_>) -> Result<(), Failure> {
    let (service, origin) = (&members.service, here(members));
    let current = prompt.hidden(&members.words.ask_current_password()).await?;
    // Logging in says whose password it is. The directory would say so too, but whoever types has shown nothing yet.
    let login = service.log_in(email, current.clone(), &origin).await?;
    loop {
        let new = prompt.new_password().await;
        let _held = prompt.hold_back().await;
        let changed = match new {
            Ok(new) => service.change_password(&login.account_id, current.clone(), new, &origin).await,
            Err(Failure::Refused(error)) => Err(error),
            Err(failure) => return Err(failure),
        };
        match changed {
            Ok(_) => {
                members.messages_are_written().await;
                return say(&members.words.password_changed()).map(drop);
            }
            Err(error @ Error::PasswordRejected(_)) if prompt.can_ask_again() => {
                complain(&members.explain(&error));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Requests a code, and asks for it and a new password until that is set or refused for good.
///
/// At a terminal, a code that is wrong and a password that may not be chosen are asked for again: a password that is
/// refused does not spend the code.
async fn redeem_code(
    members: &Members,
    purpose: Purpose,
    contact: &Contact,
    prompt: &Prompt<'_>,
) -> Result<(), Failure> {
    let (service, origin) = (&members.service, here(members));
    let request = match purpose {
        Purpose::Activation => service.request_activation(contact, &origin).await?,
        Purpose::Recovery => service.request_recovery(contact, &origin).await?,
    };
    // The code is made and sent in the background. It must be there before anybody can type it; and if it is not,
    // nobody but the owner may know.
    members.messages_are_written().await;
    say(&members.words.code_requested(members.support()))?;
    if prompt.can_ask_again() {
        complain(&members.words.how_to_resend());
    }

    let mut typed: Option<Code> = None;
    loop {
        let code = match typed.take() {
            Some(code) => code,
            None => ask_code(members, &request.handle, &origin, prompt).await?,
        };
        let new = prompt.new_password().await;
        // From here on, Ctrl-C waits until the change and the messages about it are complete.
        let _held = prompt.hold_back().await;
        let redeemed = match new {
            Ok(new) => redeem(service, purpose, &request.handle, &code, new, &origin).await,
            Err(Failure::Refused(error)) => Err(error),
            Err(failure) => return Err(failure),
        };
        match redeemed {
            Ok(_) => {
                members.messages_are_written().await;
                return Ok(());
            }
            Err(error) if !prompt.can_ask_again() => return Err(error.into()),
            Err(error @ Error::PasswordRejected(_)) => {
                complain(&members.explain(&error));
                typed = Some(code);
            }
            Err(error @ Error::CodeRejected(CodeProblem::Wrong { .. } | CodeProblem::Malformed)) => {
                complain(&members.explain(&error));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Asks for the code. At a terminal, nothing typed means that it is to be sent again.
async fn ask_code(
    members: &Members,
    handle: &CodeHandle,
    origin: &Origin,
    prompt: &Prompt<'_>,
) -> Result<Code, Failure> {
    loop {
        let typed = prompt.visible(&members.words.ask_code())?;
        let refused = if prompt.can_ask_again() && typed.trim().is_empty() {
            let again = members.service.resend_code(handle, origin).await;
            members.messages_are_written().await;
            again.err()
        } else {
            match Code::parse(&typed) {
                Ok(code) => return Ok(code),
                Err(problem) => Some(problem.into()),
            }
        };
        match refused {
            None => {}
            Some(
                error @ (Error::Throttled { .. }
                | Error::CodeRejected(CodeProblem::Malformed | CodeProblem::NotSentAgain)),
            ) if prompt.can_ask_again() => {
                complain(&members.explain(&error));
            }
            Some(error) => return Err(error.into()),
        }
    }
}

async fn redeem(
    service: &AccountService,
    purpose: Purpose,
    handle: &CodeHandle,
    code: &Code,
    new: NewPassword,
    origin: &Origin,
) -> Result<Redeemed, Error> {
    match purpose {
        Purpose::Activation => service.activate(handle, code, new, origin).await,
        Purpose::Recovery => service.recover(handle, code, new, origin).await,
    }
}

/// Somebody at this machine.
fn here(members: &Members) -> Origin {
    Origin::from_address(Ipv4Addr::LOCALHOST.into()).with_locale(members.words.locale())
}
