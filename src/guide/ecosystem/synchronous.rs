//! A program without a runtime: it waits for each answer where it stands. What happens after an answer is done by two plain
//! threads, which the service starts where no runtime is current when it is built.

use std::io;
use std::time::Duration;

use futures_lite::future::block_on;
use vestibule::secrecy::SecretString;
use vestibule::{AccountService, Code, EmailAddress, Error, Login, NewPassword, Origin};

/// Activates an account, and logs in. `typed` is what the person answers to a question.
pub fn first_log_in(
    accounts: &AccountService,
    mut typed: impl FnMut(&str) -> io::Result<String>,
) -> Result<Login, Box<dyn std::error::Error>> {
    let origin = Origin::without_address();
    let email = EmailAddress::parse(&typed("E-mail address")?)?;
    let request = block_on(accounts.request_activation(&email.clone().into(), &origin))?;
    loop {
        let (code, password) = (typed("The code that was sent")?, typed("A new password")?);
        let activate = |password: SecretString| {
            let (code, password) = (Code::parse(&code)?, NewPassword::typed_once(password)?);
            block_on(accounts.activate(&request.handle, &code, password, &origin))
        };
        match activate(password.clone().into()) {
            Ok(_) => return Ok(block_on(accounts.log_in(&email, password.into(), &origin))?),
            Err(error) if error.needs_new_code() || error.is_transient() => return Err(error.into()),
            // Another code, or another password, may do.
            Err(Error::CodeRejected(_) | Error::PasswordRejected(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Before the program ends: what is still to be sent has so long.
pub fn end(accounts: &AccountService) {
    block_on(accounts.drain(Duration::from_secs(5)));
}
