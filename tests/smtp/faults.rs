//! Faults: the person's answer never changes, and the operator is told the truth.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use vestibule::error::BackendErrorKind;
use vestibule::event::LossReason;
use vestibule::message::{Message, MessageText, Notice};
use vestibule::ports::{CodeSender, SendError};

use crate::accounts::{Accounts, Told, email};
use crate::servers::smtp::SmtpServer;
use crate::{at, through};

fn note(to: &str) -> Message {
    let text = MessageText::email("Forbundet: hei", "Hei, 73918264", "<p>Hei</p>");
    Message::new(email(to), &Notice::Invitation, text)
}

/// Sends directly, and shows the error with its causes: as much of it as can ever reach a log.
async fn failure(sender: &impl CodeSender, to: &str) -> (SendError, String) {
    let failed = sender.send(&note(to)).await.unwrap_err();
    let mut shown = format!("{failed} {failed:?}");
    let mut source = failed.source();
    while let Some(cause) = source {
        shown.push_str(&format!(" / {cause}"));
        source = cause.source();
    }
    for secret in ["hemmelig", "73918264", "@example.no"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    (failed, shown)
}

/// A person asks while the sender fails for good measure; the message is given up after the first failure.
async fn ask_impatiently(sender: impl CodeSender, to: &str) -> Vec<Told> {
    let texts = vestibule::texts::BuiltInTexts::default();
    let accounts = Accounts::with(sender, texts, |settings| settings.sending_patience = Duration::ZERO);
    accounts.ask(&email(to), &email("ingen@example.no")).await;
    accounts.told()
}

pub async fn a_refused_connection_is_tried_again(server: Arc<SmtpServer>) {
    // Taken, so that nobody else listens there, and nobody does.
    let held = TcpSocket::new_v4().unwrap();
    held.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let closed = held.local_addr().unwrap().port();
    let sender = || at(&server, &format!("smtps://localhost:{closed}")).build().unwrap();
    let (failed, _) = failure(&sender(), "lukket@example.no").await;
    assert!(matches!(failed, SendError::Transient { .. }), "{failed:?}");
    assert_eq!(
        ask_impatiently(sender(), "lukket@example.no").await,
        [Told::Failed(BackendErrorKind::Unavailable), Told::Lost(LossReason::GaveUp)]
    );
}

pub async fn a_slow_greeting_is_given_up(server: Arc<SmtpServer>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // Connections are taken and never spoken to.
    let url = format!("smtp://127.0.0.1:{port}?tls=none");
    let sender = at(&server, &url).step_deadline(Duration::from_millis(300)).build().unwrap();
    let told = ask_impatiently(sender, "treg@example.no").await;
    assert_eq!(told, [Told::Failed(BackendErrorKind::TimedOut), Told::Lost(LossReason::GaveUp)]);
}

pub async fn an_answer_4xx_is_tried_again(server: Arc<SmtpServer>) {
    let accounts = Accounts::sending_by(through(&server, "implicit").build().unwrap());
    accounts.ask(&email("later@example.no"), &email("ingen@example.no")).await;
    assert_eq!(accounts.told(), [Told::Failed(BackendErrorKind::Busy), Told::Sent]);
    assert_eq!(server.taken_for("later@example.no").len(), 1);
}

pub async fn an_answer_5xx_is_for_good(server: Arc<SmtpServer>) {
    for to in ["never@example.no", "refused-late@example.no"] {
        let sender = through(&server, "implicit").build().unwrap();
        let (failed, shown) = failure(&sender, to).await;
        assert!(matches!(failed, SendError::Permanent(_)), "{failed:?}");
        assert!(shown.contains("(55"), "{shown}");
        let accounts = Accounts::sending_by(sender);
        accounts.ask(&email(to), &email("ingen@example.no")).await;
        assert_eq!(accounts.told(), [Told::Failed(BackendErrorKind::Other), Told::Lost(LossReason::Refused)]);
    }
}

pub async fn a_code_that_may_have_arrived_is_not_sent_twice(server: Arc<SmtpServer>) {
    for (to, kind) in [
        ("drop@example.no", BackendErrorKind::Unavailable),
        ("silent@example.no", BackendErrorKind::TimedOut),
    ] {
        let sender = through(&server, "implicit").step_deadline(Duration::from_millis(700)).build().unwrap();
        let accounts = Accounts::sending_by(sender);
        accounts.ask(&email(to), &email("ingen@example.no")).await;
        assert_eq!(accounts.told(), [Told::Failed(kind), Told::Lost(LossReason::TimedOut)], "{to}");
        assert_eq!(server.taken_for(to).len(), 1);
    }
    // Before the message was handed over, nobody has it.
    let sender = through(&server, "implicit").step_deadline(Duration::from_millis(700)).build().unwrap();
    let (failed, _) = failure(&sender, "hang@example.no").await;
    assert!(matches!(failed, SendError::Transient { .. }), "{failed:?}");
}

pub async fn a_strange_certificate_is_not_trusted(server: Arc<SmtpServer>) {
    let (failed, shown) = failure(&through(&server, "stranger").build().unwrap(), "ola@example.no").await;
    assert!(matches!(failed, SendError::Transient { .. }), "{failed:?}");
    assert!(shown.contains("no trust in the mail server") && shown.contains("certificate"), "{shown}");
    // The right authority, for another host.
    let elsewhere = format!("smtps://127.0.0.1:{}", server.port("implicit"));
    let told = ask_impatiently(at(&server, &elsewhere).build().unwrap(), "ola@example.no").await;
    assert_eq!(told, [Told::Failed(BackendErrorKind::Misconfigured), Told::Lost(LossReason::GaveUp)]);
    assert!(server.taken_for("ola@example.no").is_empty());
}

pub async fn a_wrong_password_is_said_and_not_shown(server: Arc<SmtpServer>) {
    let url = format!("smtps://vestibule:hemmelig-galt@localhost:{}", server.port("implicit"));
    let (failed, shown) = failure(&at(&server, &url).build().unwrap(), "ola@example.no").await;
    assert!(matches!(failed, SendError::Permanent(_)), "{failed:?}");
    assert!(shown.contains("check user and password"), "{shown}");
}

pub async fn plain_text_is_never_fallen_back_to(server: Arc<SmtpServer>) {
    let plain = server.port("plain");
    let (failed, shown) =
        failure(&at(&server, &format!("smtp://localhost:{plain}")).build().unwrap(), "klar@example.no").await;
    assert!(matches!(failed, SendError::Transient { .. }), "{failed:?}");
    assert!(shown.contains("STARTTLS"), "{shown}");
    assert!(server.taken_for("klar@example.no").is_empty());
    // Towards this machine, by name.
    let sender = at(&server, &format!("smtp://localhost:{plain}?tls=none")).build().unwrap();
    sender.send(&note("klar@example.no")).await.unwrap();
    assert_eq!(server.taken_for("klar@example.no")[0]["tls"], false);
}
