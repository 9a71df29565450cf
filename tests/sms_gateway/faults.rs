//! Faults: the person's answer never changes, and the operator is told the truth.

use std::error::Error as _;
use std::time::{Duration, Instant};

use tokio::net::TcpSocket;
use vestibule::Code;
use vestibule::code::Purpose;
use vestibule::error::BackendErrorKind as Kind;
use vestibule::event::LossReason;
use vestibule::message::{Message, MessageText, Notice};
use vestibule::ports::{CodeSender, SendError};
use vestibule::texts::BuiltInTexts;

use crate::accounts::{Accounts, Told, phone};
use crate::authority::Authority;
use crate::gateway::{Answer, Gateway, TAKEN};

fn code(number: &str) -> Message {
    let code = Code::parse("73918264").unwrap();
    let notice = Notice::Code { purpose: Purpose::Recovery, code, valid_for: Duration::from_secs(600) };
    Message::new(phone(number), &notice, MessageText::sms("Koden er 73918264"))
}

/// Sends directly, and sees that nothing of the error could hurt in a log.
async fn failure(gateway: &Gateway) -> SendError {
    let sender = gateway.template().build().unwrap();
    let failed = sender.send(&code("41234567")).await.unwrap_err();
    let mut shown = format!("{failed} {failed:?} {sender:?} {:?}", gateway.template());
    let mut source = failed.source();
    while let Some(cause) = source {
        shown.push_str(&format!(" / {cause}"));
        source = cause.source();
    }
    for secret in ["hemmelig", "73918264", "41234567"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    failed
}

/// A person asks while the gateway answers so; what may pass is given up after the first failure.
async fn told(gateway: &Gateway) -> Vec<Told> {
    let sender = gateway.template().build().unwrap();
    let accounts = Accounts::with(sender, BuiltInTexts::default(), |settings| {
        settings.sending_patience = Duration::ZERO;
    });
    accounts.ask(&phone("41234567"), &phone("41234568")).await;
    accounts.told()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_taken_is_sent() {
    let gateway = Gateway::answering([TAKEN]).await;
    assert_eq!(told(&gateway).await, [Told::Sent]);
    assert_eq!(gateway.asked().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_gateway_is_tried_again_when_it_says_so() {
    let busy = Answer::Http("429 Too Many Requests\r\nRetry-After: 2", "{\"to\": \"41234567\"}");
    let gateway = Gateway::answering([busy, TAKEN]).await;
    let accounts = Accounts::sending_by(gateway.template().build().unwrap());
    let began = Instant::now();
    accounts.ask(&phone("41234567"), &phone("41234568")).await;
    assert_eq!(accounts.told(), [Told::Failed(Kind::Busy), Told::Sent]);
    assert!(began.elapsed() >= Duration::from_secs(2), "{:?}", began.elapsed());
    let keys: Vec<_> = gateway.asked().iter().map(|asked| asked.header("idempotency-key").unwrap()).collect();
    assert_eq!((keys.len(), &keys[0]), (2, &keys[1]));
    assert!(keys[0].len() == 32 && !keys[0].contains("73918264"), "{keys:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_gateway_answers_decides_what_becomes_of_the_message() {
    let transient = |kind| vec![Told::Failed(kind), Told::Lost(LossReason::GaveUp)];
    let permanent = |kind| vec![Told::Failed(kind), Told::Lost(LossReason::Refused)];
    let ambiguous = |kind| vec![Told::Failed(kind), Told::Lost(LossReason::TimedOut)];
    let elsewhere = "302 Found\r\nLocation: http://127.0.0.1:1/elsewhere";
    for (answer, expected) in [
        (Answer::Http("500 Internal Server Error", "41234567 hemmelig 73918264"), transient(Kind::Busy)),
        (Answer::Http("503 Service Unavailable", "41234567 hemmelig"), transient(Kind::Busy)),
        // A proxy handed it on, and does not know what became of it.
        (Answer::Http("502 Bad Gateway", "41234567 hemmelig"), ambiguous(Kind::Unavailable)),
        (Answer::Http("504 Gateway Timeout\r\nRetry-After: 1", "hemmelig"), ambiguous(Kind::Unavailable)),
        (Answer::Http("400 Bad Request", "41234567 hemmelig"), permanent(Kind::Misconfigured)),
        (Answer::Http("401 Unauthorized", ""), permanent(Kind::Misconfigured)),
        (Answer::Http(elsewhere, ""), permanent(Kind::Misconfigured)),
        (Answer::Http("200 OK", "<html>Log in to the network</html>"), ambiguous(Kind::Other)),
        (Answer::Http("200 OK", ""), ambiguous(Kind::Other)),
        (Answer::Endless, ambiguous(Kind::Other)),
        (Answer::Nonsense, ambiguous(Kind::Unavailable)),
        (Answer::Close, ambiguous(Kind::Unavailable)),
        (Answer::Silence, ambiguous(Kind::TimedOut)),
    ] {
        let gateway = Gateway::answering([answer.clone()]).await;
        assert_eq!(told(&gateway).await, expected, "{answer:?}");
        assert_eq!(gateway.asked().len(), 1, "{answer:?}");
        failure(&gateway).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_is_not_there_has_not_sent_anything() {
    let mut nowhere = Gateway::answering([TAKEN]).await;
    // Taken, so that nobody else listens there, and nobody does.
    let held = TcpSocket::new_v4().unwrap();
    held.bind(([127, 0, 0, 1], 0).into()).unwrap();
    nowhere.port = held.local_addr().unwrap().port();
    assert_eq!(told(&nowhere).await, [Told::Failed(Kind::Unavailable), Told::Lost(LossReason::GaveUp)]);
    assert!(matches!(failure(&nowhere).await, SendError::Transient { .. }));
}

#[tokio::test]
async fn a_certificate_must_be_trusted_and_be_the_hosts() {
    let authority = Authority::new();
    let gateway = Gateway::over_tls(&authority.sign("localhost")).await;
    let at = |host: &str| gateway.template().address(format!("https://{host}:{}/send", gateway.port));
    let trusting = at("localhost").root_certificate_pem(authority.root.as_bytes()).build().unwrap();
    trusting.send(&code("41234567")).await.unwrap();
    let elsewhere = at("127.0.0.1").root_certificate_pem(authority.root.as_bytes());
    for stranger in [at("localhost"), elsewhere] {
        let failed = stranger.build().unwrap().send(&code("41234567")).await;
        assert!(matches!(failed, Err(SendError::Transient { .. })), "{failed:?}");
    }
    assert_eq!(gateway.asked().len(), 1);
}

#[test]
fn without_a_runtime_a_message_is_refused_with_advice() {
    let sender =
        vestibule::adapters::sms_gateway::SmsGateway::sveve("bruker", "hemmelig".into(), "Forbundet");
    let sender = sender.build().unwrap();
    let failed = futures_lite::future::block_on(sender.send(&code("41234567")));
    assert!(matches!(failed, Err(SendError::Permanent(_))), "{failed:?}");
}
