//! What the messages say, in both languages.

#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that fails panics")]

mod explaining;
mod on_phones;

use std::time::Duration;

use vestibule::account::PasswordChange;
use vestibule::code::Purpose;
use vestibule::contact::Channel;
use vestibule::message::{MessageText, Notice};
use vestibule::ports::Texts;
use vestibule::texts::BuiltInTexts;
use vestibule::{Code, Error, Locale, ServiceProfile};

const LANGUAGES: [Locale; 2] = [Locale::NORWEGIAN, Locale::ENGLISH];
const CHANNELS: [Channel; 2] = [Channel::Email, Channel::Sms];
const PURPOSES: [Purpose; 2] = Purpose::ALL;

fn bare_profile() -> ServiceProfile {
    ServiceProfile::new("Eksempelforbundet", "medlem@example.no, 22 00 00 00")
}

fn profile() -> ServiceProfile {
    bare_profile()
        .pages(
            "https://min.example.no/login",
            "https://min.example.no/activate",
            "https://min.example.no/recover",
        )
        .sms_host("min.example.no")
}

fn code_notice(purpose: Purpose, digits: &str, seconds: u64) -> Notice {
    Notice::Code { purpose, code: Code::parse(digits).unwrap(), valid_for: Duration::from_secs(seconds) }
}

fn code_notices() -> Vec<Notice> {
    PURPOSES.map(|purpose| code_notice(purpose, "73918264", 600)).into()
}

fn notes() -> Vec<Notice> {
    let changes = [PasswordChange::Activated, PasswordChange::Recovered, PasswordChange::Changed];
    let mut notes = vec![Notice::AlreadyActive, Notice::NotYetActive, Notice::Invitation];
    notes.extend(changes.map(Notice::PasswordSet));
    notes
}

fn compose(notice: &Notice, channel: Channel, locale: &Locale, profile: &ServiceProfile) -> MessageText {
    BuiltInTexts::default().compose(notice, channel, locale, profile)
}

fn sms(notice: &Notice, locale: &Locale, profile: &ServiceProfile) -> String {
    compose(notice, Channel::Sms, locale, profile).expose_text().to_owned()
}

/// Every message: each notice, on each channel, in each language, with pages and without.
fn each_message(notices: &[Notice], mut look: impl FnMut(&Notice, &MessageText)) {
    for profile in [profile(), bare_profile()] {
        for (notice, channel) in notices.iter().flat_map(|notice| CHANNELS.map(|channel| (notice, channel))) {
            for locale in &LANGUAGES {
                look(notice, &compose(notice, channel, locale, &profile));
            }
        }
    }
}

/// Everything that a person may see of a message.
fn parts(message: &MessageText) -> Vec<&str> {
    [message.subject(), Some(message.expose_text()), message.expose_html()].into_iter().flatten().collect()
}

fn bodies(message: &MessageText) -> Vec<&str> {
    [Some(message.expose_text()), message.expose_html()].into_iter().flatten().collect()
}

#[test]
fn every_message_begins_with_the_service_and_names_the_support_contact() {
    each_message(&[code_notices(), notes()].concat(), |_, message| {
        assert!(message.expose_text().starts_with("Eksempelforbundet"), "{}", message.expose_text());
        assert!(message.subject().is_none_or(|subject| subject.starts_with("Eksempelforbundet: ")));
        assert!(message.expose_html().is_none_or(|html| html.contains(">Eksempelforbundet</h1>")));
        for body in bodies(message) {
            // On one line, and with no break within the number.
            let unwrapped = body.replace(['\n', '\u{a0}'], " ");
            assert!(unwrapped.contains("medlem@example.no, 22 00 00 00"), "{body}");
            assert!(body.contains("22 00 00 00") || body.contains("22\u{a0}00\u{a0}00\u{a0}00"), "{body}");
        }
    });
}

