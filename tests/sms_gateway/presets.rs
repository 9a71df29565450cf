//! The requests of the presets, and that both languages come through them whole.

use std::time::Duration;

use vestibule::adapters::sms_gateway::{SmsGateway, SmsGatewayAddress, SmsGatewayBuilder, SmsGatewayProblem};
use vestibule::code::Purpose;
use vestibule::contact::Channel;
use vestibule::message::{Message, Notice};
use vestibule::ports::{CodeSender, Texts};
use vestibule::secrecy::SecretString;
use vestibule::texts::BuiltInTexts;
use vestibule::{Code, Locale};

use crate::accounts::{phone, profile};
use crate::gateway::{Answer, Asked, Gateway};

fn secret() -> SecretString {
    "hemmelig/ø".into()
}

fn code(locale: &Locale) -> Message {
    let code = Code::parse("73918264").unwrap();
    let notice = Notice::Code { purpose: Purpose::Activation, code, valid_for: Duration::from_secs(600) };
    let text = BuiltInTexts::default().compose(&notice, Channel::Sms, locale, &profile());
    Message::new(phone("41 23 45 67"), &notice, text)
}

/// Sends a code in both languages, and gives what was asked, with the text that should be in it.
async fn asked(
    preset: impl Fn() -> SmsGatewayBuilder,
    path: &str,
    answer: &'static str,
) -> Vec<(Asked, String)> {
    let gateway = Gateway::answering([Answer::Http("200 OK", answer)]).await;
    let address = format!("http://localhost:{}{path}", gateway.port);
    let sender = preset().address(address).build().unwrap();
    let mut texts = Vec::new();
    for locale in [Locale::NORWEGIAN, Locale::ENGLISH] {
        let message = code(&locale);
        sender.send(&message).await.unwrap();
        texts.push(message.text.expose_text().to_owned());
    }
    assert!(texts[0].contains("Gulrøttenes") && texts[0].contains("å aktivere"), "{texts:?}");
    for asked in gateway.asked() {
        assert!(asked.head.starts_with(&format!("POST {path} HTTP/1.1\r\n")), "{}", asked.head);
        assert_eq!(asked.header("host"), Some(format!("localhost:{}", gateway.port)));
    }
    gateway.asked().into_iter().zip(texts).collect()
}

