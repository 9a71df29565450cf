//! With a mail server and an SMS gateway: messages go there, and there is no outbox.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::client::PASSWORD;
use crate::program::{LOOKS, PAUSE, Portal, database, refused};
use crate::trials;

trials!(
    messages_go_to_the_mail_server_and_the_gateway,
    what_a_killed_portal_had_accepted_is_sent_by_the_next_one,
    the_two_go_together,
);

/// What arrived, as it came.
type Letters = Arc<Mutex<Vec<String>>>;

async fn messages_go_to_the_mail_server_and_the_gateway() {
    let (mail, letters) = server(receive_mail).await;
    let (gateway, texts) = server(receive_sms).await;
    let portal = Portal::start_with(&[
        ("SMTP_URL", &format!("smtp://{mail}?tls=none")),
        ("SMS_GATEWAY_URL", &format!("https://{gateway}/send?from=Forbundet&tls=none")),
    ]);
    let mut anne = portal.client();
    assert_eq!(anne.get("/dev/outbox").await.status, 404);
    assert_eq!(anne.get("/dev/outbox.json").await.status, 404);
    anne.ask_for_code("/recover", "anne.hansen@example.com").await;
    anne.ask_for_code("/activate", "900 00 200").await;
    let text = first(&texts).await;
    assert!(text.contains("\"to\":\"+4790000200\"") || text.contains("\"to\": \"+4790000200\""), "{text}");
    let digits = text.split(|c: char| !c.is_ascii_digit()).find(|part| part.len() == 8).unwrap();
    assert_eq!(
        anne.redeem("/activate", digits, PASSWORD, PASSWORD).await.location(),
        "/login?after=activated"
    );
    let letter = first(&letters).await;
    assert!(
        letter.contains("anne.hansen@example.com") && letter.contains("ikke-svar@example.no"),
        "{letter}"
    );
}

async fn what_a_killed_portal_had_accepted_is_sent_by_the_next_one() {
    // A mail server that lets one in and says nothing.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mail = listener.local_addr().unwrap();
    let smtp = format!("smtp://{mail}?tls=none");
    let senders = [
        ("SMTP_URL", smtp.as_str()),
        ("SMS_GATEWAY_URL", "https://127.0.0.1:1/send?from=Forbundet&tls=none"),
    ];
    let portal = Portal::start_with(&senders);
    // Her account is not active yet: she is told so.
    portal.client().ask_for_code("/recover", "anne.hansen@example.com").await;
    until_waiting(&portal.folder, 1).await;
    let folder = portal.kill();

    let letters = serve(listener, receive_mail);
    // The claim of the one that was killed has had its time.
    sqlx::query("update vestibule_messages set due_at = 0").execute(&database(&folder)).await.unwrap();
    let portal = Portal::start_in(folder, &senders);
    let letter = first(&letters).await;
    assert!(letter.contains("anne.hansen@example.com"), "{letter}");
    until_waiting(&portal.folder, 0).await;
}

async fn until_waiting(folder: &TempDir, messages: i64) {
    let count = async || {
        let count = sqlx::query_scalar::<_, i64>("select count(*) from vestibule_messages");
        count.fetch_one(&database(folder)).await.unwrap()
    };
    for _ in 0..LOOKS {
        if count().await == messages {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("there are not {messages} messages stored");
}

async fn the_two_go_together() {
    let folder = tempfile::tempdir().unwrap();
    let smtp = ("SMTP_URL", "smtps://user:secret@mail.example.com");
    let gateway = ("SMS_GATEWAY_URL", "https://sms.example.com/send?from=Forbundet");
    let unnamed = ("SMS_GATEWAY_URL", "sveve://user:secret@sveve.no");
    let said = String::from_utf8(refused(folder.path(), &[smtp, unnamed]).stderr).unwrap();
    assert!(
        said.contains("SMS_GATEWAY_URL") && said.contains("?from=") && !said.contains("secret"),
        "{said}"
    );
    for variables in [vec![smtp], vec![gateway], vec![smtp, gateway, ("PORTAL_ADDR", "0.0.0.0:0")]] {
        let said = String::from_utf8(refused(folder.path(), &variables).stderr).unwrap();
        assert!(said.contains("Set both") || said.contains("PORTAL_ORIGIN"), "{said}");
    }
}

async fn first(arrived: &Letters) -> String {
    for _ in 0..400 {
        if let Some(letter) = arrived.lock().unwrap().first() {
            return letter.clone();
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("nothing arrived");
}

async fn server<F>(answer: fn(TcpStream, Letters) -> F) -> (String, Letters)
where
    F: Future<Output = Option<()>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (address, serve(listener, answer))
}

fn serve<F>(listener: TcpListener, answer: fn(TcpStream, Letters) -> F) -> Letters
where
    F: Future<Output = Option<()>> + Send + 'static,
{
    let arrived = Letters::default();
    let letters = Arc::clone(&arrived);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, Arc::clone(&letters)));
        }
    });
    arrived
}

/// As much of a gateway as it takes.
async fn receive_sms(stream: TcpStream, arrived: Letters) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let line = line.trim().to_ascii_lowercase();
        if let Some(stated) = line.strip_prefix("content-length:") {
            length = stated.trim().parse().ok()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    arrived.lock().unwrap().push(String::from_utf8(body).ok()?);
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}").await.ok()
}

/// As much of a mail server.
async fn receive_mail(stream: TcpStream, arrived: Letters) -> Option<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.example.com\r\n").await.ok()?;
    let mut letter = String::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let command = line.trim().to_ascii_uppercase();
        letter.push_str(&line);
        if command.is_empty() {
            return None;
        } else if command == "DATA" {
            stream.write_all(b"354 go on\r\n").await.ok()?;
            while !letter.ends_with("\r\n.\r\n") {
                stream.read_line(&mut letter).await.ok()?;
            }
            arrived.lock().unwrap().push(std::mem::take(&mut letter));
        }
        stream.write_all(b"250 OK\r\n").await.ok()?;
    }
}
