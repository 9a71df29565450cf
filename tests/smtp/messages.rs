//! What arrives, as Python's e-mail package reads it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use vestibule::account::PasswordChange;
use vestibule::code::Purpose;
use vestibule::contact::Channel;
use vestibule::message::{Message, MessageText, Notice};
use vestibule::ports::{CodeSender, SendError, Texts};
use vestibule::texts::BuiltInTexts;
use vestibule::{Code, EmailAddress, Error, Locale, ServiceProfile};

use crate::accounts::{Accounts, Told, address, email, profile};
use crate::servers::smtp::SmtpServer;
use crate::{at, through};

fn notices() -> Vec<Notice> {
    let code = Code::parse("73918264").unwrap();
    let valid_for = Duration::from_secs(600);
    let mut notices: Vec<_> =
        Purpose::ALL.map(|purpose| Notice::Code { purpose, code: code.clone(), valid_for }).into();
    notices.extend([Notice::AlreadyActive, Notice::NotYetActive, Notice::Invitation]);
    notices.push(Notice::PasswordSet(PasswordChange::Changed));
    notices
}

fn message(to: &EmailAddress, notice: &Notice, locale: &Locale) -> Message {
    let text = BuiltInTexts::default().compose(notice, Channel::Email, locale, &profile());
    Message::new(to.clone().into(), notice, text)
}

fn header<'a>(taken: &'a Value, name: &str) -> Vec<&'a str> {
    let headers = taken["headers"].as_array().unwrap();
    headers.iter().filter(|header| header[0] == name).map(|header| header[1].as_str().unwrap()).collect()
}

pub async fn every_message_arrives_whole(server: Arc<SmtpServer>) {
    let sender = through(&server, "implicit").reply_to(address("medlem@example.no")).build().unwrap();
    let to = address("hele@blåbær.example.no");
    let mut sent = Vec::new();
    for notice in notices() {
        for locale in [Locale::NORWEGIAN, Locale::ENGLISH] {
            let message = message(&to, &notice, &locale);
            sender.send(&message).await.unwrap();
            sent.push(message);
        }
    }
    let taken = server.taken_for("hele@xn--blbr-roah.example.no");
    assert_eq!(taken.len(), sent.len());
    for (taken, sent) in taken.iter().zip(&sent) {
        assert_eq!(taken["defects"], Value::Array(Vec::new()));
        assert_eq!(taken["type"], "multipart/alternative");
        assert_eq!(taken["from"], "ikke-svar@example.no");
        assert_eq!(header(taken, "From"), ["Gulrøttenes forbund <ikke-svar@example.no>"]);
        assert_eq!(header(taken, "Reply-To"), ["medlem@example.no"]);
        assert_eq!(header(taken, "To"), ["hele@xn--blbr-roah.example.no"]);
        assert_eq!(header(taken, "Subject"), [sent.text.subject().unwrap()]);
        assert_eq!(header(taken, "Auto-Submitted"), ["auto-generated"]);
        assert_eq!(header(taken, "Date").len(), 1);
        let [id] = header(taken, "Message-ID")[..] else { panic!("one Message-ID") };
        assert!(id.len() > 40 && id.starts_with('<') && id.ends_with("@example.no>"), "{id}");
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        for (part, kind, text) in [
            (&taken["parts"][0], "text/plain", sent.text.expose_text()),
            (&taken["parts"][1], "text/html", sent.text.expose_html().unwrap()),
        ] {
            assert_eq!((&part[0], &part[1]), (&kind.into(), &"utf-8".into()));
            assert_eq!(lines(part[2].as_str().unwrap()), lines(text));
        }
    }
    let ids: std::collections::BTreeSet<_> =
        taken.iter().map(|taken| header(taken, "Message-ID")[0]).collect();
    assert_eq!(ids.len(), taken.len());
}

pub async fn both_ways_to_encrypt_work(server: Arc<SmtpServer>) {
    for door in ["implicit", "starttls"] {
        let to = format!("vei-{door}@example.no");
        let accounts = Accounts::sending_by(through(&server, door).build().unwrap());
        accounts.ask(&email(&to), &email("ingen@example.no")).await;
        assert_eq!(accounts.told(), [Told::Sent]);
        let taken = server.taken_for(&to);
        assert_eq!(
            (taken.len(), &taken[0]["tls"], &taken[0]["user"]),
            (1, &true.into(), &"vestibule".into())
        );
        assert_eq!(taken[0]["hello"], "example.no");
    }
}

