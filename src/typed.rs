//! What people's keyboards, telephones and clipboards do to digits: which characters carry nothing, and which
//! stand for a digit.

/// Whether a character carries nothing in a code or a number: white space, a dash, or something that shows no ink.
pub(crate) fn is_filler(c: char) -> bool {
    c.is_whitespace()
        || matches!(c,
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' // dashes
            | '\u{AD}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' // invisible
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FE00}'..='\u{FE0F}')
}

/// The value of a decimal digit of any script (Unicode general category Nd).
pub(crate) fn decimal_digit(c: char) -> Option<u8> {
    let code_point = u32::from(c);
    let zero = ZEROS[..ZEROS.partition_point(|zero| *zero <= code_point)].last()?;
    u8::try_from(code_point - zero).ok().filter(|value| *value < 10)
}

/// The zero of every script whose digits are in general category Nd; the other nine follow it (Unicode 14).
#[rustfmt::skip]
const ZEROS: [u32; 66] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0,
    0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60,
    0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_of_other_scripts_have_their_value() {
        for (digit, value) in [('7', 7), ('٣', 3), ('９', 9), ('०', 0), ('𝟜', 4), ('๙', 9)] {
            assert_eq!(decimal_digit(digit), Some(value), "{digit}");
        }
        for other in ['a', '/', ':', '½', '²', '一', '\u{10FFFF}', '\0'] {
            assert_eq!(decimal_digit(other), None, "{other:?}");
        }
    }
}
