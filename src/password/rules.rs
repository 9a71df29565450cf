//! The rules in their order: what is refused because it is predictable, and under which name.

use super::common_list;
use super::cover::Cover;
use super::name::{Names, PersonWord};
use super::problem::PasswordProblem;
use super::reading::Reading;
use super::stretch::{Stretches, alternating, is_repetitive, without_doubles};

/// The fewest characters of two patterns in turns. Two short patterns occur in good random digits by chance.
const SHORTEST_IN_TURNS: usize = 12;

/// Rules that need to know nobody. Shapes come first: they cost least, and tell a person most about what is wrong.
pub(super) fn about_nobody(password: &str, service: &Names) -> Result<(), PasswordProblem> {
    let written = Reading::as_written(password);
    let squashed = written.squashed();
    let shapes: Vec<&Reading> = [Some(&written), squashed.as_ref()].into_iter().flatten().collect();
    if shapes.iter().any(|reading| is_repetitive(&reading.plain)) {
        return Err(PasswordProblem::Repetitive);
    }
    let patterns: Vec<Patterns> = shapes.into_iter().map(Patterns::of).collect();
    if patterns.iter().any(|patterns| patterns.follow(Stretches::is_sequence)) {
        return Err(PasswordProblem::Sequence);
    }
    if patterns.iter().any(|patterns| patterns.follow(Stretches::is_keyboard_walk)) {
        return Err(PasswordProblem::KeyboardWalk);
    }
    let readings = readings(written, squashed);
    let covers: Vec<Cover> = readings.iter().map(|reading| Cover::of(reading, service)).collect();
    if covers.iter().any(Cover::is_by_names) {
        return Err(PasswordProblem::NamesTheService);
    }
    if covers.iter().any(Cover::is_by_common_words)
        || readings.iter().any(|reading| common_list::contains(&reading.plain))
    {
        return Err(PasswordProblem::Common);
    }
    Ok(())
}

/// Rules about the person who chooses.
pub(super) fn about_the_person(
    password: &str,
    words: &[PersonWord<'_>],
    service: &Names,
) -> Result<(), PasswordProblem> {
    let written = Reading::as_written(password);
    let squashed = written.squashed();
    let readings = readings(written, squashed);
    let (mut code, mut person) = (Names::default(), Names::default());
    for word in words {
        match word {
            PersonWord::Code(_) => code.add_person(*word),
            _ => person.add_person(*word),
        }
    }
    if is_made_of(&readings, &code) {
        return Err(PasswordProblem::RepeatsTheCode);
    }
    // The service's name beside the person's is no better than either alone.
    if !person.is_empty() {
        person.add_all(service);
    }
    if is_made_of(&readings, &person) {
        return Err(PasswordProblem::NamesThePerson);
    }
    Ok(())
}

/// As written and without separators; of each also the block that it repeats; and all of them backwards.
fn readings(written: Reading, squashed: Option<Reading>) -> Vec<Reading> {
    let blocks = [Some(&written), squashed.as_ref()].map(|reading| reading?.repeated_block());
    let mut readings: Vec<Reading> = [Some(written), squashed].into_iter().chain(blocks).flatten().collect();
    let reversed: Vec<Reading> = readings.iter().map(Reading::reversed).collect();
    readings.extend(reversed);
    readings
}

fn is_made_of(readings: &[Reading], names: &Names) -> bool {
    !names.is_empty() && readings.iter().any(|reading| Cover::of(reading, names).is_by_names())
}

/// The patterns in a reading as it is, with doubled characters taken once, and in its two halves that take turns.
struct Patterns {
    plain: Stretches,
    single: Option<Stretches>,
    in_turns: Option<[Stretches; 2]>,
}

impl Patterns {
    fn of(reading: &Reading) -> Self {
        let plain = &reading.plain;
        let single = without_doubles(plain);
        let in_turns = plain.len() >= SHORTEST_IN_TURNS;
        Self {
            single: (single.len() < plain.len()).then(|| Stretches::of(&single)),
            in_turns: in_turns.then(|| alternating(plain).map(|half| Stretches::of(&half))),
            plain: Stretches::of(plain),
        }
    }

    /// Whether any of them follows a pattern: where two take turns, both.
    fn follow(&self, follows: impl Fn(&Stretches) -> bool) -> bool {
        follows(&self.plain)
            || self.single.as_ref().is_some_and(&follows)
            || self.in_turns.as_ref().is_some_and(|halves| halves.iter().all(&follows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::{NewPassword, PasswordPolicy};

    const PERSON: [PersonWord<'static>; 4] = [
        PersonWord::EmailAddress("kari.nordmann84@gulrotlaget.example.no"),
        PersonWord::PhoneNumber("+4791234567"),
        PersonWord::DisplayName("Kari Bjørnøy Nordmann"),
        PersonWord::Code("40271956"),
    ];

    fn check_person(text: &str) -> Result<(), PasswordProblem> {
        let policy = PasswordPolicy::default().context_words(["Eksempelforbundet"]);
        policy.check_person(&NewPassword::typed_once(text.into()).unwrap(), &PERSON)
    }

    #[test]
    fn a_password_that_derives_from_the_person_is_refused() {
        for text in [
            "kari.nordmann84@gulrotlaget.example.no",
            "KARI.NORDMANN84@gulrotlaget.example.no",
            "kari.nordmann84",
            "KariNordmann1984",
            "Kari Nordmann 17.05.1984",
            "nnamdron.irak84",
            "K4r1N0rdm4nn!!!!",
            "karikarikarikarikari1",
            "nordmannnordmann",
            "k-a-r-i-n-o-r-d-m-a-n-n",
            "gulrotlaget2024!",
            "gulrotlaget.example.no",
            "912 34 567 912 34 56",
            "+47 912 34 567!!!",
            "0047 91 23 45 67",
            "91234567Sommer!",
            "nordmannsommer2024",
            "karibjornoynordmann",
            "KariBjoernoey2024",
            "kari eksempelforbundet",
            "bjørnøybjørnøy...",
        ] {
            assert_eq!(check_person(text), Err(PasswordProblem::NamesThePerson), "{text}");
        }
    }

    #[test]
    fn the_code_that_was_just_used_is_no_password() {
        for text in [
            "40271956",
            "40271956!!!!!!!",
            "4027 1956 4027 1956",
            "40271956password",
            "kode: 40271956 jeg",
            "65917204....",
        ] {
            let expected = if text.contains("jeg") { Ok(()) } else { Err(PasswordProblem::RepeatsTheCode) };
            assert_eq!(check_person(text), expected, "{text}");
        }
    }

    #[test]
    fn a_password_that_contains_a_name_but_is_more_than_it_is_accepted() {
        for text in [
            "kari liker ikke gulrot",
            "ingen ringer 91234567 om natta",
            "nordmannen og svensken",
            "jeg jobber i gulrotlaget",
            "karittsv nordmannz",
            "kariabcnordmann",
        ] {
            assert_eq!(check_person(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn without_words_about_the_person_nothing_is_refused() {
        let password = NewPassword::typed_once("Kari Nordmann 1984".into()).unwrap();
        let nothing =
            [PersonWord::EmailAddress(""), PersonWord::PhoneNumber("+"), PersonWord::DisplayName("X")];
        assert_eq!(PasswordPolicy::default().check_person(&password, &[]), Ok(()));
        assert_eq!(PasswordPolicy::default().check_person(&password, &nothing), Ok(()));
        // Names of the service alone are for the rules that need to know nobody.
        let service = PasswordPolicy::default().context_words(["Kari Nordmann"]);
        assert_eq!(service.check_person(&password, &nothing), Ok(()));
    }
}
