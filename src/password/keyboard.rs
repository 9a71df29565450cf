//! Where the characters are on a keyboard, and which keys touch.

use std::sync::LazyLock;

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
    /// By character, all of which are in Latin-1: a password is looked up at every one of its characters.
    keys: [Option<Key>; 256],
    neighbours: &'static [Step],
    /// Whether a walk may turn. On a keypad, where each key touches most others, only straight lines tell a walk
    /// from a random number.
    pub(super) may_turn: bool,
}

pub(super) static LAYOUTS: LazyLock<[Layout; 3]> = LazyLock::new(|| {
    let american = [
        (0, "`1234567890-=", "~!@#$%^&*()_+"),
        (1, "qwertyuiop[]\\", "QWERTYUIOP{}|"),
        (1, "asdfghjkl;'", "ASDFGHJKL:\""),
        (1, "zxcvbnm,./", "ZXCVBNM<>?"),
    ];
    let norwegian = [
        (0, "|1234567890+\\", "§!\"#¤%&/()=?`"),
        (1, "qwertyuiopå¨", "QWERTYUIOPÅ^"),
        (1, "asdfghjkløæ'", "ASDFGHJKLØÆ*"),
        (0, "<zxcvbnm,.-", ">ZXCVBNM;:_"),
    ];
    let keypad = [(0, "789", ""), (0, "456", ""), (0, "123", ""), (0, "0", "")];
    [
        Layout::of(american, &SHIFTED_ROWS, true),
        Layout::of(norwegian, &SHIFTED_ROWS, true),
        Layout::of(keypad, &SQUARE_ROWS, false),
    ]
});

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
    fn of(rows: Rows, neighbours: &'static [Step], may_turn: bool) -> Self {
        let mut keys = [None; 256];
        for (row, (first_column, plain, shifted)) in (0..).zip(rows) {
            for characters in [plain, shifted] {
                for (column, character) in (first_column..).zip(characters.chars()) {
                    // Where two keys type it, the first one counts.
                    if let Some(key) = keys.get_mut(character as usize) {
                        key.get_or_insert(Key { row, column });
                    }
                }
            }
        }
        Self { keys, neighbours, may_turn }
    }

    /// The key that types `character`.
    pub(super) fn key(&self, character: char) -> Option<Key> {
        self.keys.get(character as usize).copied().flatten()
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
    fn every_character_of_a_layout_has_a_key() {
        let keys = LAYOUTS.each_ref().map(|layout| layout.keys.iter().flatten().count());
        assert_eq!(keys, [94, 96, 10]);
        assert!(
            LAYOUTS[1].key('Å').is_some() && LAYOUTS[0].key('Å').is_none() && LAYOUTS[0].key('€').is_none()
        );
    }

    #[test]
    fn keys_touch_as_on_the_keyboard() {
        let [american, norwegian, keypad] = &*LAYOUTS;
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
