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
            "E-postadressen eller passordet er feil. Sjekk begge deler og prøv igjen. Har du glemt \
             passordet, kan du velge et nytt. Er det første gang du er her, må du aktivere kontoen din."
                .to_owned()
        }
        Error::CurrentPasswordRejected => {
            "Dette er ikke passordet du har nå. Skriv det en gang til. Har du glemt det, kan du logge ut og \
             velge et nytt med en kode."
                .to_owned()
        }
        Error::PasswordRejected(problem) => password(*problem, profile),
        Error::PasswordStopped => {
            "Det har vært for mange mislykkede forsøk på å logge inn med denne e-postadressen. For \
             sikkerhets skyld må du velge et nytt passord med en kode før du kan logge inn igjen."
                .to_owned()
        }
        Error::Throttled { retry_after } => {
            format!(
                "Du må vente litt, så det ikke blir for mange forsøk. Prøv igjen om {}.",
                wait(*retry_after)
            )
        }
        Error::Overloaded => "Det er veldig stor pågang akkurat nå. Vent litt og prøv igjen.".to_owned(),
        Error::Backend(_) => format!(
            "Noe er galt hos oss. Prøv igjen om litt. Hvis det ikke hjelper, kontakt {}.",
            profile.support,
        ),
    }
}

fn wait(retry_after: Duration) -> String {
    match Wait::at_least(retry_after) {
        Wait::Seconds(seconds) => counted(seconds, "sekund", "sekunder"),
        Wait::Minutes(minutes) => counted(minutes, "minutt", "minutter"),
        Wait::Hours(hours) => counted(hours, "time", "timer"),
    }
}

const fn contact(problem: ContactProblem) -> &'static str {
    match problem {
        ContactProblem::NoEmailAddress => "Skriv e-postadressen din.",
        ContactProblem::NoPhoneNumber => "Skriv mobilnummeret ditt.",
        ContactProblem::TooLong { .. } => {
            "Dette er lengre enn en e-postadresse eller et mobilnummer kan være. Sjekk det du skrev."
        }
        ContactProblem::ForbiddenCharacter => {
            "Her er det et tegn som ikke hører hjemme i en e-postadresse eller et mobilnummer. Det kan være \
             usynlig: Skriv alt selv i stedet for å lime det inn."
        }
        ContactProblem::NotAnEmailAddress => {
            "Dette er ikke en e-postadresse. Den skal se omtrent slik ut: navn@example.no."
        }
        ContactProblem::SeveralAddresses => "Dette er mer enn én e-postadresse. Skriv bare én.",
        ContactProblem::DisplayName => "Skriv bare e-postadressen, uten navn og uten tegnene < og > rundt.",
        ContactProblem::QuotedLocalPart => {
            "Vi kan ikke sende til e-postadresser med anførselstegn. Skriv adressen uten, eller bruk en \
             annen."
        }
        ContactProblem::LeadingHyphen => {
            "Vi kan ikke sende til e-postadresser som begynner med bindestrek. Sjekk det første tegnet."
        }
        ContactProblem::LocalPartTooLong { .. } => {
            "Den delen av e-postadressen som står foran @, er for lang. Sjekk det du skrev."
        }
        ContactProblem::InternationalisedLocalPart => {
            "Den delen av e-postadressen som står foran @, kan bare ha bokstavene a til z, sifre og noen få \
             andre tegn. Sjekk det du skrev."
        }
        ContactProblem::DomainTooLong { .. } => {
            "Den delen av e-postadressen som står etter @, er for lang. Sjekk det du skrev."
        }
        ContactProblem::InternationalisedDomain => {
            "Den delen av e-postadressen som står etter @, kan her bare ha bokstavene a til z, sifre, bindestrek \
             og punktum. Bruk en annen adresse, eller den formen av din som har xn-- i seg."
        }
        ContactProblem::NotADomain => {
            "Sjekk den delen av e-postadressen som står etter @. Den skal se omtrent slik ut: example.no."
        }
        ContactProblem::AddressLiteral => {
            "Etter @ i e-postadressen må det stå et navn, for eksempel example.no, og ikke en \
             nettverksadresse."
        }
        ContactProblem::LetterInNumber => {
            "Det er en bokstav i mobilnummeret, kanskje en O i stedet for null. Bruk bare sifre."
        }
        ContactProblem::NotAPhoneNumber => {
            "Dette er ikke et mobilnummer. Sjekk at alle sifrene er med. Et nummer fra et annet land \
             begynner med + og landkoden."
        }
        ContactProblem::UnknownCallingCode => {
            "Ingen land har den landkoden som nummeret begynner med. Sjekk sifrene etter +."
        }
        ContactProblem::NotCanonical => {
            "Vi klarte ikke å lese det du skrev. Sjekk det, og skriv det en gang til."
        }
    }
}