#[tokio::test]
async fn twilio_gets_a_form() {
    let preset = || SmsGateway::twilio("AC1", &"token".into(), "Forbundet");
    for (asked, text) in asked(preset, "/2010-04-01/Accounts/AC1/Messages.json", r#"{"sid": "SM1"}"#).await {
        assert_eq!(asked.header("authorization").unwrap(), "Basic QUMxOnRva2Vu");
        assert_eq!(asked.header("content-type").unwrap(), "application/x-www-form-urlencoded; charset=utf-8");
        let field = |field: &str| {
            let (name, value) = field.split_once('=').unwrap();
            (name.to_owned(), percent_encoding::percent_decode_str(value).decode_utf8().unwrap().into_owned())
        };
        let fields: Vec<_> = asked.body.split('&').map(field).collect();
        let expected = [("To", "+4741234567"), ("From", "Forbundet"), ("Body", &text)];
        assert_eq!(fields, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}

#[tokio::test]
async fn sinch_gets_json() {
    let preset = || SmsGateway::sinch("eu", "plan", &"token".into(), "Forbundet");
    for (asked, text) in asked(preset, "/xms/v1/plan/batches", r#"{"id": "01FC"}"#).await {
        assert_eq!(asked.header("authorization").unwrap(), "Bearer token");
        assert_eq!(asked.header("content-type").unwrap(), "application/json; charset=utf-8");
        let expected = serde_json::json!({"from": "Forbundet", "to": ["+4741234567"], "body": text});
        assert_eq!(asked.json(), expected);
    }
}

#[tokio::test]
async fn sveve_gets_json_with_the_login_in_it() {
    let preset = || SmsGateway::sveve("bruker", secret(), "Forbundet");
    for (asked, text) in
        asked(preset, "/SMS/SendMessage", r#"{"response": {"msgOkCount": 1, "ids": [1]}}"#).await
    {
        let expected = serde_json::json!({
            "user": "bruker", "passwd": "hemmelig/ø", "to": "4741234567", "msg": text, "from": "Forbundet",
            "f": "json",
        });
        assert_eq!(asked.json(), expected);
        assert_eq!(asked.header("authorization"), None);
    }
}

#[tokio::test]
async fn link_mobility_gets_json() {
    let preset = || {
        SmsGateway::link_mobility(
            "https://n-eu.linkmobility.example/sms/send",
            ("bruker", &"token".into()),
            ("COOL", "12345"),
            "Forbundet",
        )
    };
    let taken = r#"{"messageId":"Dcshuhod0PMAAAFQ+/PbnR3x","resultCode":1005,"description":"Queued"}"#;
    for (asked, text) in asked(preset, "/sms/send", taken).await {
        assert_eq!(asked.header("authorization").unwrap(), "Basic YnJ1a2VyOnRva2Vu");
        let expected = serde_json::json!({
            "source": "Forbundet", "destination": "+4741234567", "userData": text, "platformId": "COOL",
            "platformPartnerId": "12345", "useDeliveryReport": false, "ignoreResponse": false,
        });
        assert_eq!(asked.json(), expected);
    }
}

#[test]
fn the_presets_build_towards_the_real_addresses_over_https() {
    let token = secret();
    for preset in [
        SmsGateway::twilio("AC1", &"token".into(), "+4741234567"),
        SmsGateway::sinch("eu", "plan", &"token".into(), "Forbundet"),
        SmsGateway::sveve("bruker", token, "Forbundet"),
    ] {
        let sender = preset.build().unwrap();
        assert!(!format!("{sender:?}").contains("token"), "{sender:?}");
    }
}

#[test]
fn what_is_wrong_with_a_gateway_is_said() {
    use SmsGatewayProblem as P;
    let body = r#"["{to}", "{text}"]"#;
    let at = |address: &str| SmsGateway::json(address, body, "Forbundet");
    for (builder, problem) in [
        (at("gateway"), P::Address),
        (at("ftp://gateway.example.no"), P::Address),
        (at("https://user:password@gateway.example.no"), P::Address),
        (at("http://gateway.example.no"), P::PlainText),
        (at("http://127.0.0.1.example.no"), P::PlainText),
        (at("https://gateway.example.no").header("X-Key", "a\r\nB: c".into()), P::Header),
        (at("https://gateway.example.no").header("X Key", "a".into()), P::Header),
        (at("https://gateway.example.no").bearer_token(&"ø\n".into()), P::Header),
        (at("https://gateway.example.no").root_certificate_pem("nothing"), P::RootCertificate),
        (SmsGateway::json("https://gateway.example.no", body, "Forbundet for alle"), P::Originator),
        (SmsGateway::json("https://gateway.example.no", "{to}{text}", "Forbundet"), P::Template),
        (SmsGateway::form("https://gateway.example.no", [("to", "{to}")], "Forbundet"), P::Placeholder),
    ] {
        assert_eq!(builder.build().unwrap_err(), problem);
    }
    assert!(at("http://gateway.example.no").dangerous_plain_http().build().is_ok());
    assert!(at("http://[::1]:8080/send").build().is_ok());
}

#[tokio::test]
async fn an_address_in_the_configuration_makes_the_same_requests() {
    let taken = r#"{"sid": "SM1", "id": "1", "response": {"msgOkCount": 1}, "messageId": "1"}"#;
    for (address, path, says) in [
        (
            "twilio://AC1:token@{}?from=+4741234567",
            "/2010-04-01/Accounts/AC1/Messages.json",
            "From=%2B4741234567",
        ),
        ("sinch://plan:token@{}?from=Forbundet", "/xms/v1/plan/batches", r#""from":"Forbundet""#),
        ("sveve://bruker:s%2Fc@{}?from=Ny%20avd.", "/SMS/SendMessage", r#""passwd":"s/c""#),
        ("linkmobility://u:p@{}?platform=COOL&partner=1&from=LINK", "/sms/send", r#""platformId":"COOL""#),
        ("https://u:p@{}/v1/send?key=a%2Fb&from=Forbundet", "/v1/send?key=a%2Fb", r#""from":"Forbundet""#),
        (
            "https://token@{}/v1?from=A&body={%22n%22:%22{to}%22,%22t%22:%22{text}%22}",
            "/v1",
            r#""n":"+4741234567""#,
        ),
    ] {
        let gateway = Gateway::answering([Answer::Http("200 OK", taken)]).await;
        let address = address.replace("{}", &format!("localhost:{}", gateway.port));
        let address = SmsGatewayAddress::parse(&format!("{address}&tls=none")).unwrap();
        SmsGateway::at(&address).build().unwrap().send(&code(&Locale::ENGLISH)).await.unwrap();
        let asked = gateway.asked();
        assert!(asked[0].head.starts_with(&format!("POST {path} HTTP/1.1\r\n")), "{}", asked[0].head);
        assert!(asked[0].body.contains(says), "{address:?}: {}", asked[0].body);
        let authorization = asked[0].header("authorization");
        match path {
            "/v1" => assert_eq!(authorization.unwrap(), "Bearer token"),
            "/v1/send?key=a%2Fb" => assert_eq!(authorization.unwrap(), "Basic dTpw"),
            _ => {}
        }
    }
}
