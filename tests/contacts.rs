//! E-mail addresses and phone numbers: what is accepted, what is refused, and what counts as the same.

#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that fails panics")]

use proptest::prelude::*;
use vestibule::contact::{
    CallingCode, Channel, Contact, ContactProblem, EmailAddress, LineKind, PhoneNumber,
};

fn email(typed: &str) -> EmailAddress {
    EmailAddress::parse(typed).unwrap_or_else(|problem| panic!("{typed:?}: {problem}"))
}

fn international_email(typed: &str) -> EmailAddress {
    EmailAddress::parse_internationalised(typed).unwrap_or_else(|problem| panic!("{typed:?}: {problem}"))
}

fn email_problem(typed: &str) -> ContactProblem {
    EmailAddress::parse(typed).map(|address| address.canonical().to_owned()).expect_err(typed)
}

fn norwegian(typed: &str) -> Result<String, ContactProblem> {
    PhoneNumber::parse(typed, CallingCode::NORWAY).map(|number| number.as_str().to_owned())
}

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

#[test]
fn norwegian_spellings_are_one_number() {
    for typed in [
        "41234567",
        "412 34 567",
        " 41 23 45 67 ",
        "+47 41 23 45 67",
        "+4741234567",
        "0047 41234567",
        "00 47 412 34 567",
        "(+47) 412-34-567",
        "(0047)41234567",
        "412.34.567",
        "412\u{A0}34\u{202F}567",
        "412\u{2009}34\u{3000}567",
        "412\u{2011}34\u{2013}567",
        "412\u{2212}34\u{2014}567",
        "４１２３４５６７",
        "＋４７ ４１２３４５６７",
        "٤١٢٣٤٥٦٧",
        "\u{202A}+47 412 34 567\u{202C}",
        "4123\u{200B}4567",
        "\u{FEFF}41234567\r\n",
    ] {
        assert_eq!(norwegian(typed).as_deref(), Ok("+4741234567"), "{typed:?}");
    }
}

#[test]
fn a_letter_is_refused_and_never_dropped() {
    for typed in
        ["412O4567", "+47 412O4567", "4I234567", "41234567 x", "tel:41234567", "412З4567", "４１２Ｏ４５６７"]
    {
        assert_eq!(norwegian(typed), Err(ContactProblem::LetterInNumber), "{typed:?}");
    }
}

#[test]
fn what_is_not_a_number_is_refused() {
    use ContactProblem as P;
    for (typed, problem) in [
        ("", P::NoPhoneNumber),
        (" \t\u{200B}", P::NoPhoneNumber),
        ("4123456", P::NotAPhoneNumber),
        ("412345678", P::NotAPhoneNumber),
        ("4741234567", P::NotAPhoneNumber),
        ("041234567", P::NotAPhoneNumber),
        ("+47 041234567", P::NotAPhoneNumber),
        ("++4741234567", P::NotAPhoneNumber),
        ("+47+41234567", P::NotAPhoneNumber),
        ("41+234567", P::NotAPhoneNumber),
        ("+0041234567", P::NotAPhoneNumber),
        ("000041234567", P::NotAPhoneNumber),
        ("+", P::NotAPhoneNumber),
        ("00", P::NotAPhoneNumber),
        ("...", P::NotAPhoneNumber),
        ("41234567;ext=1", P::NotAPhoneNumber),
        ("412/34/567", P::NotAPhoneNumber),
        ("41234567,48234567", P::NotAPhoneNumber),
        ("4123456²", P::NotAPhoneNumber),
        ("#41234567", P::NotAPhoneNumber),
        ("*41234567", P::NotAPhoneNumber),
        ("4123\n4567", P::ForbiddenCharacter),
        ("4123\u{2028}4567", P::ForbiddenCharacter),
        ("4123\u{0}4567", P::ForbiddenCharacter),
        ("4123\t4567", P::ForbiddenCharacter),
        ("+999 41234567", P::UnknownCallingCode),
        ("+210 41234567", P::UnknownCallingCode),
    ] {
        assert_eq!(norwegian(typed), Err(problem), "{typed:?}");
    }
    assert_eq!(norwegian(&"4".repeat(1_025)), Err(P::TooLong { limit: 1_024 }));
    assert_eq!(norwegian(&"4".repeat(1_024)), Err(P::NotAPhoneNumber));
}

#[test]
fn a_trunk_zero_is_dropped_where_the_country_has_one_and_never_guessed() {
    let parse = |typed, code| PhoneNumber::parse(typed, code).map(|number| number.as_str().to_owned());
    let italy = CallingCode::new(39).unwrap();
    let america = CallingCode::new(1).unwrap();
    assert_eq!(parse("070-123 45 67", CallingCode::SWEDEN).as_deref(), Ok("+46701234567"));
    assert_eq!(parse("+46 (0)70-123 45 67", CallingCode::NORWAY).as_deref(), Ok("+46701234567"));
    assert_eq!(parse("20 12 34 56", CallingCode::DENMARK).as_deref(), Ok("+4520123456"));
    assert_eq!(parse("06 1234 5678", italy).as_deref(), Ok("+390612345678"));
    assert_eq!(parse("+225 07 12 34 56 78", CallingCode::NORWAY).as_deref(), Ok("+2250712345678"));
    assert_eq!(parse("02 12 34 56", CallingCode::DENMARK), Err(ContactProblem::NotAPhoneNumber));
    assert_eq!(parse("0212 555 0100", america), Err(ContactProblem::NotAPhoneNumber));
    assert_eq!(parse("+46 00 70 123 45 67", CallingCode::NORWAY), Err(ContactProblem::NotAPhoneNumber));
    assert!(PhoneNumber::from_e164("+460701234567").is_err());
}

