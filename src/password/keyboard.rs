//! Where the characters are on a keyboard, and which keys touch.

use zeroize::DefaultIsZeroes;

/// A key's place: rows count from the top, columns from the left. Each row is shifted a little to the right of the
/// row above, so that `q` touches `1` and `2`, and `a` touches `q` and `w`.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Key {
    row: i8,
    column: i8,
}

/// Keys tell the password, so rows of them are wiped.
impl DefaultIsZeroes for Key {}

/// From one key to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    rows: i8,
    columns: i8,
}

/// Characters by row: the column at which the row begins, and the row without and with shift.
type Rows = [(i8, &'static str, &'static str); 4];

/// A keyboard's characters.
pub(super) struct Layout {
    rows: Rows,
    neighbours: &'static [Step],
    /// Whether a walk may turn. On a keypad, where each key touches most others, only straight lines tell a walk
    /// from a random number.
    pub(super) may_turn: bool,
}

pub(super) static LAYOUTS: [Layout; 3] = [
    Layout {
        rows: [
            (0, "`1234567890-=", "~!@#$%^&*()_+"),
            (1, "qwertyuiop[]\\", "QWERTYUIOP{}|"),
            (1, "asdfghjkl;'", "ASDFGHJKL:\""),
            (1, "zxcvbnm,./", "ZXCVBNM<>?"),
        ],
        neighbours: &SHIFTED_ROWS,
        may_turn: true,
    },
    Layout {
        rows: [
            (0, "|1234567890+\\", "§!\"#¤%&/()=?`"),
            (1, "qwertyuiopå¨", "QWERTYUIOPÅ^"),
            (1, "asdfghjkløæ'", "ASDFGHJKLØÆ*"),
            (0, "<zxcvbnm,.-", ">ZXCVBNM;:_"),
        ],
        neighbours: &SHIFTED_ROWS,
        may_turn: true,
    },
    Layout {
        rows: [(0, "789", ""), (0, "456", ""), (0, "123", ""), (0, "0", "")],
        neighbours: &SQUARE_ROWS,
        may_turn: false,
    },
];

const SHIFTED_ROWS: [Step; 6] = [
    Step { rows: 0, columns: 1 },
    Step { rows: 0, columns: -1 },
    Step { rows: 1, columns: 0 },
    Step { rows: 1, columns: -1 },
    Step { rows: -1, columns: 0 },
    Step { rows: -1, columns: 1 },
];

const SQUARE_ROWS: [Step; 8] = [
    Step { rows: 0, columns: 1 },
    Step { rows: 0, columns: -1 },
    Step { rows: 1, columns: 0 },
    Step { rows: -1, columns: 0 },
    Step { rows: 1, columns: 1 },
    Step { rows: 1, columns: -1 },
    Step { rows: -1, columns: 1 },
    Step { rows: -1, columns: -1 },
];

impl Layout {
    /// The key that types `character`.
    pub(super) fn key(&self, character: char) -> Option<Key> {
        for (row, (first_column, plain, shifted)) in (0..).zip(&self.rows) {
            for characters in [plain, shifted] {
                let column = (*first_column..).zip(characters.chars()).find(|(_, typed)| *typed == character);
                if let Some((column, _)) = column {
                    return Some(Key { row, column });
                }
            }
        }
        None
    }

    /// The step from `from` to `to`, where the two keys are different and touch.
    pub(super) fn step(&self, from: Option<Key>, to: Option<Key>) -> Option<Step> {
        let (from, to) = (from?, to?);
        let step = Step { rows: to.row - from.row, columns: to.column - from.column };
        self.neighbours.contains(&step).then_some(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(layout: &Layout, from: char, to: char) -> bool {
        layout.step(layout.key(from), layout.key(to)).is_some()
    }

    #[test]
    fn keys_touch_as_on_the_keyboard() {
        let [american, norwegian, keypad] = &LAYOUTS;
        for (from, to) in [('1', 'q'), ('q', '2'), ('q', 'a'), ('w', 'a'), ('!', 'q'), ('p', '['), ('m', ',')]
        {
            assert!(touch(american, from, to) && touch(american, to, from), "{from}{to}");
        }
        for (from, to) in [('p', 'å'), ('ø', 'æ'), ('<', 'z'), ('l', 'ø')] {
            assert!(touch(norwegian, from, to), "{from}{to}");
        }
        for (from, to) in [('7', '4'), ('1', '5'), ('0', '1')] {
            assert!(touch(keypad, from, to), "{from}{to}");
        }
        for (from, to) in [('q', 's'), ('q', 'q'), ('q', 'p'), ('a', '1'), ('q', ' '), ('å', 'p')] {
            assert!(!touch(american, from, to), "{from}{to}");
        }
    }
}
