//! The ways in which a password may be read when it is compared with predictable ones.
//!
//! They serve the comparison only. What is hashed is the password as it was typed, in NFC.

use zeroize::Zeroizing;

/// The most different characters that stand between what belongs together: `+47 912-34-567`. More are a choice.
const SEPARATORS: usize = 3;

/// A password as a row of characters: in lower case, and with the disguises of letters undone.
///
/// All three rows have the same length, so that one part may be read as a word and the next as a number. The rows
/// are wiped when dropped, and made in the size they need, so that growing leaves no copies behind.
pub(super) struct Reading {
    /// In lower case.
    pub(super) plain: Zeroizing<Vec<char>>,
    /// In lower case, with `1`, `!` and `|` read as `i`, and `0 3 4 5 7 8 9 @ $ + €` as the letters they imitate.
    disguised_i: Zeroizing<Vec<char>>,
    /// The same, with `1`, `!` and `|` read as `l`.
    disguised_l: Zeroizing<Vec<char>>,
}

impl Reading {
    /// Reads `text` as it is written.
    pub(super) fn as_written(text: &str) -> Self {
        let mut plain = Zeroizing::new(Vec::with_capacity(text.chars().count()));
        plain.extend(text.chars().map(lower_case));
        Self::of(plain)
    }

    /// Leaves out everything but letters and digits: `p-a-s-s` reads as `pass`.
    ///
    /// Gives nothing where that changes nothing, and where what is left out is more than separators: more than half
    /// of the password, or more than [`SEPARATORS`] different characters.
    pub(super) fn squashed(&self) -> Option<Self> {
        let kept = self.plain.iter().filter(|character| character.is_alphanumeric()).count();
        if kept == self.plain.len() || kept * 2 < self.plain.len() {
            return None;
        }
        let mut separators = Zeroizing::new(Vec::with_capacity(self.plain.len()));
        for character in self.plain.iter().filter(|character| !character.is_alphanumeric()) {
            if !separators.contains(character) {
                separators.push(*character);
            }
        }
        if separators.len() > SEPARATORS {
            return None;
        }
        let mut plain = Zeroizing::new(Vec::with_capacity(kept));
        plain.extend(self.plain.iter().filter(|character| character.is_alphanumeric()));
        Some(Self::of(plain))
    }

    /// What is repeated, where the whole is one text at least twice in a row, the last time perhaps cut short.
    pub(super) fn repeated_block(&self) -> Option<Self> {
        let period = period(&self.plain);
        if period * 2 > self.plain.len() {
            return None;
        }
        let mut plain = Zeroizing::new(Vec::with_capacity(period));
        plain.extend(self.plain.iter().take(period));
        Some(Self::of(plain))
    }

    /// From the last character to the first.
    pub(super) fn reversed(&self) -> Self {
        let mut plain = Zeroizing::new(Vec::with_capacity(self.plain.len()));
        plain.extend(self.plain.iter().rev());
        Self::of(plain)
    }

    /// The rows in which disguised letters are undone. Where nothing is disguised there are none, which saves work.
    pub(super) fn undisguised(&self) -> impl Iterator<Item = &[char]> {
        let second = (self.disguised_l != self.disguised_i).then_some(&self.disguised_l);
        let first = (self.disguised_i != self.plain).then_some(&self.disguised_i);
        first.into_iter().chain(second).map(|row| row.as_slice())
    }

    /// Whether at least half of the `length` characters from `start` are letters without disguise.
    ///
    /// Otherwise any long number would spell a word: 7357 reads as "test".
    pub(super) fn is_half_letters(&self, start: usize, length: usize) -> bool {
        let letters =
            self.plain.iter().skip(start).take(length).filter(|character| character.is_alphabetic());
        letters.count() * 2 >= length
    }

    fn of(plain: Zeroizing<Vec<char>>) -> Self {
        let row = |one_as| {
            let mut row = Zeroizing::new(Vec::with_capacity(plain.len()));
            row.extend(plain.iter().map(|character| undisguise(*character, one_as)));
            row
        };
        Self { disguised_i: row('i'), disguised_l: row('l'), plain }
    }
}

/// The smallest number of characters after which `text` repeats itself to its end; its length where it does not.
pub(super) fn period(text: &[char]) -> usize {
    (1..text.len())
        .find(|period| text.iter().skip(*period).eq(text.iter().take(text.len() - period)))
        .unwrap_or(text.len())
}

/// The lower-case letter, where it is a single one. A row must not become longer than the password.
pub(super) fn lower_case(character: char) -> char {
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) => single,
        _ => character,
    }
}

const fn undisguise(character: char, one_as: char) -> char {
    match character {
        '1' | '!' | '|' => one_as,
        '0' => 'o',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        '9' => 'g',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(reading: &Reading) -> String {
        reading.plain.iter().collect()
    }

    #[test]
    fn a_reading_is_in_lower_case_and_as_long_as_the_password() {
        for text in ["PassOrd ÆØÅ", "İSTANBUL", "ẞtraße", "ﬃ", "🎉"] {
            assert_eq!(Reading::as_written(text).plain.len(), text.chars().count());
        }
        assert_eq!(plain(&Reading::as_written("PassOrd ÆØÅ")), "passord æøå");
    }

    #[test]
    fn disguised_letters_are_read_in_two_ways() {
        let reading = Reading::as_written("p4$$w0rd1");
        let rows: Vec<String> = reading.undisguised().map(|row| row.iter().collect()).collect();
        assert_eq!(rows, ["passwordi", "passwordl"]);
        assert_eq!(Reading::as_written("plain").undisguised().count(), 0);
        assert_eq!(Reading::as_written("pl4in").undisguised().count(), 1);
    }

    #[test]
    fn separators_are_left_out_unless_they_are_most_of_it_or_differ() {
        assert_eq!(plain(&Reading::as_written("p.a.s.s").squashed().unwrap()), "pass");
        assert!(Reading::as_written("pass").squashed().is_none());
        assert!(Reading::as_written("#a#######").squashed().is_none());
        assert!(Reading::as_written("p.a-s_s").squashed().is_some());
        assert!(Reading::as_written("p.a-s_s+").squashed().is_none());
    }

    #[test]
    fn the_period_is_the_shortest_block() {
        for (text, expected) in [("", 0), ("a", 1), ("aaaa", 1), ("ababa", 2), ("abcab", 3), ("abcd", 4)] {
            assert_eq!(period(&text.chars().collect::<Vec<_>>()), expected, "{text}");
        }
        assert_eq!(plain(&Reading::as_written("abcabcab").repeated_block().unwrap()), "abc");
        assert!(Reading::as_written("abcab").repeated_block().is_none());
    }
}