fn code(problem: CodeProblem) -> String {
    match problem {
        CodeProblem::Malformed => {
            "Dette er ikke en hel kode. Sjekk at alle tegnene er med, og ingenting annet. Du har ikke brukt \
             opp noe forsøk."
                .to_owned()
        }
        CodeProblem::Wrong { tries_left: 0 } => {
            "Koden er feil, og det var siste forsøk. Be om en ny kode.".to_owned()
        }
        CodeProblem::Wrong { tries_left } => format!(
            "Koden er feil. Sjekk at den er fra den siste meldingen du fikk. Du har {tries_left} forsøk \
             igjen.",
        ),
        CodeProblem::TriesExhausted => "Koden er prøvd for mange ganger. Be om en ny.".to_owned(),
        CodeProblem::Expired => "Koden er utløpt eller allerede brukt. Be om en ny.".to_owned(),
        CodeProblem::NotSentAgain => {
            "Koden kan ikke sendes på nytt. Den siste du fikk, virker kanskje fortsatt. Hvis ikke, be om en ny."
                .to_owned()
        }
    }
}

fn password(problem: PasswordProblem, profile: &ServiceProfile) -> String {
    match problem {
        PasswordProblem::Mismatch => {
            "De to passordene er ikke like. Skriv det nye passordet en gang til begge steder.".to_owned()
        }
        PasswordProblem::Oversized { .. } => {
            "Dette er altfor langt til å være et passord. Noen få ord er nok.".to_owned()
        }
        PasswordProblem::TooShort { minimum } => format!(
            "Passordet er for kort: Det må ha minst {minimum} tegn. Velg fire eller flere ord som ikke \
             hører sammen. Da blir det langt, og lett å huske.",
        ),
        PasswordProblem::TooLong { maximum } => {
            format!("Passordet er for langt: Det kan ha høyst {maximum} tegn. Gjør det litt kortere.")
        }
        PasswordProblem::Repetitive => {
            "Passordet gjentar seg selv og er lett å gjette. Legg til andre ord i stedet.".to_owned()
        }
        PasswordProblem::Sequence => {
            "Bokstaver eller sifre i rekkefølge er lette å gjette. Velg fire eller flere ord som ikke hører \
             sammen."
                .to_owned()
        }
        PasswordProblem::KeyboardWalk => {
            "Taster som ligger ved siden av hverandre, er lette å gjette. Velg fire eller flere ord som \
             ikke hører sammen."
                .to_owned()
        }
        PasswordProblem::Common => {
            "Mange bruker passord som ligner på dette, så det er lett å gjette. Velg fire eller flere ord \
             som ikke hører sammen, og gjerne noen uvanlige. Sifre og tegn på slutten hjelper ikke."
                .to_owned()
        }
        PasswordProblem::NamesTheService => format!(
            "Passordet ligner for mye på navnet {}. Navnet kan være en del av en setning, men ikke hele \
             passordet.",
            profile.name,
        ),
        PasswordProblem::NamesThePerson => {
            "Passordet ligner for mye på ditt eget navn, e-postadressen eller nummeret ditt. Det kan være \
             en del av en setning, men ikke hele passordet."
                .to_owned()
        }
        PasswordProblem::RepeatsTheCode => {
            "Passordet ligner for mye på koden du fikk. Koden virker bare én gang: Velg et passord du \
             finner på selv."
                .to_owned()
        }
        PasswordProblem::Breached => {
            "Dette passordet har lekket et annet sted, så fremmede kan kjenne det. Velg et annet, og bytt \
             det ut overalt der du bruker det."
                .to_owned()
        }
    }
}