pub async fn a_connection_is_used_again(server: Arc<SmtpServer>) {
    let sender = through(&server, "implicit").build().unwrap();
    let to = address("igjen@example.no");
    for _ in 0..3 {
        sender.send(&message(&to, &Notice::Invitation, &Locale::ENGLISH)).await.unwrap();
    }
    let connections: Vec<_> =
        server.taken_for("igjen@example.no").iter().map(|taken| taken["connection"].clone()).collect();
    assert_eq!(connections.len(), 3);
    assert!(connections.iter().all(|one| *one == connections[0]), "{connections:?}");
}

pub async fn a_connection_that_the_server_has_closed_is_replaced(server: Arc<SmtpServer>) {
    let sender = at(&server, &format!("smtps://localhost:{}", server.port("forgetful"))).build().unwrap();
    let to = address("ny@example.no");
    for _ in 0..2 {
        sender.send(&message(&to, &Notice::Invitation, &Locale::ENGLISH)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(600)).await;
    }
    let taken = server.taken_for("ny@example.no");
    assert_eq!(taken.len(), 2);
    assert_ne!(taken[0]["connection"], taken[1]["connection"]);
}

pub async fn an_internationalised_address_needs_a_server_that_knows_them(server: Arc<SmtpServer>) {
    let to = EmailAddress::parse_internationalised("blåbær@example.no").unwrap();
    let invitation = message(&to, &Notice::Invitation, &Locale::NORWEGIAN);
    through(&server, "implicit").build().unwrap().send(&invitation).await.unwrap();
    let taken = server.taken_for("blåbær@example.no");
    assert_eq!(header(&taken[0], "To"), ["blåbær@example.no"]);
    let refused = through(&server, "starttls").build().unwrap().send(&invitation).await;
    assert!(matches!(refused, Err(SendError::Permanent(_))), "{refused:?}");
}

pub async fn a_third_language_is_spoken_without_touching_the_crate(server: Arc<SmtpServer>) {
    /// Northern Sámi for codes; everything else as it ships.
    #[derive(Debug, Default)]
    struct WithSami(BuiltInTexts);

    impl Texts for WithSami {
        fn compose(
            &self,
            notice: &Notice,
            channel: Channel,
            locale: &Locale,
            profile: &ServiceProfile,
        ) -> MessageText {
            match (locale.language().as_str(), notice) {
                ("se", Notice::Code { code, .. }) => MessageText::email(
                    format!("{}: koda", profile.name),
                    format!("Bures! Koda: {}. Jearaldagat? {}", code.expose(), profile.support),
                    format!("<p lang=\"se\">Bures! Koda: {}</p>", code.expose()),
                ),
                _ => self.0.compose(notice, channel, locale, profile),
            }
        }

        fn explain(&self, error: &Error, locale: &Locale, profile: &ServiceProfile) -> String {
            self.0.explain(error, locale, profile)
        }
    }

    let sender = through(&server, "implicit").build().unwrap();
    let accounts = Accounts::with(sender, WithSami::default(), |_| {});
    let to = address("sami@example.no");
    let registration = vestibule::account::Registration::new(to.clone()).locale(Locale::new("se-NO"));
    accounts.directory.register(registration).unwrap();
    accounts.service.request_activation(&to.into(), &crate::accounts::here()).await.unwrap();
    assert_eq!(accounts.service.drain(Duration::from_secs(10)).await, 0);
    let taken = server.taken_for("sami@example.no");
    assert_eq!(header(&taken[0], "Subject"), ["Gulrøttenes forbund: koda"]);
    assert!(taken[0]["parts"][0][2].as_str().unwrap().starts_with("Bures! Koda: "));
}

pub async fn nothing_shown_holds_a_secret(server: Arc<SmtpServer>) {
    let builder = through(&server, "implicit");
    let shown = format!("{builder:?} {:?}", through(&server, "implicit").build().unwrap());
    for secret in ["hemmelig", "vestibule:", "\"vestibule\""] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
