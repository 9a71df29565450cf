//! E-mail addresses.

use vestibule::contact::{ContactProblem, EmailAddress};

use crate::*;

#[test]
fn the_registered_spelling_is_kept_and_comparison_ignores_case() {
    let address = email("  Ola.Nordmann@Example.NO\n");
    assert_eq!(address.as_str(), "Ola.Nordmann@Example.NO");
    assert_eq!(address.canonical(), "ola.nordmann@example.no");
    assert_eq!(address.for_sending(), "Ola.Nordmann@example.no");
    assert_eq!((address.local_part(), address.domain()), ("Ola.Nordmann", "example.no"));
    assert!(address.is_same_as(&email("OLA.NORDMANN@EXAMPLE.NO")));
}

#[test]
fn ordinary_addresses_are_accepted() {
    for typed in [
        "a@b.no",
        "o'neil@example.com",
        "first.last+tag@mail.example.co.uk",
        "user_name-9@sub-domain.example.org",
        "!#$%&'*+/=?^_`{|}~@example.org",
        "1234567890@example.com",
        "kari@1-2.example",
    ] {
        assert!(EmailAddress::parse(typed).is_ok(), "{typed}");
    }
}

#[test]
fn decomposed_and_composed_letters_are_the_same() {
    let composed = international_email("k\u{E5}re@example.no");
    let decomposed = international_email("ka\u{30A}re@example.no");
    assert!(composed.is_same_as(&decomposed));
    assert_eq!(composed.as_str(), decomposed.as_str());
}

#[test]
fn plus_and_dot_are_significant() {
    assert!(!email("ola+a@example.no").is_same_as(&email("ola@example.no")));
    assert!(!email("o.la@example.no").is_same_as(&email("ola@example.no")));
}

#[test]
fn an_internationalised_local_part_is_an_explicit_choice() {
    assert_eq!(email_problem("kåre@example.no"), ContactProblem::InternationalisedLocalPart);
    let address = international_email("Kåre@example.no");
    assert!(address.is_internationalised());
    assert_eq!(address.canonical(), "kåre@example.no");
    for typed in ["दीपक@example.in", "ดี@example.org", "мария@example.ru", "😀@example.org"]
    {
        assert_eq!(international_email(typed).as_str(), typed);
    }
}

/// Each of these would be an ASCII address under case folding, NFKC, or both.
const LOOK_ALIKES: [&str; 17] = [
    "m\u{131}ke@example.org",          // dotless i
    "m\u{130}ke@example.org",          // dotted I
    "mi\u{212A}e@example.org",         // Kelvin sign
    "mi\u{212A}e@example.org\u{200B}", // Kelvin sign, and pasted
    "\u{FF4D}ike@example.org",         // full-width m
    "mike\u{FF20}example.org",         // full-width @
    "\u{1D426}ike@example.org",        // mathematical m
    "m\u{2170}ke@example.org",         // small Roman one
    "m\u{456}ke@example.org",          // Cyrillic i
    "mi\u{3BA}e@example.org",          // Greek kappa
    "mike@example.or\u{FF47}",         // full-width g
    "mike@\u{24D4}xample.org",         // circled e
    "mike@e\u{AD}xample.org",          // soft hyphen
    "mike@example\u{3002}org",         // ideographic full stop
    "mike@example\u{FF0E}org",         // full-width full stop
    "mike@\u{435}xample.org",          // Cyrillic e: another domain
    "mike@ex\u{200D}ample.org",        // zero-width joiner
];

#[test]
fn a_look_alike_is_never_another_persons_ascii_address() {
    for typed in LOOK_ALIKES {
        let parsed = [EmailAddress::parse(typed), EmailAddress::parse_internationalised(typed)];
        for address in parsed.into_iter().flatten() {
            assert_ne!(address.canonical(), "mike@example.org", "{typed:?}");
        }
    }
    for typed in ["admi\u{17F}@example.org", "\u{17F}am@example.org", "mike@example.o\u{17F}g"] {
        let parsed = EmailAddress::parse_internationalised(typed);
        assert!(parsed.is_err() || parsed.is_ok_and(|address| !address.canonical().is_ascii()), "{typed:?}");
    }
}

#[test]
fn nfkc_lookalike_does_not_match() {
    let (plain, ligature) = (international_email("office@example.org"), "o\u{FB03}ce@example.org");
    assert!(!plain.is_same_as(&international_email(ligature)));
}

#[test]
fn the_kelvin_sign_is_refused_before_composition_hides_it() {
    for parse in [EmailAddress::parse, EmailAddress::parse_internationalised] {
        for typed in ["\u{212A}ari@example.no", "ola@\u{212A}ari.no", "ola\u{37E}kari@example.no"] {
            assert_eq!(parse(typed).expect_err(typed), ContactProblem::ForbiddenCharacter);
        }
    }
}

#[test]
fn what_could_add_a_header_is_refused() {
    for inside in [
        "\r",
        "\n",
        "\r\nBcc: eva@example.no\r\n",
        "\0",
        "\t",
        "\u{85}",
        "\u{2028}",
        "\u{2029}",
        "\u{7F}",
        "\u{B}",
    ] {
        for typed in [
            format!("ola{inside}@example.no"),
            format!("ola@{inside}example.no"),
            format!("ola@example{inside}.no"),
        ] {
            assert_eq!(email_problem(&typed), ContactProblem::ForbiddenCharacter, "{typed:?}");
            assert!(EmailAddress::parse_internationalised(&typed).is_err());
        }
    }
    for typed in ["ola@example.no\r\nBcc: eva@example.no", "ola@example.no\nola@example.no"] {
        assert_eq!(email_problem(typed), ContactProblem::ForbiddenCharacter, "{typed:?}");
    }
}

