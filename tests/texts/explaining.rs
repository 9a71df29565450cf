//! What the explanations say, in both languages.

use std::time::Duration;

use vestibule::code::CodeProblem;
use vestibule::contact::ContactProblem;
use vestibule::error::{BackendError, BackendErrorKind, Error};
use vestibule::password::PasswordProblem;
use vestibule::ports::Texts;
use vestibule::texts::BuiltInTexts;
use vestibule::{Locale, ServiceProfile};

const SUPPORT: &str = "medlem@example.no, 22 00 00 00";

fn explain(error: impl Into<Error>, locale: &Locale) -> String {
    BuiltInTexts::default().explain(&error.into(), locale, &ServiceProfile::new("Eksempelforbundet", SUPPORT))
}

fn in_both(error: impl Into<Error>) -> [String; 2] {
    let error = error.into();
    let profile = ServiceProfile::new("Eksempelforbundet", SUPPORT);
    [Locale::NORWEGIAN, Locale::ENGLISH]
        .map(|locale| BuiltInTexts::default().explain(&error, &locale, &profile))
}

fn throttled(seconds: u64) -> Error {
    Error::Throttled { retry_after: Duration::from_secs(seconds) }
}

fn backend(kind: BackendErrorKind) -> BackendError {
    BackendError::new(kind, "create the table xyzzy").with_source("connection refused by plugh")
}

fn contact_problems() -> Vec<ContactProblem> {
    use ContactProblem as P;
    vec![
        P::NoEmailAddress,
        P::NoPhoneNumber,
        P::TooLong { limit: 254 },
        P::ForbiddenCharacter,
        P::NotAnEmailAddress,
        P::SeveralAddresses,
        P::DisplayName,
        P::QuotedLocalPart,
        P::LeadingHyphen,
        P::LocalPartTooLong { limit: 64 },
        P::InternationalisedLocalPart,
        P::DomainTooLong { limit: 253 },
        P::InternationalisedDomain,
        P::NotADomain,
        P::AddressLiteral,
        P::LetterInNumber,
        P::NotAPhoneNumber,
        P::UnknownCallingCode,
        P::NotCanonical,
    ]
}

fn code_problems() -> Vec<CodeProblem> {
    let mut problems = vec![
        CodeProblem::Malformed,
        CodeProblem::TriesExhausted,
        CodeProblem::Expired,
        CodeProblem::NotSentAgain,
    ];
    problems.extend([0, 1, 2, 9].map(|tries_left| CodeProblem::Wrong { tries_left }));
    problems
}

fn password_problems() -> Vec<PasswordProblem> {
    use PasswordProblem as P;
    vec![
        P::Mismatch,
        P::Oversized { maximum: 4096 },
        P::TooShort { minimum: 15 },
        P::TooLong { maximum: 256 },
        P::Repetitive,
        P::Sequence,
        P::KeyboardWalk,
        P::Common,
        P::NamesTheService,
        P::NamesThePerson,
        P::RepeatsTheCode,
        P::Breached,
    ]
}

fn errors() -> Vec<Error> {
    let mut errors = vec![
        Error::CredentialsRejected,
        Error::CurrentPasswordRejected,
        Error::PasswordStopped,
        Error::Overloaded,
    ];
    errors.extend([1, 30, 60, 600, 3600, 7200].map(throttled));
    errors.push(backend(BackendErrorKind::Unavailable).into());
    errors.extend(contact_problems().into_iter().map(Error::from));
    errors.extend(code_problems().into_iter().map(Error::from));
    errors.extend(password_problems().into_iter().map(Error::from));
    errors
}

#[test]
fn every_error_is_explained_in_whole_sentences_of_each_language() {
    let mut explained = Vec::new();
    for error in errors() {
        let [norwegian, english] = in_both(error);
        assert_ne!(norwegian, english);
        explained.extend([norwegian, english]);
    }
    for words in &explained {
        assert!(words.starts_with(char::is_uppercase) && words.ends_with('.'), "{words}");
        assert!(!words.contains("  ") && !words.contains(['{', '}', '\n']), "{words}");
        assert!(words.chars().count() <= 240, "{words}");
    }
    let all = explained.len();
    explained.sort();
    explained.dedup();
    assert_eq!(explained.len(), all, "two errors are explained alike");
}

#[test]
fn tries_are_singular_or_plural() {
    let left = |tries_left| in_both(CodeProblem::Wrong { tries_left });
    for (tries_left, norwegian, english) in [
        (0, "det var siste forsøk", "that was the last try"),
        (1, "Du har 1 forsøk igjen.", "You have 1 try left."),
        (2, "Du har 2 forsøk igjen.", "You have 2 tries left."),
        (9, "Du har 9 forsøk igjen.", "You have 9 tries left."),
    ] {
        let [in_norwegian, in_english] = left(tries_left);
        assert!(in_norwegian.contains(norwegian), "{in_norwegian}");
        assert!(in_english.contains(english), "{in_english}");
    }
}

#[test]
fn waits_are_rounded_up_and_singular_or_plural() {
    for (seconds, norwegian, english) in [
        (0, "om 1 sekund.", "in 1 second."),
        (30, "om 30 sekunder.", "in 30 seconds."),
        (60, "om 1 minutt.", "in 1 minute."),
        (61, "om 2 minutter.", "in 2 minutes."),
        (3600, "om 1 time.", "in 1 hour."),
        (3601, "om 2 timer.", "in 2 hours."),
    ] {
        let [in_norwegian, in_english] = in_both(throttled(seconds));
        assert!(in_norwegian.ends_with(norwegian), "{in_norwegian}");
        assert!(in_english.ends_with(english), "{in_english}");
    }
}

#[test]
fn a_failure_of_ours_names_the_support_contact_and_nothing_of_its_cause() {
    let explained = [BackendErrorKind::Corrupt, BackendErrorKind::Busy].map(|kind| in_both(backend(kind)));
    assert_eq!(explained[0], explained[1]);
    assert_eq!(explained[0], in_both(BackendError::new(BackendErrorKind::Panicked, "")));
    for words in &explained[0] {
        assert!(words.contains(SUPPORT), "{words}");
    }
}

#[test]
fn a_password_that_is_easy_to_guess_is_answered_with_how_to_choose_a_better_one() {
    use PasswordProblem as P;
    for problem in [P::TooShort { minimum: 15 }, P::Sequence, P::KeyboardWalk, P::Common] {
        let [norwegian, english] = in_both(problem);
        assert!(norwegian.contains("fire eller flere ord som ikke hører sammen"), "{norwegian}");
        assert!(english.contains("four or more words that do not belong together"), "{english}");
    }
}

#[test]
fn numbers_of_characters_are_singular_or_plural() {
    let english = |minimum| explain(PasswordProblem::TooShort { minimum }, &Locale::ENGLISH);
    assert!(english(1).contains("at least 1 character."), "{}", english(1));
    assert!(english(15).contains("at least 15 characters."), "{}", english(15));
}
