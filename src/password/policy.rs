//! Which passwords may be chosen.

use std::fmt;

use super::common_list;
use super::cover;
use super::name::Names;
use super::reading::Reading;
use super::stretch::{Stretches, alternating, is_repetitive, without_doubles};
use super::{NewPassword, PasswordProblem, PersonWord, PolicyProblem};

/// Which passwords may be chosen: how long they are, and that they are not predictable.
///
/// There is nothing to set about which characters a password must hold, how long it may be kept, or what may hint
/// at it: the standards forbid such rules (NIST SP 800-63B-4, 3.1.1.2; ASVS 5.0, 6.2.5 and 6.2.10).
///
/// # Rules
///
/// Each rule looks at the whole password. What a password merely contains is no reason to refuse it. The first rule
/// that refuses it is reported, in this order:
///
/// 1. *Length.* From 15 (8 with a second factor) to 256 code points after NFC.
/// 2. *Repetition* ([`Repetitive`](PasswordProblem::Repetitive)). It has fewer than four different characters, or is
///    a block of at most eight characters at least twice in a row, the last time perhaps cut short.
/// 3. *Sequence* ([`Sequence`](PasswordProblem::Sequence)). From beginning to end it is made of runs of three
///    characters and more. In a run, each character is the next (or each the previous, or each the same) in the
///    alphabet, which may start over, or in Unicode.
/// 4. *Keyboard* ([`KeyboardWalk`](PasswordProblem::KeyboardWalk)). On an American or Norwegian keyboard each key
///    touches the one before or is the same; or from beginning to end it is made of runs and of straight lines of
///    three keys and more, on such a keyboard or on a keypad. Rules 3 and 4 also look at the password with each
///    doubled character taken once (`aabbcc`), and at both halves of one whose characters take turns (`a1b2c3`).
/// 5. *Service* ([`NamesTheService`](PasswordProblem::NamesTheService)). From beginning to end it is made of one or
///    more of the context words, at most two common words, and filling.
/// 6. *Common* ([`Common`](PasswordProblem::Common)). It is an entry of the embedded lists, or from beginning to end
///    it is made of one to three common words, and filling.
///
/// A *common word* is an entry of the embedded lists that holds a letter and has at least four characters, or a run
/// or line of at least four characters that holds a letter, or a turning walk of six. The same word several times in
/// a row counts once. *Filling* is, between two words and at either end, at most eight digits and four other
/// characters that are not letters, and any number of patterns: one character three times and more, or a run or
/// line of three digits or signs and more.
///
/// Rules 5 and 6 compare without regard to upper and lower case. Digits and signs may stand for the letters they
/// imitate (`1 ! |` for i or l, `0 3 4 5 7 8 9 @ $ + €`) in words that are letters for at least one half. All rules
/// but the first also look at the password without its separators, where at least one half of it remains; rules 5
/// and 6 look at it read backwards too, and, where it is one block several times in a row, at that block.
///
/// Rules about the person are the same as rule 5, with the person's address, number, name and one-time code.
///
/// # Examples
///
/// ```
/// use vestibule::password::{NewPassword, PasswordPolicy, PasswordProblem};
///
/// let policy = PasswordPolicy::default().context_words(["Eksempelforbundet"]);
/// let check = |text: &str| policy.check(&NewPassword::typed_once(text.into())?);
///
/// assert_eq!(check("min hund spiser ikke gulrot"), Ok(()));
/// assert_eq!(check("Passord123456789!"), Err(PasswordProblem::Common));
/// assert_eq!(check("eksempelforbundet2024"), Err(PasswordProblem::NamesTheService));
/// ```
#[derive(Clone)]
pub struct PasswordPolicy {
    minimum: usize,
    maximum: usize,
    lowest_minimum: usize,
    service: Names,
}

/// Fifteen to 256 characters: for a password that is the only factor (NIST SP 800-63B-4, 3.1.1.2).
impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            minimum: Self::SINGLE_FACTOR_MINIMUM,
            maximum: Self::DEFAULT_MAXIMUM,
            lowest_minimum: Self::SINGLE_FACTOR_MINIMUM,
            service: Names::default(),
        }
    }
}

impl PasswordPolicy {
    /// The default minimum, and the lowest where the password is the only factor, in code points.
    pub const SINGLE_FACTOR_MINIMUM: usize = 15;
    /// The lowest minimum of all, for passwords that are used with a second factor, in code points.
    pub const SECOND_FACTOR_MINIMUM: usize = 8;
    /// The default maximum, in code points: no one types more, and every check stays cheap.
    pub const DEFAULT_MAXIMUM: usize = 256;
    /// The lowest maximum that may be set, in code points (ASVS 5.0, 6.2.9).
    pub const LOWEST_MAXIMUM: usize = 64;
    /// The highest maximum that may be set, in code points. Each has at most four bytes, so all are below
    /// [`NewPassword::MAXIMUM_BYTES`].
    pub const HIGHEST_MAXIMUM: usize = 1024;

    /// Makes a policy for passwords that never suffice alone: eight characters are enough.
    ///
    /// # Security
    ///
    /// Only where *each* log-in of each account asks for a second factor. This library asks for none.
    #[must_use]
    pub fn with_second_factor() -> Self {
        Self {
            minimum: Self::SECOND_FACTOR_MINIMUM,
            lowest_minimum: Self::SECOND_FACTOR_MINIMUM,
            ..Self::default()
        }
    }

