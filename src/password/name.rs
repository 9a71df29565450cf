//! Names that a password may not derive from: the service's, and the person's.

use std::fmt;

use zeroize::Zeroizing;

use super::reading::lower_case;

/// The fewest characters of a name. Two letters occur in any text.
const SHORTEST: usize = 3;

/// How much of a text is taken, in code points. Addresses are shorter, and names that are longer name nobody.
const MOST_READ: usize = 320;

/// What is known about the person who chooses a password.
#[derive(Clone, Copy)]
pub(crate) enum PersonWord<'a> {
    /// An e-mail address: the whole, the part before the `@` and the domain, and the parts of both except the last
    /// label of the domain.
    EmailAddress(&'a str),
    /// A telephone number: its digits, with and without what may be a country code or an area code.
    PhoneNumber(&'a str),
    /// What the person is called: the whole and its parts.
    DisplayName(&'a str),
    /// The one-time code that was just used.
    Code(&'a str),
}

/// Shows the kind only: names and numbers do not belong in logs, and codes even less.
impl fmt::Debug for PersonWord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmailAddress(_) => "EmailAddress",
            Self::PhoneNumber(_) => "PhoneNumber",
            Self::DisplayName(_) => "DisplayName",
            Self::Code(_) => "Code",
        })
    }
}

/// A set of names in the forms in which a password may hold them: lower case, at least [`SHORTEST`] characters, as
/// written and without separators, and with the letters æ, ø and å also as they are written without them.
#[derive(Clone, Default)]
pub(super) struct Names(Vec<Zeroizing<Vec<char>>>);

impl Names {
    /// Calls `found` with the length of each name that `text` begins with.
    pub(super) fn for_each_at_start(&self, text: &[char], mut found: impl FnMut(usize)) {
        self.0.iter().filter(|name| text.starts_with(name)).for_each(|name| found(name.len()));
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a name of the service: the whole, and its words of at least four characters.
    pub(super) fn add_service(&mut self, text: &str) {
        self.add(text);
        text.split(|character: char| !character.is_alphanumeric())
            .filter(|part| part.chars().count() > SHORTEST)
            .for_each(|part| self.add(part));
    }

    /// Adds what derives from a word about the person.
    pub(super) fn add_person(&mut self, word: PersonWord<'_>) {
        match word {
            PersonWord::EmailAddress(address) => {
                self.add(address);
                let (local_part, domain) = address.rsplit_once('@').unwrap_or((address, ""));
                self.add_with_parts(local_part);
                self.add(domain);
                let (registered, _top_level) = domain.rsplit_once('.').unwrap_or((domain, ""));
                self.add_with_parts(registered);
            }
            PersonWord::PhoneNumber(number) => self.add_number(number),
            PersonWord::DisplayName(name) => self.add_with_parts(name),
            PersonWord::Code(code) => self.add(code),
        }
    }

    /// Adds the names of another set.
    pub(super) fn add_all(&mut self, others: &Self) {
        others.0.iter().for_each(|name| self.insert(name.to_vec()));
    }

    /// Adds the whole, what separators divide it into, and what remains of those parts without digits.
    fn add_with_parts(&mut self, text: &str) {
        self.add(text);
        text.split(|character: char| !character.is_alphanumeric()).for_each(|part| self.add(part));
        text.split(|character: char| !character.is_alphabetic()).for_each(|part| self.add(part));
    }

    /// Adds the digits, and their last six and more: how long the country code is, is not known here.
    fn add_number(&mut self, number: &str) {
        const SHORTEST_NATIONAL: usize = 6;
        let digits: Zeroizing<String> = Zeroizing::new(number.chars().filter(char::is_ascii_digit).collect());
        self.add(&digits);
        for start in 1..digits.len().saturating_sub(SHORTEST_NATIONAL - 1).min(MOST_READ) {
            self.add(digits.get(start..).unwrap_or_default());
        }
    }

    fn add(&mut self, text: &str) {
        let written = || text.chars().take(MOST_READ).map(lower_case);
        self.insert(written().collect());
        self.insert(written().filter(|character| character.is_alphanumeric()).collect());
        for (ae, oe, aa) in [("ae", "o", "a"), ("ae", "oe", "aa")] {
            let mut spelled = String::new();
            for character in written().filter(|character| character.is_alphanumeric()) {
                match character {
                    'æ' => spelled.push_str(ae),
                    'ø' => spelled.push_str(oe),
                    'å' => spelled.push_str(aa),
                    other => spelled.push(other),
                }
            }
            self.insert(spelled.chars().collect());
        }
    }

    fn insert(&mut self, name: Vec<char>) {
        let name = Zeroizing::new(name);
        if name.len() >= SHORTEST && !self.0.contains(&name) {
            self.0.push(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_person(word: PersonWord<'_>) -> Vec<String> {
        let mut names = Names::default();
        names.add_person(word);
        let mut texts: Vec<String> = names.0.iter().map(|name| name.iter().collect()).collect();
        texts.sort();
        texts
    }

    #[test]
    fn an_address_gives_its_parts_but_not_its_top_level_domain() {
        assert_eq!(
            of_person(PersonWord::EmailAddress("Kari.Nordmann84@post.example.no")),
            [
                "example",
                "kari",
                "kari.nordmann84",
                "kari.nordmann84@post.example.no",
                "karinordmann84",
                "karinordmann84postexampleno",
                "nordmann",
                "nordmann84",
                "post",
                "post.example",
                "post.example.no",
                "postexample",
                "postexampleno",
            ]
        );
    }

    #[test]
    fn a_number_is_known_without_its_country_code() {
        assert_eq!(
            of_person(PersonWord::PhoneNumber("+47 912 34 567")),
            ["1234567", "234567", "4791234567", "791234567", "91234567"]
        );
        assert_eq!(of_person(PersonWord::PhoneNumber("113")), ["113"]);
        assert!(of_person(PersonWord::PhoneNumber("")).is_empty());
    }

    #[test]
    fn norwegian_letters_are_known_in_their_other_spellings() {
        assert_eq!(of_person(PersonWord::DisplayName("Ås Bø-Sæther")).len(), 8);
        assert!(of_person(PersonWord::DisplayName("Gro Bø")).contains(&"groboe".to_owned()));
    }

    #[test]
    fn words_about_a_person_are_not_shown() {
        assert_eq!(format!("{:?}", PersonWord::Code("123456")), "Code");
    }

    #[test]
    fn the_service_is_known_by_its_longer_words() {
        let mut names = Names::default();
        names.add_service("Forbundet for Alle");
        let texts: Vec<String> = names.0.iter().map(|name| name.iter().collect()).collect();
        assert_eq!(texts, ["forbundet for alle", "forbundetforalle", "forbundet", "alle"]);
    }
}
