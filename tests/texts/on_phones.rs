//! Messages by SMS: what fits into one, and the line that a browser reads.

use vestibule::{Locale, ServiceProfile};

use crate::*;

#[test]
fn the_last_line_of_a_code_sms_parses_as_an_origin_bound_code() {
    for (notice, locale) in code_notices().iter().flat_map(|notice| LANGUAGES.map(|locale| (notice, locale)))
    {
        let text = sms(notice, &locale, &profile());
        assert_eq!(origin_bound_code(&text), Some(("https://min.example.no".to_owned(), "73918264")));
        assert_eq!(text.matches('\n').count(), 1, "{text}");
        assert_eq!(origin_bound_code(&sms(notice, &locale, &bare_profile())), None);
    }
}

/// "Origin-bound one-time codes delivered via SMS", 3.2, for messages without an embedded host.
fn origin_bound_code(message: &str) -> Option<(String, &str)> {
    let line = message.rsplit(['\n', '\r']).next()?;
    let (host, rest) = line.strip_prefix('@')?.split_once(|c: char| c.is_ascii_whitespace())?;
    let code = rest.strip_prefix('#')?;
    let whole = !host.is_empty() && !code.is_empty() && !code.contains(|c: char| c.is_ascii_whitespace());
    (whole && line == format!("@{host} #{code}")).then(|| (format!("https://{host}"), code))
}

/// Septets of the GSM 7-bit alphabet; characters that the texts have no use for are not in these tables.
fn septets(text: &str) -> usize {
    let septets = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '\n' | ' ' | '@' | '#' => 1,
        '.' | ',' | ':' | '?' | '!' | '(' | ')' | '/' | '-' | '_' | '+' | '\'' | 'æ' | 'ø' | 'å' | 'Æ'
        | 'Ø' | 'Å' => 1,
        '[' | ']' | '{' | '}' | '~' | '^' | '|' | '\\' | '€' => 2,
        _ => panic!("{c:?} is not in the GSM alphabet: {text}"),
    };
    text.chars().map(septets).sum()
}

#[test]
fn a_code_sms_of_the_greatest_sizes_is_one_part_and_leaves_nothing_out() {
    let (name, support, host) =
        ("Fellesforbundet for gulrøtter", "medlem@eksempelforbundet.no 22", "min.eksempelforbundet.example");
    let profile = ServiceProfile::new(format!("{name}x"), support).sms_host(format!("x{host}"));
    assert_eq!(
        [&profile.name, &profile.support, profile.sms_host.as_ref().unwrap()].map(|s| s.chars().count()),
        [30; 3]
    );
    for (purpose, locale) in
        PURPOSES.into_iter().flat_map(|purpose| LANGUAGES.map(|locale| (purpose, locale)))
    {
        let text = sms(&code_notice(purpose, "739182640517", 600), &locale, &profile);
        assert!(septets(&text) <= 160, "{} septets: {text}", septets(&text));
        for part in [profile.name.as_str(), support, "10 min", ": 739182640517."] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(text.ends_with("\n@xmin.eksempelforbundet.example #739182640517"), "{text}");
    }
}

#[test]
fn every_sms_of_ordinary_sizes_is_one_part_in_its_best_wording() {
    for (notice, locale) in [code_notices(), notes()].concat().iter().flat_map(|n| LANGUAGES.map(|l| (n, l)))
    {
        for profile in [profile(), bare_profile()] {
            let text = sms(notice, &locale, &profile);
            assert!(septets(&text) <= 160, "{} septets: {text}", septets(&text));
            assert!(text.contains("Kontakt") || text.contains("Contact"), "{text}");
        }
    }
}

#[test]
fn a_code_sms_that_cannot_be_one_part_keeps_its_best_wording() {
    for support in ["medlemsservice ".repeat(10), "Ωmega–service".to_owned()] {
        let profile = ServiceProfile::new("Eksempelforbundet", support.trim()).sms_host("min.example.no");
        let text = sms(&code_notices()[0], &Locale::NORWEGIAN, &profile);
        assert!(text.contains("Gyldig i 10 minutter. Ikke deg? Kontakt"), "{text}");
        assert!(text.contains(support.trim()) && text.ends_with("\n@min.example.no #73918264"), "{text}");
    }
}
