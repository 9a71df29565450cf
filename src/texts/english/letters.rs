//! The e-mails.

use std::time::Duration;

use crate::account::PasswordChange;
use crate::code::{Code, Purpose};
use crate::message::Notice;
use crate::profile::ServiceProfile;
use crate::texts::amount::{counted, minutes_left};
use crate::texts::letter::Letter;

pub(super) fn letter(notice: &Notice, profile: &ServiceProfile) -> Letter {
    match notice {
        Notice::Code { purpose, code, valid_for } => with_code(*purpose, code, *valid_for, profile),
        Notice::AlreadyActive => already_active(profile),
        Notice::NotYetActive => not_yet_active(profile),
        Notice::PasswordSet(change) => password_set(*change, profile),
        Notice::Invitation => invitation(profile),
    }
}

fn with_code(purpose: Purpose, code: &Code, valid_for: Duration, profile: &ServiceProfile) -> Letter {
    let (letter, nothing_happened) = match purpose {
        Purpose::Activation => (
            Letter::about("your code to activate your account")
                .say("Hello! Here is the code to activate your account:"),
            "The account cannot be activated without the code.",
        ),
        Purpose::Recovery => (
            Letter::about("your code to choose a new password")
                .say("Hello! Here is the code to choose a new password:"),
            "Your password has not been changed.",
        ),
    };
    letter
        .code(code)
        .say(format!(
            "The code is valid for {}, and works once. Type it on the page where you asked for it. Never \
             give it to anyone, not even to us.",
            counted(minutes_left(valid_for), "minute", "minutes"),
        ))
        .say(format!(
            "If this was not you, you do not need to do anything. {nothing_happened} If it happens again, \
             or if you need help, contact {}.",
            profile.support,
        ))
}

fn already_active(profile: &ServiceProfile) -> Letter {
    Letter::about("you already have an account")
        .say("Hello! Someone just asked to activate your account, but it is already active.")
        .page(
            profile.login_page.as_ref(),
            "Log in with your e-mail address and your password on this page:",
            "Log in with your e-mail address and your password, as usual.",
        )
        .page(
            profile.recovery_page.as_ref(),
            "If you have forgotten the password, you can choose a new one on this page:",
            "If you have forgotten the password, you can choose a new one from the log-in page.",
        )
        .say(nothing_to_do(profile))
}

fn not_yet_active(profile: &ServiceProfile) -> Letter {
    Letter::about("your account is not active yet")
        .say(
            "Hello! Someone just asked for a new password for your account, but it has not been activated \
              yet.",
        )
        .page(
            profile.activation_page.as_ref(),
            "Activate it, and choose a password, on this page:",
            "Activate it, and choose a password, from the log-in page.",
        )
        .say(nothing_to_do(profile))
}

fn nothing_to_do(profile: &ServiceProfile) -> String {
    format!(
        "If this was not you, you do not need to do anything. If it happens again, or if you need help, \
         contact {}.",
        profile.support,
    )
}

fn password_set(change: PasswordChange, profile: &ServiceProfile) -> Letter {
    match change {
        PasswordChange::Activated => Letter::about("your account is active").say(
            "Hello! Your account has been activated. From now on, log in with your e-mail address and the \
             password that was chosen.",
        ),
        PasswordChange::Recovered => Letter::about("a new password has been chosen").say(
            "Hello! A new password has been chosen for your account, with a code from us. The old one no \
             longer works.",
        ),
        PasswordChange::Changed => Letter::about("your password has been changed")
            .say("Hello! The password for your account has been changed. The old one no longer works."),
    }
    .say(format!(
        "If this was you, you do not need to do anything. If this was not you, someone else may have access \
         to your account. Contact us right away: {}.",
        profile.support,
    ))
}

fn invitation(profile: &ServiceProfile) -> Letter {
    Letter::about("activate your account")
        .say(format!("Hello! Your account with {} is ready to be activated.", profile.name))
        .page(
            profile.activation_page.as_ref(),
            "Activate it, and choose a password, on this page:",
            "Activate it, and choose a password, from the log-in page.",
        )
        .say("You will be asked for your e-mail address or mobile number, and we will send you a code.")
        .say(format!(
            "If this is not for you, you do not need to do anything. If you have any questions, contact {}.",
            profile.support,
        ))
}
