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
            "{name}: Du har allerede en konto. Logg inn, eller velg nytt passord hvis du har glemt det. Ikke deg? Kontakt \
             {support}."
        ),
        Notice::NotYetActive => {
            format!(
                "{name}: Kontoen din er ikke aktivert ennå. {}Ikke deg? Kontakt {support}.",
                activate(profile)
            )
        }
        Notice::PasswordSet(change) => {
            let happened = match change {
                PasswordChange::Activated => "Kontoen din er aktivert.",
                PasswordChange::Recovered => "Kontoen din har fått nytt passord.",
                PasswordChange::Changed => "Passordet ditt er endret.",
            };
            format!("{name}: {happened} Ikke deg? Kontakt oss med en gang: {support}.")
        }
        Notice::Invitation => {
            format!("{name}: Kontoen din er klar. {}Ikke til deg? Kontakt {support}.", activate(profile))
        }
    };
    vec![wording]
}

fn with_code(purpose: Purpose, valid_for: Duration, profile: &ServiceProfile) -> Vec<String> {
    let ServiceProfile { name, support, .. } = profile;
    let (code, left) = (CODE, minutes_left(valid_for));
    let minutes = counted(left, "minutt", "minutter");
    let (code_for, code_name) = match purpose {
        Purpose::Activation => ("Kode for å aktivere kontoen", "Aktiveringskode"),
        Purpose::Recovery => ("Kode for nytt passord", "Passordkode"),
    };
    vec![
        format!("{name}: {code_for}: {code}. Gyldig i {minutes}. Ikke deg? Kontakt {support}."),
        format!("{name}: {code_name} ({left} min): {code}. Ikke deg? {support}"),
    ]
}

/// The address has a line of its own, so that no punctuation sticks to it.
fn activate(profile: &ServiceProfile) -> String {
    match &profile.activation_page {
        Some(page) => format!("Aktiver den her:\n{page}\n"),
        None => "Aktiver den fra innloggingssiden. ".to_owned(),
    }
}
