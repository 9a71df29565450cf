//! The passwords that many people use, embedded as sorted text.
//!
//! Three lists, one entry a line, lower-case, NFC, sorted by their bytes; where they come from, and under which
//! licences, is in `src/password/LICENSES.md`:
//!
//! | File | Holds | Serves |
//! |---|---|---|
//! | `common.txt` | 21,643 entries of 8 characters and more, from three public lists | whole passwords, and words to build from |
//! | `common_short.txt` | the most used entries of 4 to 7 ASCII letters, from the same lists | words to build from |
//! | `common_own.txt` | Norwegian entries, and famous phrases, of 4 characters and more | both |
//!
//! Nothing is built at start: an entry is found by binary search over the text, without allocation, in less than
//! two microseconds. Filters (Bloom, xor, fuse) are not used, since they refuse some good passwords wrongly.
//!
//! # Regenerating `common.txt` and `common_short.txt`
//!
//! 1. Fetch the packages that `LICENSES.md` names: `pip download --no-deps Django zxcvbn` and
//!    `npm pack @zxcvbn-ts/language-common`.
//! 2. Read `django/contrib/auth/common-passwords.txt.gz` (one a line), `FREQUENCY_LISTS["passwords"]` of
//!    `zxcvbn/frequency_lists.py`, and `package/src/passwords.json`. In each, the most used comes first.
//! 3. Bring every entry to NFC and to lower case, and leave out those that hold `пїѕ` (wrongly decoded text).
//! 4. `common.txt`: the union's entries of 8 code points and more.
//! 5. `common_short.txt`: the union's entries of 4 to 7 ASCII letters that are among the first 2,000 of a list.
//! 6. Sort each by its bytes (`LC_ALL=C sort -u`), with a line feed after every entry.

use std::cmp::Ordering;

/// Entries that refuse a password which equals them, and words that passwords are built from.
static COMMON: SortedLines = SortedLines(include_str!("common.txt"));
static OWN: SortedLines = SortedLines(include_str!("common_own.txt"));

/// Words that passwords are built from only: no policy accepts seven characters.
static SHORT: SortedLines = SortedLines(include_str!("common_short.txt"));

/// Whether the whole of `text`, in lower case, is an entry.
pub(super) fn contains(text: &[char]) -> bool {
    COMMON.contains(text) || OWN.contains(text)
}

/// Calls `found` with the length of each entry that `text` begins with and that holds a letter.
///
/// Entries without letters are passed over: a good password of random digits begins with one by chance.
pub(super) fn for_each_word_at_start(text: &[char], mut found: impl FnMut(usize)) {
    for list in [&COMMON, &OWN, &SHORT] {
        list.for_each_prefix(text, |length| {
            if text.iter().take(length).any(|character| character.is_alphabetic()) {
                found(length);
            }
        });
    }
}

/// Entries, each followed by a line feed, sorted by their bytes.
struct SortedLines(&'static str);

impl SortedLines {
    fn contains(&self, text: &[char]) -> bool {
        self.last_not_after(text).is_some_and(|entry| entry.chars().eq(text.iter().copied()))
    }

    /// Calls `found` with the length of each entry that `text` begins with, the longest first.
    ///
    /// Whatever `text` begins with sorts no later than `text`, and shares with `text` no more than the last such
    /// entry does. So each search either finds a prefix or shortens what is left to search for.
    fn for_each_prefix(&self, text: &[char], mut found: impl FnMut(usize)) {
        let mut text = text;
        while let Some(entry) = self.last_not_after(text) {
            let shared = entry.chars().zip(text).take_while(|(left, right)| left == *right).count();
            let mut rest = shared;
            if entry.chars().count() == shared {
                found(shared);
                rest = shared.saturating_sub(1);
            }
            match text.get(..rest) {
                Some(shorter) if !shorter.is_empty() => text = shorter,
                _ => return,
            }
        }
    }

    /// The last entry that sorts no later than `text`. Code points sort as their UTF-8 bytes do.
    fn last_not_after(&self, text: &[char]) -> Option<&'static str> {
        let bytes = self.0.as_bytes();
        let (mut low, mut high) = (0, bytes.len());
        let mut last = None;
        while low < high {
            let middle = low + (high - low) / 2;
            let line_feed_before = bytes.get(low..middle)?.iter().rposition(|byte| *byte == b'\n');
            let start = line_feed_before.map_or(low, |at| low + at + 1);
            let line_feed_after = bytes.get(start..high)?.iter().position(|byte| *byte == b'\n');
            let end = line_feed_after.map_or(high, |at| start + at);
            let entry = self.0.get(start..end)?;
            if entry.chars().cmp(text.iter().copied()) == Ordering::Greater {
                high = start;
            } else {
                last = Some(entry);
                low = end + 1;
            }
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_normalization::is_nfc;

    fn characters(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    fn words_at_start(text: &str) -> Vec<usize> {
        let mut lengths = Vec::new();
        for_each_word_at_start(&characters(text), |length| lengths.push(length));
        lengths.sort_unstable();
        lengths
    }

    #[test]
    fn the_lists_are_sorted_unique_lower_case_and_nfc() {
        for list in [&COMMON, &OWN, &SHORT] {
            let entries: Vec<&str> = list.0.lines().collect();
            assert!(entries.is_sorted_by(|left, right| left < right));
            assert!(list.0.ends_with('\n') && !list.0.contains('\r'));
            for entry in entries {
                assert!(is_nfc(entry), "{entry}");
                assert_eq!(entry.to_lowercase(), *entry);
            }
        }
    }

    #[test]
    fn the_common_list_has_twenty_thousand_entries_of_eight_characters_and_more() {
        assert!(COMMON.0.lines().count() >= 20_000);
        assert!(COMMON.0.lines().all(|entry| entry.chars().count() >= 8));
        assert!(COMMON.0.len() < 300 * 1024);
    }

    #[test]
    fn every_entry_is_found_and_its_neighbours_are_not() {
        for list in [&COMMON, &OWN, &SHORT] {
            for entry in list.0.lines() {
                assert!(list.contains(&characters(entry)), "{entry}");
                assert!(!list.contains(&characters(&format!("{entry}\u{1}"))), "{entry}");
            }
        }
    }

    #[test]
    fn nothing_is_found_in_the_empty_text_or_beyond_either_end() {
        for text in ["", "\u{0}", "\n", "\u{10FFFF}", "~~\n"] {
            assert!(!contains(&characters(text)), "{text:?}");
            assert!(words_at_start(text).is_empty(), "{text:?}");
        }
    }

    #[test]
    fn every_word_that_a_text_begins_with_is_found() {
        for text in
            ["passwordpassword", "sommerferietur", "elskerdeg12", "kjærestenminkjære", "zzzz", "dragonfly"]
        {
            let text = characters(text);
            let mut expected: Vec<usize> = Vec::new();
            for list in [&COMMON, &OWN, &SHORT] {
                let prefixes = (1..=text.len()).filter(|length| list.contains(&text[..*length]));
                expected.extend(prefixes.filter(|length| text[..*length].iter().any(|c| c.is_alphabetic())));
            }
            expected.sort_unstable();
            assert_eq!(words_at_start(&text.iter().collect::<String>()), expected);
        }
    }
}
