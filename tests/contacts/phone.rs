//! Phone numbers.

use vestibule::contact::{CallingCode, ContactProblem, LineKind, PhoneNumber};

fn norwegian(typed: &str) -> Result<String, ContactProblem> {
    PhoneNumber::parse(typed, CallingCode::NORWAY).map(|number| number.as_str().to_owned())
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
