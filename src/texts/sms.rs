//! An SMS: kept within one part of 160 characters where it can be, and bound to a host where it holds a code.

use crate::message::{MessageText, Notice};
use crate::profile::ServiceProfile;
use crate::texts::place::{CODE, fill};

/// What one part of an SMS holds, in septets of the GSM 7-bit alphabet (3GPP TS 23.038).
const ONE_PART: usize = 160;

/// The characters that take one septet.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// The characters that take two: an escape comes before them.
const EXTENDED: &str = "^{}\\[~]|€\u{c}";

/// Takes the first of `wordings` that fits into one part.
///
/// Where none does, because the profile's name or contact is very long or holds characters that the GSM alphabet
/// does not have, nothing is gained by saying less: the first is taken, and travels in several parts.
pub(super) fn message(wordings: &[String], notice: &Notice, profile: &ServiceProfile) -> MessageText {
    let last_line = last_line(notice, profile);
    let code = if let Notice::Code { code, .. } = notice { code.expose() } else { "" };
    let mut texts = wordings.iter().map(|wording| fill(&format!("{wording}{last_line}"), code));
    let best = texts.next().unwrap_or_default();
    let mut text = if fits(&best) { best } else { texts.find(|text| fits(text)).unwrap_or(best) };
    MessageText::sms(std::mem::take(&mut *text))
}

/// The line that binds a code to a host: `@host #code`, one space, nothing after it (WICG, "Origin-bound one-time
/// codes delivered via SMS"). A browser offers to fill the code in on that host alone.
fn last_line(notice: &Notice, profile: &ServiceProfile) -> String {
    match (notice, &profile.sms_host) {
        (Notice::Code { .. }, Some(host)) => format!("\n@{host} #{CODE}"),
        _ => String::new(),
    }
}

fn fits(text: &str) -> bool {
    septets(text).is_some_and(|septets| septets <= ONE_PART)
}

/// How many septets a text takes, or `None` where it holds a character that the GSM alphabet does not have.
fn septets(text: &str) -> Option<usize> {
    text.chars().try_fold(0, |septets, c| match c {
        _ if BASIC.contains(c) => Some(septets + 1),
        _ if EXTENDED.contains(c) => Some(septets + 2),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_basic_alphabet_has_127_characters_besides_the_escape() {
        assert_eq!(BASIC.chars().count(), 127);
        assert_eq!(septets(BASIC), Some(127));
        assert_eq!(septets(EXTENDED), Some(20));
    }

    #[test]
    fn a_typographic_quote_is_in_no_septet() {
        assert_eq!(septets("Ærlig talt: blåbær"), Some(18));
        assert_eq!(septets("it’s"), None);
    }
}
