//! An e-mail before it has a form: what it says, from which the plain text and the HTML are both made.

use zeroize::Zeroizing;

use crate::code::Code;
use crate::message::MessageText;
use crate::profile::ServiceProfile;
use crate::texts::place::{CODE, fill};

/// What an e-mail says.
pub(super) struct Letter {
    subject: &'static str,
    paragraphs: Vec<Paragraph>,
}

enum Paragraph {
    Words(String),
    /// The code, on a line of its own.
    Code(Code),
    /// The address of a page, on a line of its own, so that no punctuation sticks to it.
    Page(String),
}

impl Letter {
    /// Begins a letter. The subject is made of fixed words, so that no code can get into it; the service's name is
    /// put before them.
    pub(super) const fn about(subject: &'static str) -> Self {
        Self { subject, paragraphs: Vec::new() }
    }

    /// Adds a paragraph.
    pub(super) fn say(mut self, words: impl Into<String>) -> Self {
        self.paragraphs.push(Paragraph::Words(words.into()));
        self
    }

    /// Adds the code.
    pub(super) fn code(mut self, code: &Code) -> Self {
        self.paragraphs.push(Paragraph::Code(code.clone()));
        self
    }

    /// Introduces a page and names its address, or says `otherwise` where the profile has none.
    pub(super) fn page(self, page: Option<&String>, introduction: &str, otherwise: &str) -> Self {
        let Some(page) = page else { return self.say(otherwise) };
        let mut letter = self.say(introduction);
        letter.paragraphs.push(Paragraph::Page(page.clone()));
        letter
    }

    /// Gives the letter its form. `language` is a BCP 47 tag.
    pub(super) fn into_message(self, language: &str, profile: &ServiceProfile) -> MessageText {
        let subject = format!("{}: {}", profile.name, self.subject);
        let code = self.grouped_code();
        let mut text = fill(&self.plain(&profile.name), &code);
        let mut html = fill(&self.html(language, &subject, &profile.name), &code);
        MessageText::email(subject, std::mem::take(&mut *text), std::mem::take(&mut *html))
    }

    /// The code as it is read, or nothing in a letter without one.
    fn grouped_code(&self) -> Zeroizing<String> {
        let code = self.paragraphs.iter().find_map(|paragraph| match paragraph {
            Paragraph::Code(code) => Some(code),
            Paragraph::Words(_) | Paragraph::Page(_) => None,
        });
        code.map(|code| grouped(code.expose())).unwrap_or_default()
    }

    fn plain(&self, name: &str) -> String {
        let mut text = format!("{name}\n");
        for paragraph in &self.paragraphs {
            text.push('\n');
            match paragraph {
                Paragraph::Words(words) => push_wrapped(&mut text, words),
                Paragraph::Code(_) => text.push_str(CODE),
                Paragraph::Page(page) => text.push_str(page),
            }
            text.push('\n');
        }
        text
    }

    /// No colours, so that the reader's light or dark ones hold; nothing fetched, so that reading is not reported; a long
    /// address breaks, so that a narrow telephone need not scroll sideways.
    fn html(&self, language: &str, subject: &str, name: &str) -> String {
        let mut html = format!(
            r#"<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no">
<title>{}</title>
<style>:root {{ color-scheme: light dark; }}</style>
</head>
<body style="font-family: sans-serif; line-height: 1.5; margin: 1.5em;">
<main style="max-width: 36em; overflow-wrap: anywhere;">
<h1 style="font-size: 1.25em;">{}</h1>
"#,
            escaped(subject),
            escaped(name),
        );
        for paragraph in &self.paragraphs {
            match paragraph {
                Paragraph::Words(words) => {
                    html.push_str(&format!("<p>{}</p>\n", escaped(&numbers_held_together(words))));
                }
                Paragraph::Code(_) => {
                    html.push_str(r#"<p style="font-size: 1.75em; white-space: nowrap;"><strong>"#);
                    html.push_str(CODE);
                    html.push_str("</strong></p>\n");
                }
                Paragraph::Page(page) => {
                    html.push_str(&format!("<p><strong>{}</strong></p>\n", escaped(page)));
                }
            }
        }
        html.push_str("</main>\n</body>\n</html>\n");
        html
    }
}

/// How long a line of plain text is, in characters: what a terminal shows with room for the marks of a reply (RFC 3676,
/// 4.2). An address of a page is never broken.
const LINE: usize = 72;

/// The words, with the groups of a number held together by spaces that do not break: half a telephone number at the end of
/// a line is hard to read and harder to dial.
fn numbers_held_together(words: &str) -> String {
    let mut held = String::with_capacity(words.len());
    let mut rest = words.chars().peekable();
    let mut before = ' ';
    while let Some(c) = rest.next() {
        let is_within = c == ' ' && before.is_ascii_digit() && rest.peek().is_some_and(char::is_ascii_digit);
        held.push(if is_within { NO_BREAK } else { c });
        before = c;
    }
    held
}

const NO_BREAK: char = '\u{a0}';

/// Appends words in lines that are short enough. They break between words, and not within a number; a word that is too
/// long has a line for itself.
fn push_wrapped(text: &mut String, words: &str) {
    for (nth, line) in numbers_held_together(words).split('\n').enumerate() {
        if nth > 0 {
            text.push('\n');
        }
        let mut length = 0;
        for word in line.split(' ') {
            let longer = word.chars().count();
            if length > 0 && length + 1 + longer > LINE {
                text.push('\n');
                length = 0;
            } else if length > 0 {
                text.push(' ');
                length += 1;
            }
            text.push_str(&word.replace(NO_BREAK, " "));
            length += longer;
        }
    }
}

/// A code as it is easiest to read and to type: in groups of three or four, as even as can be. A code holds digits and
/// capital letters alone and needs no escaping.
fn grouped(code: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(code.len() * 2));
    let mut rest = code;
    for groups in (1..=code.len().div_ceil(4)).rev() {
        let Some((group, others)) = rest.split_at_checked(rest.len().div_ceil(groups)) else { break };
        text.push_str(group);
        if groups > 1 {
            text.push(' ');
        }
        rest = others;
    }
    text
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_not_broken() {
        let words = format!("{}, 22 00 00 00.", "x".repeat(60));
        let mut text = String::new();
        push_wrapped(&mut text, &words);
        assert_eq!(text, format!("{},\n22 00 00 00.", "x".repeat(60)));
        assert_eq!(numbers_held_together("a 1 2 b 3"), "a 1\u{a0}2 b 3");
    }

    #[test]
    fn words_are_wrapped_between_words_and_nothing_of_them_is_lost() {
        let words = "Æ Ø Å og mange flere ord, ".repeat(20) + &"langt".repeat(30) + " slutt\nny linje";
        let mut text = String::new();
        push_wrapped(&mut text, &words);
        assert!(text.lines().all(|line| line.chars().count() <= LINE || !line.contains(' ')), "{text}");
        assert!(text.lines().any(|line| line.chars().count() > LINE - 10), "{text}");
        assert_eq!(text.replace('\n', " "), words.replace('\n', " "));
    }

    #[test]
    fn a_code_is_read_in_even_groups_of_three_or_four() {
        for (code, read) in [
            ("123456", "123 456"),
            ("1234567", "1234 567"),
            ("12345678", "1234 5678"),
            ("123456789", "123 456 789"),
            ("1234567890", "1234 567 890"),
            ("12345678901", "1234 5678 901"),
            ("123456789012", "1234 5678 9012"),
        ] {
            assert_eq!(*grouped(code), read);
        }
    }
}
