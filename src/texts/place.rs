//! Where a code goes. Words are put together around a place for it, and the code is filled in last, into memory of the
//! right size: a text that grew around a code would leave copies of it behind.

use zeroize::Zeroizing;

/// The place of a code: the object replacement character, which no text holds.
pub(super) const CODE: &str = "\u{FFFC}";

/// The text with the code in its places.
pub(super) fn fill(text: &str, code: &str) -> Zeroizing<String> {
    let places = text.matches(CODE).count();
    let length = text.len() - places * CODE.len() + places * code.len();
    let mut filled = Zeroizing::new(String::with_capacity(length));
    for (number, words) in text.split(CODE).enumerate() {
        if number > 0 {
            filled.push_str(code);
        }
        filled.push_str(words);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_filled_in_without_growing() {
        for text in ["", CODE, "code: \u{FFFC}.", "\u{FFFC}\u{FFFC}", "no code"] {
            let filled = fill(text, "12345678");
            assert_eq!(*filled, text.replace(CODE, "12345678"));
            assert_eq!(filled.capacity(), filled.len());
        }
    }
}
