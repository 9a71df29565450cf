//! Whom an SMS says it is from.

use crate::adapters::sms_gateway::SmsGatewayProblem;

/// The longest alphanumeric sender, in characters: 3GPP TS 23.040 gives the address ten octets, which hold eleven
/// septets.
const LONGEST_NAME: usize = 11;

/// Checks that telephones can show a sender: a name of up to eleven characters that every network carries, or a number.
///
/// The GSM alphabet has more characters, such as Æ, Ø and Å; but some networks replace them in a sender, and gateways
/// refuse them (Sveve: "no special characters").
pub(super) fn checked(from: String) -> Result<String, SmsGatewayProblem> {
    let digits = from.strip_prefix('+').unwrap_or(&from);
    let is_number = (3..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let carried = |b: u8| b.is_ascii_alphanumeric() || b" .-_&+".contains(&b);
    let is_name = from.len() <= LONGEST_NAME
        && from.bytes().all(carried)
        && from.bytes().any(|b| b.is_ascii_alphabetic())
        && from.trim() == from;
    if is_number || is_name { Ok(from) } else { Err(SmsGatewayProblem::Originator) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_a_short_name_or_a_number() {
        for good in ["Forbundet", "A", "Vår".replace('å', "a").as_str(), "Fagforb. 1", "2065", "+4741234567"]
        {
            assert!(checked(good.to_owned()).is_ok(), "{good}");
        }
        for bad in [
            "",
            "Forbundet for alle",
            "Gulrøtter",
            "12",
            "+47412345678901234",
            " Ola",
            "a\nb",
            "Ola\u{202e}",
            "...",
        ] {
            assert_eq!(checked(bad.to_owned()), Err(SmsGatewayProblem::Originator), "{bad}");
        }
    }
}
