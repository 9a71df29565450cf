//! The characters that people paste without seeing them, and the digits of other scripts.

/// Whether the character breaks a line or controls a terminal, and so could add a header to a message.
pub(crate) fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether the character shows nothing and takes no space: zero-width characters, marks of writing direction
/// (address books put them around numbers), variation selectors and tags.
pub(crate) const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether the character joins digits into groups: a hyphen or a dash of any kind.
pub(crate) const fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}'
    )
}

/// The ASCII digit that a decimal digit of any script stands for.
pub(crate) fn decimal_digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    let script = ZEROS.partition_point(|&zero| zero <= c).checked_sub(1)?;
    char::from_digit(u32::from(c) - u32::from(*ZEROS.get(script)?), 10)
}

/// The zero of every script that has decimal digits (general category Nd of Unicode 14); the other nine follow it.
#[rustfmt::skip]
const ZEROS: [char; 65] = [
    '\u{660}', '\u{6F0}', '\u{7C0}', '\u{966}', '\u{9E6}', '\u{A66}', '\u{AE6}', '\u{B66}', '\u{BE6}',
    '\u{C66}', '\u{CE6}', '\u{D66}', '\u{DE6}', '\u{E50}', '\u{ED0}', '\u{F20}', '\u{1040}', '\u{1090}',
    '\u{17E0}', '\u{1810}', '\u{1946}', '\u{19D0}', '\u{1A80}', '\u{1A90}', '\u{1B50}', '\u{1BB0}',
    '\u{1C40}', '\u{1C50}', '\u{A620}', '\u{A8D0}', '\u{A900}', '\u{A9D0}', '\u{A9F0}', '\u{AA50}',
    '\u{ABF0}', '\u{FF10}', '\u{104A0}', '\u{10D30}', '\u{11066}', '\u{110F0}', '\u{11136}', '\u{111D0}',
    '\u{112F0}', '\u{11450}', '\u{114D0}', '\u{11650}', '\u{116C0}', '\u{11730}', '\u{118E0}', '\u{11950}',
    '\u{11C50}', '\u{11D50}', '\u{11DA0}', '\u{16A60}', '\u{16AC0}', '\u{16B50}', '\u{1D7CE}', '\u{1D7D8}',
    '\u{1D7E2}', '\u{1D7EC}', '\u{1D7F6}', '\u{1E140}', '\u{1E2F0}', '\u{1E950}', '\u{1FBF0}',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_of_every_script_have_their_value() {
        for (typed, digit) in
            [('7', '7'), ('٣', '3'), ('९', '9'), ('０', '0'), ('９', '9'), ('𝟗', '9'), ('𝟘', '0')]
        {
            assert_eq!(decimal_digit(typed), Some(digit), "{typed}");
        }
    }

    #[test]
    fn what_only_looks_like_a_digit_has_no_value() {
        for c in ['O', 'l', '²', '①', 'Ⅳ', '一', '½', '\u{66A}', '\u{FF1A}', '\u{10FFFF}'] {
            assert_eq!(decimal_digit(c), None, "{c}");
        }
    }

    #[test]
    fn the_zeros_are_sorted_and_ten_apart() {
        assert!(ZEROS.windows(2).all(|pair| u32::from(pair[0]) + 10 <= u32::from(pair[1])));
    }
}
