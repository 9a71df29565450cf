//! Internationalised domains: one canonical form, whichever is typed, and an ASCII one that no feature changes.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that fails panics")]

use vestibule::contact::{Contact, ContactProblem, EmailAddress};

fn email(typed: &str) -> EmailAddress {
    EmailAddress::parse(typed).unwrap_or_else(|problem| panic!("{typed:?}: {problem}"))
}

fn problem(typed: &str) -> ContactProblem {
    EmailAddress::parse(typed).map(|address| address.canonical().to_owned()).expect_err(typed)
}

/// In every build: what a store holds is read back, whichever build wrote it.
#[test]
fn the_canonical_form_of_an_ascii_address_does_not_depend_on_the_build() {
    for typed in ["kari@xn--blbr-roah.no", "Kari@XN--BLBR-ROAH.no"] {
        assert_eq!(email(typed).canonical(), "kari@xn--blbr-roah.no");
    }
    let stored = "email:kari@xn--blbr-roah.no";
    assert_eq!(Contact::from_canonical(stored).unwrap().canonical(), stored);
    assert_eq!(email("Ola@Example.NO").canonical(), "ola@example.no");
}

#[cfg(not(feature = "idn"))]
#[test]
fn without_the_feature_an_internationalised_domain_is_refused_by_name() {
    for typed in ["kari@blåbær.no", "kari@例え.テスト", "mike@ex\u{430}mple.org", "a@１２７.０.０.１"]
    {
        assert_eq!(problem(typed), ContactProblem::InternationalisedDomain, "{typed}");
    }
    assert!(ContactProblem::InternationalisedDomain.to_string().contains("`idn`"));
    assert_eq!(Contact::from_canonical("email:kari@blåbær.no").unwrap_err(), ContactProblem::NotCanonical);
}

#[cfg(feature = "idn")]
mod internationalised {
    use super::*;

    #[test]
    fn internationalised_domains_are_accepted() {
        for typed in ["kari@blåbær.no", "kari@例え.テスト", "Kari.Nordmann@sub.blåbær.no"] {
            assert!(EmailAddress::parse(typed).is_ok(), "{typed}");
        }
    }

    #[test]
    fn decomposed_and_composed_letters_are_the_same_domain() {
        let (composed, decomposed) = (email("kari@bl\u{E5}b\u{E6}r.no"), email("kari@bla\u{30A}b\u{E6}r.no"));
        assert!(composed.is_same_as(&decomposed));
        assert_eq!(composed.as_str(), decomposed.as_str());
    }

    #[test]
    fn u_label_and_a_label_same_key() {
        let key = "kari@xn--blbr-roah.no";
        for typed in ["kari@blåbær.no", "kari@BLÅBÆR.NO", "kari@xn--blbr-roah.no", "kari@XN--BLBR-ROAH.no"]
        {
            assert_eq!(email(typed).canonical(), key, "{typed}");
            assert_eq!(email(typed).for_sending(), key, "{typed}");
        }
        assert_eq!(email("kari@blåbær.no").as_str(), "kari@blåbær.no");
    }

    #[test]
    fn lengths_are_those_of_the_form_that_is_sent() {
        // A U-label whose A-label is longer than 63 octets.
        assert_eq!(problem(&format!("a@{}.no", "ø".repeat(60))), ContactProblem::NotADomain);
        // A U-label of 66 octets whose A-label is shorter than 63.
        assert!(EmailAddress::parse(&format!("a@{}.jp", "あ".repeat(22))).is_ok());
    }

    #[test]
    fn what_the_mapping_would_change_beyond_case_is_no_domain() {
        for typed in ["mike@o\u{FB03}ce.org", "mike@example\u{FF0E}org", "a@127.0.0.\u{661}", "ola@xn--a.no"]
        {
            assert_eq!(problem(typed), ContactProblem::NotADomain, "{typed}");
        }
    }

    #[test]
    fn a_network_address_in_other_digits_is_no_domain() {
        for typed in ["a@１２７.０.０.１", "a@１２７。０。０。１"] {
            assert_eq!(problem(typed), ContactProblem::AddressLiteral, "{typed}");
        }
    }
}