#[test]
fn the_plain_text_of_an_email_fits_a_terminal() {
    each_message(&[code_notices(), notes()].concat(), |_, message| {
        // An SMS is wrapped by the telephone.
        let lines = message.subject().map(|_| message.expose_text().lines()).into_iter().flatten();
        for line in lines.filter(|line| line.contains(' ')) {
            assert!(line.chars().count() <= 72 && line.trim() == line, "{line}");
        }
    });
}

#[test]
fn every_message_says_what_to_do_if_it_was_not_you() {
    let known =
        ["ikke deg", "Ikke deg", "ikke dette til deg", "Ikke til deg", "not you", "Not you", "ot for you"];
    each_message(&[code_notices(), notes()].concat(), |_, message| {
        for body in bodies(message) {
            let unwrapped = body.replace('\n', " ");
            assert!(known.iter().any(|words| unwrapped.contains(words)), "{body}");
        }
    });
}

#[test]
fn a_code_message_holds_the_code_and_its_validity_and_no_address_of_a_page() {
    each_message(&code_notices(), |_, message| {
        for body in bodies(message) {
            let code = if message.subject().is_some() { "7391 8264" } else { "73918264" };
            assert!(body.contains(code) && body.contains("10 min"), "{body}");
            assert!(!body.contains("://"), "{body}");
        }
    });
}

#[test]
fn a_message_without_a_code_holds_none() {
    each_message(&notes(), |_, message| {
        for part in parts(message) {
            assert!(!part.contains("7391") && !part.contains("8264"), "{part}");
        }
    });
}

#[test]
fn a_subject_never_holds_the_code() {
    each_message(&code_notices(), |_, message| {
        assert!(message.subject().is_none_or(|subject| !subject.contains(|c: char| c.is_ascii_digit())));
    });
}

#[test]
fn no_message_asks_anybody_to_click() {
    each_message(&[code_notices(), notes()].concat(), |_, message| {
        for part in parts(message) {
            let part = part.to_lowercase();
            assert!(
                !["klikk", "click", "trykk", "lenke", "link"].iter().any(|word| part.contains(word)),
                "{part}"
            );
        }
    });
}

#[test]
fn a_note_names_the_pages_it_is_about_where_the_profile_has_them() {
    for (note, pages) in [
        (Notice::AlreadyActive, &["/login", "/recover"][..]),
        (Notice::NotYetActive, &["/activate"]),
        (Notice::Invitation, &["/activate"]),
    ] {
        for locale in &LANGUAGES {
            let message = compose(&note, Channel::Email, locale, &profile());
            let lines: Vec<_> = message.expose_text().lines().filter(|line| line.contains("://")).collect();
            let expected: Vec<_> = pages.iter().map(|page| format!("https://min.example.no{page}")).collect();
            assert_eq!(lines, expected);
            assert!(!compose(&note, Channel::Email, locale, &bare_profile()).expose_text().contains("://"));
        }
    }
}

#[test]
fn minutes_are_singular_or_plural_and_rounded_down() {
    for (seconds, norwegian, english) in [
        (600, "i 10 minutter", "for 10 minutes"),
        (179, "i 2 minutter", "for 2 minutes"),
        (119, "i 1 minutt", "for 1 minute"),
    ] {
        for (purpose, channel) in PURPOSES.into_iter().flat_map(|purpose| CHANNELS.map(|c| (purpose, c))) {
            for (locale, expected) in LANGUAGES.iter().zip([norwegian, english]) {
                let message =
                    compose(&code_notice(purpose, "73918264", seconds), channel, locale, &bare_profile());
                let (_, rest) = message.expose_text().split_once(expected).expect(expected);
                assert!(!rest.starts_with(char::is_alphabetic), "{expected}{rest}");
            }
        }
    }
}

