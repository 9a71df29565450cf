//! What holds of any text.

use proptest::prelude::*;
use vestibule::password::NewPassword;

use crate::check;

proptest! {
    #[test]
    fn no_text_makes_the_rules_panic(text in "\\PC{0,300}", other in any::<String>()) {
        let _ = check(&text);
        let _ = check(&other);
        let _ = NewPassword::typed_twice(text.into(), other.into());
    }

    #[test]
    fn no_combination_of_predictable_pieces_makes_the_rules_panic(
        pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..40),
    ) {
        let _ = check(&pieces.concat());
    }

    #[test]
    fn random_letters_and_digits_are_accepted(text in "[A-Za-z0-9]{20}") {
        prop_assert_eq!(check(&text), Ok(()));
    }

    #[test]
    fn fifteen_random_digits_are_accepted(text in "[0-9]{15}") {
        prop_assert_eq!(check(&text), Ok(()));
    }

    #[test]
    fn a_common_password_is_refused_however_it_is_padded(
        word in prop::sample::select(vec!["password", "Passord", "sommer", "fotball", "M0nk3y", "monkey", "trustno1"]),
        before in "[0-9!.]{0,4}",
        after in "[0-9]{0,8}[!?*]{3,4}",
        repeated in 2_usize..20,
    ) {
        let text = format!("{before}{}{after}", word.repeat(repeated));
        if text.chars().count() >= 15 {
            prop_assert!(check(&text).is_err(), "{}", text);
        }
    }
}

const PIECES: [&str; 16] = [
    "password", "sommer", "a", "aaaa", "123", "qwerty", "1qaz", " ", "-", "p4$$", "æøå", "🎉", "\0", "2024",
    "dragon", "İ",
];
