//! Whether a password is made of predictable pieces from its first character to its last.
//!
//! Every rule here is about the whole password. What it merely contains is never a reason to refuse it: `dragon` is
//! predictable, and `the dragon ate my bicycle` is not.

use super::common_list;
use super::name::Names;
use super::reading::Reading;
use super::stretch::Stretches;

/// The most different pieces that count as words in a password made of common ones.
pub(super) const COMMON_WORDS: usize = 3;

/// The most of them beside a name: what is said about somebody's name soon is a sentence.
pub(super) const COMMON_WORDS_BESIDE_A_NAME: usize = 2;

/// The most digits, and the most other characters, between two words and at either end: a date with its separators,
/// but not a number that is long enough to be a password itself.
const FILLING_DIGITS: usize = 8;
const FILLING_SIGNS: usize = 4;

/// The shortest patterns that count as pieces. Letters need more, since words hold short ones by chance.
const PATTERN: usize = 3;
const PATTERN_OF_LETTERS: usize = 4;
const TURNING_PATTERN_OF_LETTERS: usize = 6;

/// A piece of a password, and what may come where it ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// One of the names.
    Name,
    /// A common word, or a pattern that holds a letter.
    Word,
    /// A pattern without letters, or one character repeated. It adds nothing to guess.
    Pattern,
    /// A few digits and signs in any order.
    Filling,
}

/// How a place in the password was reached: the fewest words on the way there, with and without a name on the way,
/// and with and without filling just before.
#[derive(Clone, Copy, Default)]
struct Reached {
    fewest_words: [Option<usize>; 4],
}

impl Reached {
    const fn state(named: bool, after_filling: bool) -> usize {
        (named as usize) * 2 + after_filling as usize
    }
}

/// What the whole of a reading is made of.
pub(super) struct Cover(Reached);

impl Cover {
    /// Looks what the whole reading can be made of: names, common words, and filling and patterns around them. What
    /// holds no name on the way is not changed by which names there are.
    pub(super) fn of(reading: &Reading, names: &Names) -> Self {
        Self(reach_end(reading, names))
    }

    /// Whether it is one to [`COMMON_WORDS`] common words.
    pub(super) fn is_by_common_words(&self) -> bool {
        self.fewest_words(false).any(|words| (1..=COMMON_WORDS).contains(&words))
    }

    /// Whether it is one or more of the names and at most [`COMMON_WORDS_BESIDE_A_NAME`] common words.
    pub(super) fn is_by_names(&self) -> bool {
        self.fewest_words(true).any(|words| words <= COMMON_WORDS_BESIDE_A_NAME)
    }

    fn fewest_words(&self, named: bool) -> impl Iterator<Item = usize> {
        let states = [false, true].map(|after_filling| Reached::state(named, after_filling));
        states.into_iter().filter_map(move |state| *self.0.fewest_words.get(state)?)
    }
}

/// Goes through the places from left to right, once; at each, only pieces that begin there are tried. The work is
/// bounded by the length times the few pieces that can begin at one place.
fn reach_end(reading: &Reading, names: &Names) -> Reached {
    let stretches = Stretches::of(&reading.plain);
    let mut places = vec![Reached::default(); reading.plain.len() + 1];
    if let Some(start) = places.first_mut() {
        start.fewest_words = [Some(0), None, None, None];
    }
    for start in 0..reading.plain.len() {
        let here = places.get(start).copied().unwrap_or_default();
        // More words than any rule allows: nothing can come of it.
        if here.fewest_words.iter().flatten().all(|words| *words > COMMON_WORDS) {
            continue;
        }
        for_each_piece_at(start, reading, &stretches, names, |piece, end| {
            if let Some(there) = places.get_mut(end) {
                follow(here, piece, there);
            }
        });
    }
    places.last().copied().unwrap_or_default()
}

fn follow(here: Reached, piece: Piece, there: &mut Reached) {
    for named in [false, true] {
        for after_filling in [false, true] {
            let Some(Some(words)) = here.fewest_words.get(Reached::state(named, after_filling)).copied()
            else {
                continue;
            };
            let (words, state) = match piece {
                Piece::Name => (words, Reached::state(true, false)),
                Piece::Word => (words + 1, Reached::state(named, false)),
                Piece::Pattern => (words, Reached::state(named, after_filling)),
                // Filling beside filling would be filling of any length.
                Piece::Filling if after_filling => continue,
                Piece::Filling => (words, Reached::state(named, true)),
            };
            if let Some(fewest) = there.fewest_words.get_mut(state) {
                *fewest = Some(fewest.map_or(words, |fewest| fewest.min(words)));
            }
        }
    }
}

fn for_each_piece_at(
    start: usize,
    reading: &Reading,
    stretches: &Stretches,
    names: &Names,
    mut found: impl FnMut(Piece, usize),
) {
    let plain = reading.plain.get(start..).unwrap_or_default();
    let mut word = |piece, length| {
        // The same word again and again is one word.
        let times = plain.chunks_exact(length).take_while(|chunk| plain.starts_with(chunk)).count();
        (1..=times.max(1)).for_each(|times| found(piece, start + length * times));
    };
    common_list::for_each_word_at_start(plain, |length| word(Piece::Word, length));
    names.for_each_at_start(plain, |length| word(Piece::Name, length));
    for row in reading.undisguised() {
        let row = row.get(start..).unwrap_or_default();
        common_list::for_each_word_at_start(row, |length| {
            if reading.is_half_letters(start, length) {
                word(Piece::Word, length);
            }
        });
        names.for_each_at_start(row, |length| {
            if reading.is_half_letters(start, length) {
                word(Piece::Name, length);
            }
        });
    }
    for_each_pattern_at(start, plain, stretches, &mut found);
    for_each_filling_at(start, plain, found);
}

fn for_each_pattern_at(
    start: usize,
    plain: &[char],
    stretches: &Stretches,
    found: &mut impl FnMut(Piece, usize),
) {
    let at = |lengths: &[usize]| lengths.get(start).copied().unwrap_or_default();
    // A word may begin with the character that was repeated, or that the run led to.
    let mut last_ends = |piece, shortest: usize, longest: usize| {
        (shortest.max(longest.saturating_sub(2))..=longest).for_each(|length| found(piece, start + length));
    };
    last_ends(Piece::Pattern, PATTERN, at(&stretches.same));
    let longest = at(&stretches.run).max(at(&stretches.line));
    let without_letters =
        plain.iter().take(longest).take_while(|character| !character.is_alphabetic()).count();
    last_ends(Piece::Pattern, PATTERN, without_letters);
    if without_letters < longest {
        last_ends(Piece::Word, PATTERN_OF_LETTERS, longest);
    }
    if plain.iter().take(at(&stretches.walk)).any(|character| character.is_alphabetic()) {
        last_ends(Piece::Word, TURNING_PATTERN_OF_LETTERS, at(&stretches.walk));
    }
}

fn for_each_filling_at(start: usize, plain: &[char], mut found: impl FnMut(Piece, usize)) {
    let (mut digits, mut signs) = (0, 0);
    for (end, character) in (start + 1..).zip(plain) {
        if character.is_alphabetic() {
            return;
        }
        if character.is_numeric() {
            digits += 1;
        } else {
            signs += 1;
        }
        if digits > FILLING_DIGITS || signs > FILLING_SIGNS {
            return;
        }
        found(Piece::Filling, end);
    }
}