#[test]
fn e164_bounds() {
    for number in ["+1234567", "+123456789012345", "+4741234567", "+35841234567", "+99812345678"] {
        assert_eq!(PhoneNumber::from_e164(number).map(|n| n.as_str().to_owned()).as_deref(), Ok(number));
    }
    for number in [
        "",
        "+",
        "+123456",
        "+1234567890123456",
        "+0123456789",
        "4741234567",
        "004741234567",
        "+47 41234567",
        "+474123456",
        "+47412345678",
        " +4741234567",
        "+4741234567\n",
        "+47４1234567",
    ] {
        assert!(PhoneNumber::from_e164(number).is_err(), "{number:?}");
    }
}

#[test]
fn only_norwegian_mobile_ranges_are_mobile() {
    let kind = |number| PhoneNumber::from_e164(number).unwrap().line_kind();
    for (number, expected) in [
        ("+4741234567", LineKind::Mobile),
        ("+4799999999", LineKind::Mobile),
        ("+4721234567", LineKind::NotMobile),
        ("+4782912345", LineKind::NotMobile),
        ("+4759123456", LineKind::NotMobile),
        ("+4780012345", LineKind::NotMobile),
        ("+80012345678", LineKind::NotMobile),
        ("+97912345678", LineKind::NotMobile),
        ("+46701234567", LineKind::Unknown),
        ("+4520123456", LineKind::Unknown),
    ] {
        assert_eq!(kind(number), expected, "{number}");
    }
}

#[test]
fn the_calling_code_is_found_whatever_its_length() {
    let code = |number| PhoneNumber::from_e164(number).unwrap().calling_code();
    assert_eq!(code("+12125550100").as_number(), 1);
    assert_eq!(code("+79161234567").as_number(), 7);
    assert_eq!(code("+4741234567"), CallingCode::NORWAY);
    assert_eq!(code("+358401234567"), CallingCode::FINLAND);
    assert_eq!(code("+3546111234").to_string(), "+354");
}

#[test]
fn no_calling_code_begins_another() {
    let codes: Vec<u16> = (0..=u16::MAX).filter(|&code| CallingCode::new(code).is_ok()).collect();
    assert!(codes.len() > 200 && codes.iter().all(|code| (1..1_000).contains(code)));
    for code in &codes {
        for shorter in [code / 10, code / 100] {
            assert!(!codes.contains(&shorter), "{shorter} begins {code}");
        }
    }
}

#[test]
fn canonical_contacts_round_trip_and_kinds_do_not_meet() {
    for (contact, canonical, channel) in [
        (Contact::from(email("Ola@Example.NO")), "email:ola@example.no", Channel::Email),
        (international_email("Kåre@xn--blbr-roah.no").into(), "email:kåre@xn--blbr-roah.no", Channel::Email),
        (PhoneNumber::from_e164("+4741234567").unwrap().into(), "phone:+4741234567", Channel::Sms),
    ] {
        assert_eq!((contact.canonical().as_str(), contact.channel()), (canonical, channel));
        let rebuilt = Contact::from_canonical(canonical).unwrap();
        assert!(rebuilt.is_same_as(&contact));
        assert_eq!(rebuilt.canonical(), canonical);
    }
    let phone: Contact = PhoneNumber::from_e164("+4741234567").unwrap().into();
    assert!(!phone.is_same_as(&email("ola@example.no").into()));
}

#[test]
fn only_canonical_text_rebuilds_a_contact() {
    for stored in [
        "",
        "ola@example.no",
        "email:",
        "email:Ola@example.no",
        "email: ola@example.no",
        "email:ola@blåbær.no",
        "phone:41234567",
        "phone:+47 41234567",
        "sms:+4741234567",
        "Email:ola@example.no",
    ] {
        assert_eq!(Contact::from_canonical(stored).expect_err(stored), ContactProblem::NotCanonical);
    }
}

#[test]
fn personal_data_stays_out_of_debug_output_and_problems() {
    let address = email("ola@example.no");
    let number = PhoneNumber::from_e164("+4741234567").unwrap();
    let contacts = [Contact::from(address.clone()), number.clone().into()];
    let printed = format!("{address:?} {number:?} {contacts:?}");
    assert_eq!(printed, "EmailAddress(..) PhoneNumber(..) [EmailAddress(..), PhoneNumber(..)]");
    let problem = serde_json::to_string(&email_problem("-eva@example.no")).unwrap();
    assert_eq!(problem, r#"{"problem":"leading_hyphen"}"#);
}

#[test]
fn channels_keep_their_names() {
    for (channel, name) in [(Channel::Email, "email"), (Channel::Sms, "sms")] {
        assert_eq!(channel.to_string(), name);
        assert_eq!(serde_json::to_string(&channel).unwrap(), format!("{name:?}"));
        assert_eq!(serde_json::from_str::<Channel>(&format!("{name:?}")).unwrap(), channel);
    }
}

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
