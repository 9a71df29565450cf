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
            Letter::about("koden for å aktivere kontoen din")
                .say("Hei! Her er koden for å aktivere kontoen din:"),
            "Kontoen kan ikke aktiveres uten koden.",
        ),
        Purpose::Recovery => (
            Letter::about("koden for å velge nytt passord")
                .say("Hei! Her er koden for å velge nytt passord:"),
            "Passordet ditt er ikke endret.",
        ),
    };
    letter
        .code(code)
        .say(format!(
            "Koden er gyldig i {} og kan brukes én gang. Skriv den inn på siden der du ba om den. Ikke gi \
             den til noen, heller ikke til oss.",
            counted(minutes_left(valid_for), "minutt", "minutter"),
        ))
        .say(format!(
            "Var det ikke deg? Da trenger du ikke gjøre noe. {nothing_happened} Skjer det igjen, eller \
             trenger du hjelp? Kontakt {}.",
            profile.support,
        ))
}

fn already_active(profile: &ServiceProfile) -> Letter {
    Letter::about("du har allerede en konto")
        .say("Hei! Noen ba nettopp om å aktivere kontoen din, men den er allerede aktivert.")
        .page(
            profile.login_page.as_ref(),
            "Logg inn med e-postadressen og passordet ditt på denne siden:",
            "Logg inn med e-postadressen og passordet ditt, som vanlig.",
        )
        .page(
            profile.recovery_page.as_ref(),
            "Har du glemt passordet, kan du velge et nytt på denne siden:",
            "Har du glemt passordet, kan du velge et nytt fra innloggingssiden.",
        )
        .say(nothing_to_do(profile))
}

fn not_yet_active(profile: &ServiceProfile) -> Letter {
    Letter::about("kontoen din er ikke aktivert ennå")
        .say("Hei! Noen ba nettopp om nytt passord til kontoen din, men den er ikke aktivert ennå.")
        .page(
            profile.activation_page.as_ref(),
            "Aktiver den og velg et passord på denne siden:",
            "Aktiver den og velg et passord fra innloggingssiden.",
        )
        .say(nothing_to_do(profile))
}

fn nothing_to_do(profile: &ServiceProfile) -> String {
    format!(
        "Var det ikke deg? Da trenger du ikke gjøre noe. Skjer det igjen, eller trenger du hjelp? Kontakt \
         {}.",
        profile.support,
    )
}

fn password_set(change: PasswordChange, profile: &ServiceProfile) -> Letter {
    match change {
        PasswordChange::Activated => Letter::about("kontoen din er aktivert").say(
            "Hei! Kontoen din er aktivert. Fra nå av logger du inn med e-postadressen din og passordet som \
             ble valgt.",
        ),
        PasswordChange::Recovered => Letter::about("det er valgt nytt passord").say(
            "Hei! Det er valgt et nytt passord til kontoen din, med en kode fra oss. Det gamle virker ikke \
             lenger.",
        ),
        PasswordChange::Changed => Letter::about("passordet ditt er endret")
            .say("Hei! Passordet til kontoen din er endret. Det gamle virker ikke lenger."),
    }
    .say(format!(
        "Var det deg, trenger du ikke gjøre noe. Var det ikke deg, kan noen andre ha tilgang til kontoen \
         din. Kontakt oss med en gang: {}.",
        profile.support,
    ))
}

fn invitation(profile: &ServiceProfile) -> Letter {
    Letter::about("aktiver kontoen din")
        .say(format!("Hei! Kontoen din hos {} er klar til å aktiveres.", profile.name))
        .page(
            profile.activation_page.as_ref(),
            "Aktiver den og velg et passord på denne siden:",
            "Aktiver den og velg et passord fra innloggingssiden.",
        )
        .say("Der oppgir du e-postadressen eller mobilnummeret ditt, og så sender vi deg en kode.")
        .say(format!(
            "Er ikke dette til deg? Da trenger du ikke gjøre noe. Lurer du på noe? Kontakt {}.",
            profile.support,
        ))
}
