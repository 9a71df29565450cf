//! The refusals.

use std::time::Duration;

use crate::code::CodeProblem;
use crate::contact::ContactProblem;
use crate::error::Error;
use crate::password::PasswordProblem;
use crate::profile::ServiceProfile;
use crate::texts::amount::{Wait, counted};

pub(super) fn explain(error: &Error, profile: &ServiceProfile) -> String {
    match error {
        Error::ContactRejected(problem) => contact(*problem).to_owned(),
        Error::CodeRejected(problem) => code(*problem),
        Error::CredentialsRejected => {
            "The e-mail address or the password is wrong. Check both and try again. If you have forgotten \
             the password, you can choose a new one; if this is your first time here, you must activate \
             your account."
                .to_owned()
        }
        Error::CurrentPasswordRejected => {
            "That is not the password you have now. Type it once more. If you have forgotten it, log out and \
             choose a new one with a code."
                .to_owned()
        }
        Error::PasswordRejected(problem) => password(*problem, profile),
        Error::PasswordStopped => {
            "There have been too many failed attempts to log in with this e-mail address. To be safe, you \
             must choose a new password with a code before you can log in again."
                .to_owned()
        }
        Error::Throttled { retry_after } => {
            format!(
                "Please wait a little, so that there are not too many attempts. Try again in {}.",
                wait(*retry_after)
            )
        }
        Error::Overloaded => "It is very busy here just now. Wait a moment, and try again.".to_owned(),
        Error::Backend(_) => format!(
            "Something is wrong on our side. Try again in a little while. If that does not help, contact {}.",
            profile.support,
        ),
    }
}

fn wait(retry_after: Duration) -> String {
    match Wait::at_least(retry_after) {
        Wait::Seconds(seconds) => counted(seconds, "second", "seconds"),
        Wait::Minutes(minutes) => counted(minutes, "minute", "minutes"),
        Wait::Hours(hours) => counted(hours, "hour", "hours"),
    }
}

const fn contact(problem: ContactProblem) -> &'static str {
    match problem {
        ContactProblem::NoEmailAddress => "Type your e-mail address.",
        ContactProblem::NoPhoneNumber => "Type your mobile number.",
        ContactProblem::TooLong { .. } => {
            "That is longer than an e-mail address or a mobile number can be. Check what you typed."
        }
        ContactProblem::ForbiddenCharacter => {
            "There is a character here that no e-mail address or mobile number has. It may be invisible: \
             type it all yourself instead of pasting it."
        }
        ContactProblem::NotAnEmailAddress => {
            "That is not an e-mail address. It should look like this: name@example.org."
        }
        ContactProblem::SeveralAddresses => "That is more than one e-mail address. Type only one.",
        ContactProblem::DisplayName => {
            "Type only the e-mail address, without a name or the signs < and > around it."
        }
        ContactProblem::QuotedLocalPart => {
            "We cannot send to e-mail addresses with quotation marks. Type yours without them, or use \
             another one."
        }
        ContactProblem::LeadingHyphen => {
            "We cannot send to e-mail addresses that begin with a hyphen. Check the first character."
        }
        ContactProblem::LocalPartTooLong { .. } => {
            "The part of the e-mail address before the @ is too long. Check what you typed."
        }
        ContactProblem::InternationalisedLocalPart => {
            "The part of the e-mail address before the @ can only have the letters a to z, digits and a few \
             signs. Check what you typed."
        }
        ContactProblem::DomainTooLong { .. } => {
            "The part of the e-mail address after the @ is too long. Check what you typed."
        }
        ContactProblem::InternationalisedDomain => {
            "The part of the e-mail address after the @ can only have the letters a to z, digits, hyphens and \
             dots here. Use another address, or the form of yours that has xn-- in it."
        }
        ContactProblem::NotADomain => {
            "Check the part of the e-mail address after the @. It should look like this: example.org."
        }
        ContactProblem::AddressLiteral => {
            "The e-mail address must have a name such as example.org after the @, not a network address."
        }
        ContactProblem::LetterInNumber => {
            "There is a letter in the mobile number, perhaps an O for a zero. Use digits only."
        }
        ContactProblem::NotAPhoneNumber => {
            "That is not a mobile number. Check that every digit is there. A number from another country \
             begins with + and the country code."
        }
        ContactProblem::UnknownCallingCode => {
            "No country has the country code that the number begins with. Check the digits after the +."
        }
        ContactProblem::NotCanonical => "We could not read what you typed. Check it, and type it once more.",
    }
}

fn code(problem: CodeProblem) -> String {
    match problem {
        CodeProblem::Malformed => {
            "That is not a whole code. Check that every character is there, and nothing else. This did not \
             cost you a try."
                .to_owned()
        }
        CodeProblem::Wrong { tries_left: 0 } => {
            "The code is wrong, and that was the last try. Ask for a new code.".to_owned()
        }
        CodeProblem::Wrong { tries_left } => format!(
            "The code is wrong. Check that it is from the last message you got. You have {} left.",
            counted(tries_left.into(), "try", "tries"),
        ),
        CodeProblem::TriesExhausted => "The code has been tried too many times. Ask for a new \
            one."
            .to_owned(),
        CodeProblem::Expired => "The code has expired or has already been used. Ask for a new \
            one."
            .to_owned(),
        CodeProblem::NotSentAgain => {
            "The code cannot be sent again. The last one you got may still work. If not, ask for a new one."
                .to_owned()
        }
    }
}

fn password(problem: PasswordProblem, profile: &ServiceProfile) -> String {
    match problem {
        PasswordProblem::Mismatch => {
            "The two passwords are not the same. Type the new password once more in both places.".to_owned()
        }
        PasswordProblem::Oversized { .. } => {
            "That is much too long to be a password. A few words are enough.".to_owned()
        }
        PasswordProblem::TooShort { minimum } => format!(
            "The password is too short: it must have at least {}. Choose four or more words that do not \
             belong together. That is long, and easy to remember.",
            characters(minimum),
        ),
        PasswordProblem::TooLong { maximum } => format!(
            "The password is too long: it can have at most {}. Make it a little shorter.",
            characters(maximum),
        ),
        PasswordProblem::Repetitive => {
            "The password repeats itself, and that makes it easy to guess. Add other words \
             instead."
                .to_owned()
        }
        PasswordProblem::Sequence => {
            "Letters or digits in order are easy to guess. Choose four or more words that do not belong \
             together."
                .to_owned()
        }
        PasswordProblem::KeyboardWalk => {
            "Keys that lie next to each other are easy to guess. Choose four or more words that do not \
             belong together."
                .to_owned()
        }
        PasswordProblem::Common => {
            "Many people use passwords like this one, so it is easy to guess. Choose four or more words \
             that do not belong together, some of them unusual. Digits and signs at the end do not help."
                .to_owned()
        }
        PasswordProblem::NamesTheService => format!(
            "The password is too much like the name {}. The name can be part of a sentence, but not all of \
             the password.",
            profile.name,
        ),
        PasswordProblem::NamesThePerson => {
            "The password is too much like your own name, e-mail address or number. It can be part of a \
             sentence, but not all of the password."
                .to_owned()
        }
        PasswordProblem::RepeatsTheCode => {
            "The password is too much like the code you got. The code works only once: choose a password \
             that you make up yourself."
                .to_owned()
        }
        PasswordProblem::Breached => {
            "This password has leaked from some other place, and strangers may know it. Choose another one, \
             and change it wherever else you use it."
                .to_owned()
        }
    }
}

fn characters(number: usize) -> String {
    counted(number as u64, "character", "characters")
}
