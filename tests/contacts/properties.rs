//! What holds of any text.

use proptest::prelude::*;
use vestibule::contact::{CallingCode, Contact, EmailAddress, PhoneNumber};

/// Text that is near enough to an address to get past the first check.
fn nearly_an_address() -> impl Strategy<Value = String> {
    let part = proptest::string::string_regex("[a-zA-ZåÅøßſıİΣςẞǅ0-9.+'-]{1,12}|\\PC{1,6}").unwrap();
    let domain =
        proptest::string::string_regex("([a-zA-ZåÅßΣςİẞあ0-9-]{1,8}|xn--[a-z0-9-]{1,8}|\\PC{1,4})").unwrap();
    (part, domain, prop_oneof!["no", "org", "NO", "\\PC{1,3}"]).prop_map(|(l, d, t)| format!("{l}@{d}.{t}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_parsed_or_refused_without_panic(typed in "\\PC{0,80}|[\\s\\S]{0,1200}") {
        let _ = EmailAddress::parse(&typed);
        let _ = EmailAddress::parse_internationalised(&typed);
        let _ = PhoneNumber::parse(&typed, CallingCode::SWEDEN);
        let _ = PhoneNumber::from_e164(&typed);
        let _ = Contact::from_canonical(&typed);
        let _ = Contact::from_canonical(&format!("email:{typed}"));
        let _ = Contact::from_canonical(&format!("phone:{typed}"));
    }

    #[test]
    fn a_canonical_address_parses_to_itself(typed in nearly_an_address()) {
        if let Ok(address) = EmailAddress::parse_internationalised(&typed) {
            let again = EmailAddress::parse_internationalised(address.canonical());
            prop_assert!(again.is_ok_and(|again| again.canonical() == address.canonical()), "{typed:?}");
            let sent = EmailAddress::parse_internationalised(&address.for_sending());
            prop_assert!(sent.is_ok_and(|sent| sent.canonical() == address.canonical()), "{typed:?}");
            prop_assert!(address.as_str().len() <= 254 && address.for_sending().len() <= 254);
            prop_assert!(address.domain().is_ascii());
        }
    }

    #[test]
    fn an_address_is_ascii_only_if_it_was_typed_so(typed in nearly_an_address()) {
        if let Ok(address) = EmailAddress::parse_internationalised(&typed) {
            // What is invisible around an address is trimmed; what is left was typed to the letter.
            let typed_so = typed.contains(&format!("{}@", address.local_part()));
            prop_assert!(!address.local_part().is_ascii() || typed_so, "{typed:?}");
        }
    }

    #[test]
    fn a_number_parses_to_itself(typed in "[+0-9 ().\u{660}-\u{669}\u{FF10}-\u{FF19}-]{5,22}") {
        if let Ok(number) = PhoneNumber::parse(&typed, CallingCode::SWEDEN) {
            prop_assert_eq!(PhoneNumber::from_e164(number.as_str()), Ok(number.clone()));
            prop_assert_eq!(PhoneNumber::parse(number.as_str(), CallingCode::NORWAY), Ok(number));
        }
    }
}
