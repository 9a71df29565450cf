//! Names that a password may not derive from: the service's, and the person's.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::reading::lower_case;

/// The fewest characters of a name. Two letters occur in any text.
const SHORTEST: usize = 3;

/// The fewest of a name without letters. A shorter number, such as a year, occurs in good random digits by chance.
const SHORTEST_NUMBER: usize = 6;

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

/// A set of names in the forms in which a password may hold them: NFC and lower case, as written
/// and without separators, and with the letters æ, ø and å also as they are written without them. Those that are
/// shorter than [`SHORTEST`], or than [`SHORTEST_NUMBER`] without a letter, are left out.
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
        let text = bounded(text);
        self.add(&text);
        text.split(|character: char| !character.is_alphanumeric())
            .filter(|part| part.chars().count() > SHORTEST)
            .for_each(|part| self.add(part));
    }

    /// Adds what derives from a word about the person.
    pub(super) fn add_person(&mut self, word: PersonWord<'_>) {
        match word {
            PersonWord::EmailAddress(address) => {
                let address = bounded(address);
                self.add(&address);
                let (local_part, domain) = address.rsplit_once('@').unwrap_or((&address, ""));
                self.add_with_parts(local_part);
                self.add(domain);
                let (registered, _top_level) = domain.rsplit_once('.').unwrap_or((domain, ""));
                self.add_with_parts(registered);
            }
            PersonWord::PhoneNumber(number) => self.add_number(&bounded(number)),
            PersonWord::DisplayName(name) => self.add_with_parts(&bounded(name)),
            PersonWord::Code(code) => self.add(&bounded(code)),
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

    /// Adds the digits, and what remains without the first ones: how long the country code is, is not known here.
    fn add_number(&mut self, number: &str) {
        let digits: Zeroizing<String> = Zeroizing::new(number.chars().filter(char::is_ascii_digit).collect());
        (0..digits.len()).filter_map(|start| digits.get(start..)).for_each(|ending| self.add(ending));
    }

    fn add(&mut self, text: &str) {
        let written = || text.chars().map(lower_case);
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
        let has_letter = name.iter().any(|character| character.is_alphabetic());
        let shortest = if has_letter { SHORTEST } else { SHORTEST_NUMBER };
        if name.len() >= shortest && !self.0.contains(&name) {
            self.0.push(name);
        }
    }
}

/// As much of `text` as is looked at, in NFC, as the password is.
fn bounded(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.nfc().take(MOST_READ).collect())
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
        assert!(of_person(PersonWord::PhoneNumber("113")).is_empty());
        assert!(of_person(PersonWord::PhoneNumber("")).is_empty());
    }

    #[test]
    fn norwegian_letters_are_known_in_their_other_spellings() {
        assert_eq!(of_person(PersonWord::DisplayName("Ås Bø-Sæther")).len(), 8);
        assert!(of_person(PersonWord::DisplayName("Gro Bø")).contains(&"groboe".to_owned()));
        assert_eq!(of_person(PersonWord::DisplayName("A\u{30A}se")), ["aase", "ase", "åse"]);
    }

    #[test]
    fn a_long_text_gives_few_names() {
        assert!(of_person(PersonWord::DisplayName(&"Per Pål Espen ".repeat(100_000))).len() < 40);
        assert!(of_person(PersonWord::PhoneNumber(&"1234567890".repeat(100_000))).len() <= MOST_READ);
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
