use proptest::prelude::*;

use super::*;
use crate::random;

fn scripted(bytes: &[u8]) -> impl FnMut(&mut [u8]) -> Result<(), BackendError> + '_ {
    let mut bytes = bytes.iter().copied().cycle();
    move |buffer| {
        buffer.fill_with(|| bytes.next().unwrap_or_default());
        Ok(())
    }
}

#[test]
fn leading_zeros_survive_drawing_and_parsing() {
    let code = Code::draw(CodeFormat::EIGHT_DIGITS, scripted(&[0, 0, 0, 0, 0, 0, 4, 2])).unwrap();
    assert_eq!(code.expose(), "00000042");
    assert_eq!(Code::parse("0000 0042").unwrap().expose(), "00000042");
    assert_eq!(Code::parse("42").unwrap_err(), CodeProblem::Malformed);
}

#[test]
fn bytes_that_would_favour_some_digits_are_rejected() {
    // 250 to 255 are rejected; 249 is the last fair byte and stands for 9.
    let code = Code::draw(CodeFormat::EIGHT_DIGITS, scripted(&[255, 250, 249, 10])).unwrap();
    assert_eq!(code.expose(), "90909090");
}

#[test]
fn every_digit_is_equally_likely_in_every_place() {
    let mut counts = [[0u32; 10]; 8];
    let draws = 125_000u32;
    for _ in 0..draws {
        let code = Code::draw(CodeFormat::EIGHT_DIGITS, random::fill).unwrap();
        for (place, digit) in code.expose().bytes().enumerate() {
            counts[place][usize::from(digit - b'0')] += 1;
        }
    }
    // Chi-square over a million digits, 8 places with 9 degrees of freedom each: 72. The bound is passed by chance
    // once in more than a hundred million runs.
    let expected = f64::from(draws) / 10.0;
    let statistic: f64 =
        counts.iter().flatten().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
    assert!(statistic < 160.0, "chi-square {statistic}");
}

#[test]
fn a_generator_that_fails_makes_no_code() {
    let broken = |_: &mut [u8]| Err(BackendError::new(crate::error::BackendErrorKind::Unavailable, "broken"));
    assert!(Code::draw(CodeFormat::EIGHT_DIGITS, broken).is_err());
}

#[test]
fn what_people_paste_is_read_as_the_bare_digits() {
    for typed in [
        "12345678",
        " 1234 5678\n",
        "1234-5678",
        "1234\u{a0}5678",
        "1234\u{2013}5678",
        "\u{feff}12345678",
        "1\u{200b}2345678\u{200d}",
        "１２３４５６７８",
        "١٢٣٤٥٦٧٨",
        "1234\u{202f}5678\r\n",
        "\u{2066}12345678\u{2069}",
    ] {
        assert_eq!(Code::parse(typed).unwrap().expose(), "12345678", "{typed:?}");
    }
}

#[test]
fn what_can_be_no_code_is_malformed() {
    let long = "1".repeat(33);
    let longer = " ".repeat(1_000_000);
    for typed in ["", "12345", "1234.5678", "1234_5678", "12345678é", "<script>1", "½½½½½½½½", &long, &longer]
    {
        assert_eq!(Code::parse(typed).unwrap_err(), CodeProblem::Malformed, "{typed:.40?}");
    }
}

#[test]
fn no_more_is_looked_at_than_256_bytes() {
    for (spaces, is_read) in [(248, true), (249, false), (1_000, false)] {
        let typed = format!("{}12345678", " ".repeat(spaces));
        assert_eq!(Code::parse(&typed).is_ok(), is_read, "{spaces} spaces");
    }
}

#[test]
fn a_code_of_another_format_does_not_fit() {
    let eight = Code::parse("12345678").unwrap();
    assert!(eight.in_format(CodeFormat::EIGHT_DIGITS).is_some());
    assert!(eight.in_format(CodeFormat::TWELVE_DIGITS).is_none());
    assert!(Code::parse("1234567a").unwrap().in_format(CodeFormat::EIGHT_DIGITS).is_none());
    let letters = CodeFormat::letters(8).unwrap();
    let typed = Code::parse("oil0-abcd").unwrap().in_format(letters).unwrap();
    assert_eq!(typed.as_str(), "0110ABCD");
    assert!(Code::parse("uuuuuuuu").unwrap().in_format(letters).is_none());
}

#[test]
fn a_format_has_at_least_six_characters_and_reads_back() {
    assert!(CodeFormat::digits(5).is_err() && CodeFormat::digits(13).is_err());
    assert!(CodeFormat::letters(5).is_err() && CodeFormat::letters(33).is_err());
    for format in [CodeFormat::EIGHT_DIGITS, CodeFormat::TWELVE_DIGITS, CodeFormat::letters(15).unwrap()] {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
}

#[test]
fn a_format_is_serialised_as_stores_spell_it() {
    for (format, spelled) in
        [(CodeFormat::EIGHT_DIGITS, "\"8d\""), (CodeFormat::letters(15).unwrap(), "\"15l\"")]
    {
        assert_eq!(serde_json::to_string(&format).unwrap(), spelled);
        assert_eq!(serde_json::from_str::<CodeFormat>(spelled).unwrap(), format);
    }
    assert!(serde_json::from_str::<CodeFormat>("\"08d\"").is_err());
}

#[test]
fn a_code_and_its_mac_are_not_printed() {
    assert_eq!(format!("{:?}", Code::parse("12345678").unwrap()), "Code(..)");
    assert_eq!(format!("{:?}", CodeMac::from_bytes(&[7; CodeMac::LENGTH])), "CodeMac(..)");
}

proptest! {
    #[test]
    fn any_text_is_a_code_or_malformed_and_never_a_panic(typed in any::<String>()) {
        if let Ok(code) = Code::parse(&typed) {
            prop_assert!(code.expose().bytes().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase()));
        }
    }

    #[test]
    fn a_drawn_code_is_of_its_format_and_reads_back(length in 6u8..=12, letters in 6u8..=32) {
        for format in [CodeFormat::digits(length).unwrap(), CodeFormat::letters(letters).unwrap()] {
            let code = Code::draw(format, random::fill).unwrap();
            let typed = Code::parse(code.expose()).unwrap();
            let read = typed.in_format(format).unwrap();
            prop_assert_eq!(read.as_str(), code.expose());
        }
    }
}