#[test]
fn the_problem_says_what_was_refused() {
    use ContactProblem as P;
    for (typed, problem) in [
        ("", P::NoEmailAddress),
        (" \u{A0}\u{200B}\u{FEFF}\n", P::NoEmailAddress),
        ("ola", P::NotAnEmailAddress),
        ("@example.no", P::NotAnEmailAddress),
        ("ola@", P::NotAnEmailAddress),
        ("Ola Nordmann <ola@example.no>", P::DisplayName),
        ("<ola@example.no>", P::DisplayName),
        ("ola@example.no <ola@example.no>", P::DisplayName),
        ("ola@example.no,eva@example.no", P::SeveralAddresses),
        ("ola@example.no;eva@example.no", P::SeveralAddresses),
        ("ola@example.no eva@example.no", P::SeveralAddresses),
        ("ola@@example.no", P::SeveralAddresses),
        ("ola,eva@example.no", P::SeveralAddresses),
        ("\"ola\"@example.no", P::QuotedLocalPart),
        ("\"ola@home\"@example.no", P::QuotedLocalPart),
        ("-ola@example.no", P::LeadingHyphen),
        ("o\u{200B}la@example.no", P::ForbiddenCharacter),
        ("ola@exam\u{FEFF}ple.no", P::ForbiddenCharacter),
        ("ola\u{202E}@example.no", P::ForbiddenCharacter),
        ("ola nordmann@example.no", P::NotAnEmailAddress),
        (".ola@example.no", P::NotAnEmailAddress),
        ("ola.@example.no", P::NotAnEmailAddress),
        ("o..la@example.no", P::NotAnEmailAddress),
        ("ola(home)@example.no", P::NotAnEmailAddress),
        ("mailto:ola@example.no", P::NotAnEmailAddress),
        ("ola\\@example.no", P::NotAnEmailAddress),
        ("ola@localhost", P::NotADomain),
        ("ola@-example.no", P::NotADomain),
        ("ola@example-.no", P::NotADomain),
        ("ola@example..no", P::NotADomain),
        ("ola@.example.no", P::NotADomain),
        ("ola@example.no.", P::NotADomain),
        ("ola@exa_mple.no", P::NotADomain),
        ("ola@exa mple.no", P::NotADomain),
        ("ola@example.no:25", P::NotADomain),
        ("ola@xn--.no", P::NotADomain),
        ("ola@ab--cd.no", P::NotADomain),
    ] {
        assert_eq!(email_problem(typed), problem, "{typed:?}");
    }
}

#[test]
fn a_network_address_is_no_domain() {
    for typed in ["a@[127.0.0.1]", "a@[IPv6:::1]", "a@127.0.0.1"] {
        assert_eq!(email_problem(typed), ContactProblem::AddressLiteral, "{typed}");
    }
    for typed in ["a@127.1", "a@0x7f.1", "a@1.0x7f", "a@example.1", "a@2130706433", "a@::1"] {
        assert_eq!(email_problem(typed), ContactProblem::NotADomain, "{typed}");
    }
}

#[test]
fn email_length_bounds() {
    let local = |length| format!("{}@example.no", "a".repeat(length));
    assert!(EmailAddress::parse(&local(64)).is_ok());
    assert_eq!(email_problem(&local(65)), ContactProblem::LocalPartTooLong { limit: 64 });

    // In lower case, this letter takes three octets instead of two.
    let grows = |length| EmailAddress::parse_internationalised(&format!("{}@example.no", "Ⱥ".repeat(length)));
    assert!(grows(21).is_ok_and(|address| address.canonical().starts_with("ⱥ")));
    assert_eq!(grows(22).expect_err("66 octets"), ContactProblem::LocalPartTooLong { limit: 64 });

    let label = "b".repeat(63);
    let address =
        |local: usize, last: usize| format!("{}@{label}.{label}.{}.no", "a".repeat(local), "c".repeat(last));
    // 64 + 1 + 63 + 1 + 63 + 1 + 58 + 3
    assert_eq!(address(64, 58).len(), 254);
    assert!(EmailAddress::parse(&address(64, 58)).is_ok());
    assert_eq!(email_problem(&address(64, 59)), ContactProblem::TooLong { limit: 254 });

    assert!(EmailAddress::parse(&format!("a@{label}.no")).is_ok());
    assert_eq!(email_problem(&format!("a@{label}b.no")), ContactProblem::NotADomain);
    assert_eq!(
        email_problem(&format!("a@{}no", "b.".repeat(127))),
        ContactProblem::DomainTooLong { limit: 255 }
    );
    assert_eq!(email_problem(&format!("a@{}no", "b.".repeat(126))), ContactProblem::NotADomain);
    assert_eq!(email_problem(&"a".repeat(1_025)), ContactProblem::TooLong { limit: 1_024 });
    assert_eq!(email_problem(&"a".repeat(1_024)), ContactProblem::NotAnEmailAddress);
}
