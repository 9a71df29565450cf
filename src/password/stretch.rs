//! Stretches of a password that follow a pattern: one character again and again, the alphabet, or the keyboard.

use zeroize::Zeroizing;

use super::keyboard::{Key, LAYOUTS, Layout};
use super::reading::period;

/// The fewest characters that make a pattern. Two neighbours occur in any text.
const SHORTEST: usize = 3;

/// The longest text that counts as repeated whatever it is; a longer one must be predictable itself.
const LONGEST_BLOCK: usize = 8;

/// Below this number of different characters, a password of any length is a repetition.
const FEWEST_DIFFERENT: usize = 4;

/// For each place in a text, how long the pattern is that begins there (1 where there is none).
pub(super) struct Stretches {
    /// The same character.
    pub(super) same: Vec<usize>,
    /// The next (or, throughout, the previous) letter, digit or code point. `z` and `å` continue with `a`, `z` with
    /// `æ`, and 9 with 0, or back.
    pub(super) run: Vec<usize>,
    /// Keys in a straight line on one keyboard.
    pub(super) line: Vec<usize>,
    /// Keys of which each touches the one before or is the same; the way may turn.
    pub(super) walk: Vec<usize>,
}

impl Stretches {
    /// Measures `text`, which is in lower case.
    pub(super) fn of(text: &[char]) -> Self {
        let mut line = vec![1; text.len()];
        let mut walk = vec![1; text.len()];
        for layout in LAYOUTS.iter() {
            let mut keys = Zeroizing::new(Vec::with_capacity(text.len()));
            keys.extend(text.iter().map(|character| layout.key(*character)));
            keep_longest(&mut line, straight(&keys, |from, to| layout.step(*from, *to)));
            if layout.may_turn {
                keep_longest(&mut walk, straight(&keys, |from, to| touches(layout, *from, *to)));
            }
        }
        let same = straight(text, |from, to| (from == to).then_some(()));
        let run = straight(text, |from, to| run_step(*from, *to));
        Self { same, run, line, walk }
    }

    /// Whether the whole text is made of runs, and of one character repeated, of [`SHORTEST`] characters and more.
    pub(super) fn is_sequence(&self) -> bool {
        is_chain(&self.same.iter().zip(&self.run).map(|(same, run)| *same.max(run)).collect::<Vec<_>>())
    }

    /// Whether the whole text is one walk over the keyboard, or is made of lines, runs and repetitions.
    pub(super) fn is_keyboard_walk(&self) -> bool {
        let steady = self.same.iter().zip(&self.run).map(|(same, run)| same.max(run));
        let longest: Vec<usize> = steady.zip(&self.line).map(|(steady, line)| *steady.max(line)).collect();
        is_chain(&longest) || self.walk.first().is_some_and(|walk| *walk == self.walk.len())
    }
}

/// Whether `text` has very few different characters, or is a block of at most [`LONGEST_BLOCK`] characters at least
/// twice in a row, the last time perhaps cut short.
pub(super) fn is_repetitive(text: &[char]) -> bool {
    let mut different: Vec<char> = Vec::with_capacity(FEWEST_DIFFERENT);
    for character in text {
        if different.len() < FEWEST_DIFFERENT && !different.contains(character) {
            different.push(*character);
        }
    }
    let period = period(text);
    different.len() < FEWEST_DIFFERENT || (period <= LONGEST_BLOCK && period * 2 <= text.len())
}

/// Every other character of `text`, from the first and from the second: `a1b2c3` is `abc` and `123`.
pub(super) fn alternating(text: &[char]) -> [Zeroizing<Vec<char>>; 2] {
    [0, 1].map(|offset| {
        let mut every_other = Zeroizing::new(Vec::with_capacity(text.len()));
        every_other.extend(text.iter().skip(offset).step_by(2));
        every_other
    })
}

/// `text` with each character once where it stands several times in a row: `aabbcc` reads as `abc`.
pub(super) fn without_doubles(text: &[char]) -> Zeroizing<Vec<char>> {
    let mut single = Zeroizing::new(text.to_vec());
    single.dedup();
    single
}