    /// Sets how many code points a password has at least. Default: 15, or 8 with a second factor.
    ///
    /// # Errors
    ///
    /// Where it would be below that default, or above the maximum.
    pub fn minimum_length(mut self, minimum: usize) -> Result<Self, PolicyProblem> {
        if minimum < self.lowest_minimum {
            return Err(PolicyProblem::MinimumTooLow { floor: self.lowest_minimum });
        }
        if minimum > self.maximum {
            return Err(PolicyProblem::MinimumAboveMaximum);
        }
        self.minimum = minimum;
        Ok(self)
    }

    /// Sets how many code points a password has at most. Default: 256.
    ///
    /// # Errors
    ///
    /// Where it would be below 64, above 1,024, or below the minimum.
    pub fn maximum_length(mut self, maximum: usize) -> Result<Self, PolicyProblem> {
        if maximum < Self::LOWEST_MAXIMUM {
            return Err(PolicyProblem::MaximumTooLow { floor: Self::LOWEST_MAXIMUM });
        }
        if maximum > Self::HIGHEST_MAXIMUM {
            return Err(PolicyProblem::MaximumTooHigh { ceiling: Self::HIGHEST_MAXIMUM });
        }
        if maximum < self.minimum {
            return Err(PolicyProblem::MinimumAboveMaximum);
        }
        self.maximum = maximum;
        Ok(self)
    }

    /// Adds words that anybody would try at this service: the names of the organisation, of its products, places
    /// and roles (ASVS 5.0, 6.1.2). Default: the service's name, which the service adds by itself.
    ///
    /// Of a name of several words, those of at least four characters count separately too. Words of fewer than three
    /// characters are passed over.
    #[must_use]
    pub fn context_words<Word: AsRef<str>>(mut self, words: impl IntoIterator<Item = Word>) -> Self {
        words.into_iter().for_each(|word| self.service.add_service(word.as_ref()));
        self
    }

    /// Applies the rules that need to know nobody.
    ///
    /// The answer depends on the password and the policy alone, so it may be given to anyone, also while typing.
    ///
    /// # Errors
    ///
    /// The first rule that the password breaks.
    pub fn check(&self, password: &NewPassword) -> Result<(), PasswordProblem> {
        self.check_length(password)?;
        let written = Reading::as_written(password.expose());
        let squashed = written.squashed();
        let shapes: Vec<&Reading> = [Some(&written), squashed.as_ref()].into_iter().flatten().collect();
        if shapes.iter().any(|reading| is_repetitive(&reading.plain)) {
            return Err(PasswordProblem::Repetitive);
        }
        if shapes.iter().any(|reading| has_shape(reading, Stretches::is_sequence)) {
            return Err(PasswordProblem::Sequence);
        }
        if shapes.iter().any(|reading| has_shape(reading, Stretches::is_keyboard_walk)) {
            return Err(PasswordProblem::KeyboardWalk);
        }
        let readings = readings(written, squashed);
        if is_made_of(&readings, &self.service) {
            return Err(PasswordProblem::NamesTheService);
        }
        let is_common =
            |reading: &Reading| common_list::contains(&reading.plain) || cover::by_common_words(reading);
        if readings.iter().any(is_common) {
            return Err(PasswordProblem::Common);
        }
        Ok(())
    }

    /// Applies the rules about the person who chooses the password.
    ///
    /// # Security
    ///
    /// The answer tells something about the account. Only whoever holds the code, or is logged in, may see it.
    ///
    /// # Errors
    ///
    /// [`RepeatsTheCode`](PasswordProblem::RepeatsTheCode) or [`NamesThePerson`](PasswordProblem::NamesThePerson).
    pub(crate) fn check_person(
        &self,
        password: &NewPassword,
        words: &[PersonWord<'_>],
    ) -> Result<(), PasswordProblem> {
        let written = Reading::as_written(password.expose());
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
        // The service's name beside the person's is no better than either alone, which `check` and this refuse.
        if !person.is_empty() {
            person.add_all(&self.service);
        }
        if is_made_of(&readings, &person) {
            return Err(PasswordProblem::NamesThePerson);
        }
        Ok(())
    }

    fn check_length(&self, password: &NewPassword) -> Result<(), PasswordProblem> {
        let length = password.expose().chars().count();
        if length < self.minimum {
            return Err(PasswordProblem::TooShort { minimum: self.minimum });
        }
        if length > self.maximum {
            return Err(PasswordProblem::TooLong { maximum: self.maximum });
        }
        Ok(())
    }
}

impl fmt::Debug for PasswordPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { minimum, maximum, .. } = self;
        f.debug_struct("PasswordPolicy")
            .field("minimum", minimum)
            .field("maximum", maximum)
            .finish_non_exhaustive()
    }
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
    !names.is_empty() && readings.iter().any(|reading| cover::by_names(reading, names))
}

/// Whether a reading follows a pattern as it is, with doubled characters taken once, or with two patterns in turns.
fn has_shape(reading: &Reading, follows: impl Fn(&Stretches) -> bool) -> bool {
    follows(&Stretches::of(&reading.plain))
        || follows(&Stretches::of(&without_doubles(&reading.plain)))
        || alternating(&reading.plain).iter().all(|half| follows(&Stretches::of(half)))
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
