//! The domain of an e-mail address: what is one, and how it is compared.

use std::net::Ipv4Addr;

use super::ContactProblem;

/// The greatest length of a domain, in octets (RFC 5321, section 4.5.3.1.2).
const LONGEST_DOMAIN: usize = 255;
/// The same without the final dot, which an address does not have (RFC 1035, section 2.3.4).
const LONGEST_NAME: usize = 253;
/// The greatest length of a label, in octets (RFC 1035, section 2.3.4).
const LONGEST_LABEL: usize = 63;

/// The domain as lower-case A-labels (RFC 5890).
pub(super) fn in_ascii(domain: &str) -> Result<String, ContactProblem> {
    if domain.len() > LONGEST_DOMAIN {
        return Err(ContactProblem::DomainTooLong { limit: LONGEST_DOMAIN as u16 });
    }
    if domain.starts_with('[') || domain.parse::<Ipv4Addr>().is_ok() {
        return Err(ContactProblem::AddressLiteral);
    }
    // What is ASCII takes one way in every build, so that its canonical form does not depend on the feature.
    let ascii = if domain.is_ascii() { plain(domain)? } else { mapped(domain)? };
    let top_level = ascii.rsplit_once('.').map(|(_, label)| label).ok_or(ContactProblem::NotADomain)?;
    // No top-level domain begins with a digit, and resolvers take `0x7f.1` and `127.1` for network addresses.
    if !top_level.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err(ContactProblem::NotADomain);
    }
    Ok(ascii)
}

/// A domain that is ASCII as typed: letters, digits and hyphens (RFC 1123, section 2.1), in lower case.
fn plain(domain: &str) -> Result<String, ContactProblem> {
    let ascii = domain.to_ascii_lowercase();
    let has_a_label = ascii.split('.').any(|label| label.starts_with("xn--"));
    if ascii.len() > LONGEST_NAME || !ascii.split('.').all(is_label) || (has_a_label && !is_mapped(&ascii)) {
        return Err(ContactProblem::NotADomain);
    }
    Ok(ascii)
}

/// Hyphens in the third and fourth place are kept for A-labels (RFC 5891, section 4.2.3.1).
fn is_label(label: &str) -> bool {
    (1..=LONGEST_LABEL).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
        && (label.get(2..4) != Some("--") || label.starts_with("xn--"))
}

/// Maps an internationalised domain to A-labels (UTS #46), where that changes nothing but case.
#[cfg(feature = "idn")]
fn mapped(domain: &str) -> Result<String, ContactProblem> {
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| ContactProblem::NotADomain)?;
    // Checked again: the mapping has turned full-width digits into ASCII ones.
    if ascii.parse::<Ipv4Addr>().is_ok() {
        return Err(ContactProblem::AddressLiteral);
    }
    if maps_case_only(domain, &ascii) { Ok(ascii) } else { Err(ContactProblem::NotADomain) }
}

#[cfg(not(feature = "idn"))]
fn mapped(_: &str) -> Result<String, ContactProblem> {
    Err(ContactProblem::InternationalisedDomain)
}

/// Whether the A-labels in it stand for something that maps to them.
#[cfg(feature = "idn")]
fn is_mapped(ascii: &str) -> bool {
    idna::domain_to_ascii_strict(ascii).is_ok_and(|again| again == ascii)
        && idna::domain_to_unicode(ascii).1.is_ok()
}

/// Not known here. One that stands for nothing is the name of no domain, and no other domain's either.
#[cfg(not(feature = "idn"))]
const fn is_mapped(_: &str) -> bool {
    true
}

/// Whether the mapping to ASCII changed nothing but case, so that a look-alike of a domain is not that domain.
#[cfg(feature = "idn")]
fn maps_case_only(domain: &str, ascii: &str) -> bool {
    use unicode_normalization::UnicodeNormalization;

    let (mapped, validity) = idna::domain_to_unicode(ascii);
    validity.is_ok()
        && domain.split('.').count() == mapped.split('.').count()
        && domain.split('.').zip(mapped.split('.')).all(|(typed, mapped)| {
            // Letter by letter: the mapping knows no final sigma.
            typed.is_ascii() || typed.chars().flat_map(char::to_lowercase).nfc().eq(mapped.chars())
        })
}

#[cfg(all(test, feature = "idn"))]
mod tests {
    use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};

    use super::plain;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_rule_for_ascii_is_that_of_uts_46(
            domain in "([a-cA-C0-9_ -]{0,6}\\.){0,3}(xn--)?[a-zA-Z0-9-]{0,70}(\\.[a-z0-9-]{1,4})?"
        ) {
            prop_assert_eq!(plain(&domain).ok(), idna::domain_to_ascii_strict(&domain).ok(), "{:?}", domain);
        }
    }
}