#[test]
fn html_is_balanced_escaped_and_fetches_nothing() {
    let name = r#"<b>&"'"#;
    let hostile = ServiceProfile::new(name, name).pages("https://a/?b&c", "https://a/<b>", "https://a/\"");
    for profile in [profile(), bare_profile(), hostile] {
        for (notice, locale) in
            [code_notices(), notes()].concat().iter().flat_map(|n| LANGUAGES.map(|l| (n, l)))
        {
            let message = compose(notice, Channel::Email, &locale, &profile);
            let html = message.expose_html().unwrap();
            assert_eq!(open_tags(html), Vec::<&str>::new(), "{html}");
            assert!(html.contains(&format!("<html lang=\"{}\">", locale.as_str())));
            assert!(html.contains(r#"<meta name="color-scheme" content="light dark">"#));
            assert!(html.contains("overflow-wrap: anywhere"), "a long address scrolls sideways: {html}");
            for fetching in ["href", "src", "url(", "@import", "<img", "<script", "<a ", "<b>"] {
                assert!(!html.contains(fetching), "{fetching} in {html}");
            }
            if profile.name == name {
                assert!(
                    html.contains("<h1 style=\"font-size: 1.25em;\">&lt;b&gt;&amp;&quot;&#39;</h1>"),
                    "{html}"
                );
                assert!(message.expose_text().starts_with(name));
            }
        }
    }
}

/// Walks through the tags, and returns what is left open; an element closed out of turn stays.
fn open_tags(html: &str) -> Vec<&str> {
    let mut open = Vec::new();
    for tag in html.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("each < begins a tag");
        let element = tag.split(' ').next().unwrap();
        match element.strip_prefix('/') {
            Some(closed) if open.last() == Some(&closed) => drop(open.pop()),
            _ if element == "!doctype" || element == "meta" => {}
            _ => open.push(element),
        }
    }
    open
}

#[test]
fn an_unknown_language_is_answered_in_the_profiles_and_that_failing_in_english() {
    let spoken = |asked: &str, profiles: &str| {
        let profile = profile().locale(Locale::new(profiles));
        let text = sms(&Notice::AlreadyActive, &Locale::new(asked), &profile);
        let refusal = BuiltInTexts::default().explain(&Error::Overloaded, &Locale::new(asked), &profile);
        assert_eq!(text.contains("Ikke deg?"), refusal.contains("igjen"));
        if text.contains("Ikke deg?") { "nb" } else { "en" }
    };
    for asked in ["nb", "no", "nn", "nb-NO", "nn_NO", "NO"] {
        assert_eq!(spoken(asked, "en"), "nb", "{asked}");
    }
    for asked in ["en", "en-GB", "EN_us"] {
        assert_eq!(spoken(asked, "nb"), "en", "{asked}");
    }
    for asked in ["fi", "", "-", "entirely unknown", "☃"] {
        assert_eq!(spoken(asked, "nb-NO"), "nb", "{asked}");
        assert_eq!(spoken(asked, "se"), "en", "{asked}");
    }
}

#[test]
fn a_third_language_is_added_from_outside_by_wrapping() {
    /// Danish for codes by SMS; everything else as it ships.
    #[derive(Debug, Default)]
    struct WithDanish(BuiltInTexts);

    impl Texts for WithDanish {
        fn compose(
            &self,
            notice: &Notice,
            channel: Channel,
            locale: &Locale,
            profile: &ServiceProfile,
        ) -> MessageText {
            match (locale.language().as_str(), notice, channel) {
                ("da", Notice::Code { code, .. }, Channel::Sms) => {
                    MessageText::sms(format!("{}: Din kode er {}.", profile.name, code.expose()))
                }
                _ => self.0.compose(notice, channel, locale, profile),
            }
        }

        fn explain(&self, error: &Error, locale: &Locale, profile: &ServiceProfile) -> String {
            self.0.explain(error, locale, profile)
        }
    }

    let texts = WithDanish::default();
    let said = |locale| {
        let message = texts.compose(&code_notices()[0], Channel::Sms, &locale, &bare_profile());
        message.expose_text().to_owned()
    };
    assert_eq!(said(Locale::new("da-DK")), "Eksempelforbundet: Din kode er 73918264.");
    assert!(said(Locale::NORWEGIAN).contains("Kode for å aktivere kontoen: 73918264."));
    assert!(texts.explain(&Error::Overloaded, &Locale::new("da"), &profile()).ends_with('.'));
}