/// Whether stretches of [`SHORTEST`] characters and more, one after the other, reach the end.
fn is_chain(longest: &[usize]) -> bool {
    let mut reached = vec![false; longest.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for (start, longest) in longest.iter().enumerate() {
        if reached.get(start) == Some(&true) {
            let ends = reached.iter_mut().take(start + longest + 1).skip(start + SHORTEST);
            ends.for_each(|end| *end = true);
        }
    }
    !longest.is_empty() && reached.last() == Some(&true)
}

/// For each item, how many items from there on follow each other by one and the same step. Measured from the end,
/// so that each pair is looked at once.
fn straight<Item, Step: PartialEq>(
    items: &[Item],
    step: impl Fn(&Item, &Item) -> Option<Step>,
) -> Vec<usize> {
    let mut lengths = vec![1; items.len()];
    let (mut length, mut step_after) = (1, None);
    for (length_here, pair) in lengths.iter_mut().zip(items.windows(2)).rev() {
        let step_here = match pair {
            [from, to] => step(from, to),
            _ => None,
        };
        length = match &step_here {
            None => 1,
            Some(_) if step_here == step_after => length + 1,
            Some(_) => 2,
        };
        *length_here = length;
        step_after = step_here;
    }
    lengths
}

fn keep_longest(kept: &mut [usize], lengths: Vec<usize>) {
    for (kept, length) in kept.iter_mut().zip(lengths) {
        *kept = length.max(*kept);
    }
}

fn touches(layout: &Layout, from: Option<Key>, to: Option<Key>) -> Option<()> {
    ((from.is_some() && from == to) || layout.step(from, to).is_some()).then_some(())
}

/// `Some(true)` where `to` follows `from`, `Some(false)` where it precedes it.
fn run_step(from: char, to: char) -> Option<bool> {
    if follows(from, to) {
        Some(true)
    } else if follows(to, from) {
        Some(false)
    } else {
        None
    }
}

fn follows(from: char, to: char) -> bool {
    match (from, to) {
        ('z' | 'å', 'a') | ('z', 'æ') | ('æ', 'ø') | ('ø', 'å') | ('9', '0') => true,
        _ => u32::from(from) + 1 == u32::from(to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn characters(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn stretches_are_measured_from_each_place() {
        let stretches = Stretches::of(&characters("aaabcd1qaz"));
        assert_eq!(stretches.same, [3, 2, 1, 1, 1, 1, 1, 1, 1, 1]);
        assert_eq!(stretches.run, [1, 1, 4, 3, 2, 1, 1, 1, 2, 1]);
        assert_eq!(stretches.line, [1, 1, 1, 1, 2, 1, 4, 3, 2, 1]);
        assert!(Stretches::of(&[]).same.is_empty());
    }

    #[test]
    fn sequences_wrap_around_and_go_both_ways() {
        for text in
            ["vwxyzabc", "vwxyzæøåabc", "zyxwv", "67890123", "3210987", "abc123xyz", "aaabbbccc", "дежзий"]
        {
            assert!(Stretches::of(&characters(text)).is_sequence(), "{text}");
        }
        for text in ["", "a", "abab", "abcd1", "hello", "abd"] {
            assert!(!Stretches::of(&characters(text)).is_sequence(), "{text}");
        }
    }

    #[test]
    fn keyboard_walks_follow_lines_or_touch_all_along() {
        for text in [
            "qwertyuiopåasdf",
            "1qaz2wsx3edc4rfv",
            "1q2w3e4r5t6y",
            "zxcvbnm,.-",
            "!qaz\"wsx#edc",
            "147258369",
        ] {
            assert!(Stretches::of(&characters(text)).is_keyboard_walk(), "{text}");
        }
        for text in ["", "qwertyx", "passord", "qw er ty", "159753280641937"] {
            assert!(!Stretches::of(&characters(text)).is_keyboard_walk(), "{text}");
        }
    }

    #[test]
    fn repetition_is_few_characters_or_a_short_block() {
        for text in ["", "aaaaaaaab", "abcabcabc", "abcdefghabcdefgh", "abcdefghabcdefghabc"] {
            assert!(is_repetitive(&characters(text)), "{text}");
        }
        for text in ["abcdefgha", "abcdefghiabcdefghi", "abcd"] {
            assert!(!is_repetitive(&characters(text)), "{text}");
        }
    }

    #[test]
    fn every_other_character_is_taken_from_both_starts() {
        for (text, halves) in [("a1b2c", ["abc", "12"]), ("a", ["a", ""]), ("", ["", ""])] {
            let taken = alternating(&characters(text)).map(|half| half.iter().collect::<String>());
            assert_eq!(taken, halves);
        }
    }

    #[test]
    fn a_block_is_repetitive_only_where_it_stands_twice() {
        for (text, expected) in [
            ("k3vd82hsk3vd82hs", true),
            ("k3vd82hsk3vd82h", false),
            ("gulrotgulrotg", true),
            ("gulrotgulro", false),
        ] {
            assert_eq!(is_repetitive(&characters(text)), expected, "{text}");
        }
    }
}
