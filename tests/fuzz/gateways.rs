//! What senders are set up with, and what a gateway for SMS answers.

#[path = "../../src/adapters/sms_gateway/answer.rs"]
#[allow(unreachable_pub, reason = "its module in the library has an outside")]
mod answer;
#[path = "../../src/adapters/sms_gateway/template.rs"]
mod template;

use hyper::StatusCode;
use hyper::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use vestibule::EmailAddress;
use vestibule::adapters::sms_gateway::{SmsGateway, SmsGatewayAddress};
use vestibule::adapters::smtp::{SmtpAddress, SmtpSender};
use vestibule::ports::SendError;

use self::answer::Signs;
use self::template::{Filling, Template};

/// Addresses of mail servers and of gateways: what is taken can be built, and a refusal repeats nothing of it.
pub fn addresses(data: &[u8]) {
    let Ok(typed) = std::str::from_utf8(data) else { return };
    match SmsGatewayAddress::parse(typed) {
        Ok(address) => drop(SmsGateway::at(&address).build().expect("what was parsed is built")),
        Err(problem) => assert!(!format!("{problem} {problem:?}").contains("hemmelig")),
    }
    for parse in [SmtpAddress::parse, SmtpAddress::parse_dangerous_plain_text] {
        let from = EmailAddress::parse("ikke-svar@example.no").unwrap();
        match parse(typed) {
            Ok(address) => drop(SmtpSender::builder(address, from, "Service").build()),
            Err(problem) => assert!(!format!("{problem} {problem:?}").contains("hemmelig")),
        }
    }
}

/// The template of a body, and the answer that comes: what is put into a template stays in its place, and a message was
/// taken only where the answer says so.
pub fn gateway(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    filled(first);
    answered(first, rest);
}

const HOSTILE: Filling<'static> = Filling {
    to: "+4741234567",
    from: "A\"}&from=B",
    text: "{password} {to}\", \"to\": \"+4799999999\"}&to=%2B4799999999\r\n\u{2028}\\",
    user: "{text}",
    password: "{user}&=+",
};

fn filled(written: &str) {
    if let Ok(template) = Template::json(written) {
        let before: serde_json::Value = serde_json::from_str(written).expect("it was parsed");
        let after = serde_json::from_str(&template.fill(&HOSTILE)).expect("a filled template is JSON");
        assert!(is_shaped_alike(&before, &after));
    }
    let fields: Vec<_> =
        written.split('&').map(|field| field.split_once('=').unwrap_or((field, ""))).collect();
    let owned = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    if let Ok(template) = Template::form(owned.collect()) {
        let body = template.fill(&HOSTILE);
        let names = url::form_urlencoded::parse(body.as_bytes()).map(|(name, _)| name.into_owned());
        // A reader of forms skips a field without a name and a value.
        let kept = fields.iter().filter(|field| **field != ("", "")).map(|(name, _)| (*name).to_owned());
        assert_eq!(
            names.filter(|name| !name.is_empty()).collect::<Vec<_>>(),
            kept.filter(|name| !name.is_empty()).collect::<Vec<_>>()
        );
    }
}

fn is_shaped_alike(before: &serde_json::Value, after: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Object, String};
    match (before, after) {
        (Array(before), Array(after)) => {
            before.len() == after.len() && before.iter().zip(after).all(|(b, a)| is_shaped_alike(b, a))
        }
        (Object(before), Object(after)) => {
            before.len() == after.len()
                && before
                    .iter()
                    .zip(after)
                    .all(|((b, one), (a, other))| b == a && is_shaped_alike(one, other))
        }
        (String(_), String(_)) => true,
        (before, after) => before == after,
    }
}

fn answered(head: &str, body: &str) {
    let signs = Signs { taken: Some("/taken".into()), refused: vec!["/errors/0".into()] };
    let mut headers = HeaderMap::new();
    if let Ok(wish) = HeaderValue::from_str(head) {
        headers.insert(RETRY_AFTER, wish);
    }
    for status in [StatusCode::OK, StatusCode::FOUND, StatusCode::FORBIDDEN, StatusCode::BAD_GATEWAY] {
        match signs.judge(status, &headers, body.as_bytes()) {
            Ok(()) => assert!(status.is_success() && body.contains("taken")),
            Err(SendError::Transient { retry_after, .. }) => {
                assert!(retry_after.is_none_or(|wait| wait.as_secs() <= 24 * 60 * 60));
            }
            // What went wrong is said without a word of the answer.
            Err(error) => assert!(!format!("{error} {error:?}").contains("hemmelig")),
        }
    }
}
