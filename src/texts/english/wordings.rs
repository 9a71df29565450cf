//! The text messages.

use std::time::Duration;

use crate::account::PasswordChange;
use crate::code::Purpose;
use crate::message::Notice;
use crate::profile::ServiceProfile;
use crate::texts::amount::{counted, minutes_left};
use crate::texts::place::CODE;

pub(super) fn wordings(notice: &Notice, profile: &ServiceProfile) -> Vec<String> {
    let ServiceProfile { name, support, .. } = profile;
    let wording = match notice {
        Notice::Code { purpose, valid_for, .. } => return with_code(*purpose, *valid_for, profile),
        Notice::AlreadyActive => format!(
            "{name}: You already have an account. Log in, or choose a new password if you forgot it. Not you? \
             Contact {support}."
        ),
        Notice::NotYetActive => {
            format!(
                "{name}: Your account is not active yet. {}Not you? Contact {support}.",
                activate(profile)
            )
        }
        Notice::PasswordSet(change) => {
            let happened = match change {
                PasswordChange::Activated => "Your account has been activated.",
                PasswordChange::Recovered => "Your account has a new password.",
                PasswordChange::Changed => "Your password has been changed.",
            };
            format!("{name}: {happened} Not you? Contact us right away: {support}.")
        }
        Notice::Invitation => {
            format!("{name}: Your account is ready. {}Not for you? Contact {support}.", activate(profile))
        }
    };
    vec![wording]
}

fn with_code(purpose: Purpose, valid_for: Duration, profile: &ServiceProfile) -> Vec<String> {
    let ServiceProfile { name, support, .. } = profile;
    let (code, left) = (CODE, minutes_left(valid_for));
    let minutes = counted(left, "minute", "minutes");
    let (code_for, code_name) = match purpose {
        Purpose::Activation => ("Code to activate your account", "Activation code"),
        Purpose::Recovery => ("Code for a new password", "Password code"),
    };
    vec![
        format!("{name}: {code_for}: {code}. Valid for {minutes}. Not you? Contact {support}."),
        format!("{name}: {code_name} ({left} min): {code}. Not you? {support}"),
    ]
}

/// The address has a line of its own, so that no punctuation sticks to it.
fn activate(profile: &ServiceProfile) -> String {
    match &profile.activation_page {
        Some(page) => format!("Activate it here:\n{page}\n"),
        None => "Activate it from the log-in page. ".to_owned(),
    }
}
