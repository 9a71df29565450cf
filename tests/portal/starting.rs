//! Starting and ending: what is made, what is refused, and what is kept.

use crate::client::PASSWORD;
use crate::program::{Portal, read, refused};
use crate::trials;

trials!(
    wrong_values_are_refused_with_a_sentence,
    what_it_keeps_is_its_owners_alone,
    lines_of_the_members_that_are_wrong_are_named,
    everything_outlives_a_restart_but_messages,
    it_ends_in_order_when_told_to,
    a_damaged_key_file_is_not_replaced,
    a_database_that_fails_shows_on_healthz_and_as_a_page,
    only_the_header_of_our_own_proxy_says_who_asks,
);

const EMAIL: &str = "anne.hansen@example.com";

async fn wrong_values_are_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (name, value) in [
        ("PORTAL_ADDR", "here"),
        ("PORTAL_ADDR", "0.0.0.0:0"),
        ("PORTAL_ADDR", "localhost"),
        ("PORTAL_ADDR", taken.as_str()),
        ("PORTAL_ORIGIN", "http://min.example.no"),
        ("PORTAL_ORIGIN", "https://min.example.no/path"),
        ("PORTAL_ORIGIN", "min.example.no"),
        ("PORTAL_ORIGIN", "https://a:b@min.example.no"),
        ("PORTAL_CLIENT_HEADER", "not a header"),
        ("PORTAL_KEY_FILE", "no/such/folder/key"),
        ("DATABASE_URL", "mysql://root:secret@db/portal"),
        ("DATABASE_URL", "sqlite::memory:"),
        ("DATABASE_URL", "sqlite:no/such/folder/portal.db"),
        ("DATABASE_URL", "postgres://root:secret@127.0.0.1:1/portal"),
        ("DATABASE_URL", "postgres://root:sec ret@db:port/portal"),
        ("DATABASE_URL", "postgresql://root:secret@127.0.0.1:1/portal?sslmode=maybe"),
        ("REDIS_URL", "root:secret@localhost"),
        ("REDIS_URL", "redis://root:secret@127.0.0.1:1"),
        ("REDIS_URL", "rediss://root:secret@127.0.0.1:1"),
        ("PORTAL_MEMBERS", "no/such/file.csv"),
        ("SMTP_URL", "smtp://user:secret@mail.example.com"),
        ("SMTP_URL", "mail.example.com"),
        ("SMS_GATEWAY_URL", "https://sms.example.com?from=Forbundet"),
    ] {
        let output = refused(folder.path(), &[(name, value)]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{name}={value}: {said}");
        let said = said.trim();
        assert!(said.ends_with('.') || said.ends_with(')'), "{name}={value}: {said}");
        assert!(!said.contains("panicked") && !said.contains("secret"), "{said}");
        assert!(said.contains(name) || said.contains("database"), "{name}={value}: {said}");
    }
}

async fn lines_of_the_members_that_are_wrong_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.csv");
    let refusal = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let output = refused(folder.path(), &[("PORTAL_MEMBERS", "people.csv")]);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let good = "kari@example.com,+47 900 00 300,Kari Nordmann";
    let said = refusal(&format!(
        "email,phone,name\r\n{good}\r\nola.example.com,90000301,Ola\r\n\r\nper@example.com,12,Per\r\n{good},more\r\n"
    ));
    assert!(said.contains("people.csv: line 3: "), "{said}");
    assert!(said.contains("; line 5: ") && said.contains("; line 6: "), "{said}");
    assert!(!said.contains("line 2:"), "{said}");
    assert!(refusal(&format!("{good}\n")).contains("the first line must be email,phone,name"));
    std::fs::write(&file, format!("\u{feff}email,phone,name\n{good}\n")).unwrap();
    let portal = Portal::start_in(folder, &[("PORTAL_MEMBERS", "people.csv")]);
    portal.client().activate(&portal, "kari@example.com").await;
}

async fn what_it_keeps_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let portal = Portal::start();
    for name in ["portal.key", "portal.db", "portal.db-wal"] {
        let mode = std::fs::metadata(portal.folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let other = Portal::start_with(&[("PORTAL_KEY_FILE", "keys"), ("DATABASE_URL", "sqlite://people.db")]);
    for name in ["keys", "people.db"] {
        let mode = std::fs::metadata(other.folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

async fn everything_outlives_a_restart_but_messages() {
    let portal = Portal::start();
    let mut anne = portal.client();
    anne.enter(&portal, EMAIL).await;
    let cookies = anne.cookies.clone();
    let key = read(&portal.folder.path().join("portal.key"));
    let (status, folder) = portal.stop();
    assert!(status.success());
    let portal = Portal::start_in(folder, &[]);
    let mut anne = portal.client();
    anne.cookies = cookies;
    assert_eq!(anne.get("/account").await.status, 200);
    assert_eq!(read(&portal.folder.path().join("portal.key")), key);
    assert!(portal.outbox().await.is_empty());
}

async fn it_ends_in_order_when_told_to() {
    let portal = Portal::start();
    let mut anne = portal.client();
    anne.get("/activate").await;
    assert_eq!(anne.post("/activate", &[("channel", "email"), ("email", EMAIL)]).await.status, 303);
    let (status, folder) = portal.stop();
    assert!(status.success());
    let log = read(&folder.path().join("log"));
    assert!(log.contains("message_sent") || log.contains("code_sent"), "what was begun was sent: {log}");
    assert!(!folder.path().join("portal.db-wal").exists(), "the database was closed");
}

async fn a_damaged_key_file_is_not_replaced() {
    let portal = Portal::start();
    portal.client().activate(&portal, EMAIL).await;
    let (_, folder) = portal.stop();
    std::fs::write(folder.path().join("portal.key"), "no key").unwrap();
    let output = refused(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("backup"));
    assert_eq!(read(&folder.path().join("portal.key")), "no key");
    std::fs::remove_file(folder.path().join("portal.key")).unwrap();
    let portal = Portal::start_in(folder, &[]);
    assert_eq!(portal.client().log_in(EMAIL, PASSWORD).await.status, 303, "passwords need no key");
}

async fn a_database_that_fails_shows_on_healthz_and_as_a_page() {
    let portal = Portal::start();
    let mut anne = portal.client();
    anne.enter(&portal, EMAIL).await;
    assert_eq!(anne.get("/healthz").await.status, 200);
    portal.execute("alter table vestibule_accounts rename to gone").await;
    let health = anne.get("/healthz").await;
    assert_eq!((health.status.as_u16(), health.body.as_str()), (503, r#"{"database":"does not answer"}"#));
    let page = anne.get("/account").await;
    assert_eq!(page.status, 500);
    page.says("Noe er galt hos oss").says("<!doctype html>");
    assert!(!page.body.contains("vestibule_accounts"), "what is wrong is for the log: {}", page.body);
    let page = portal.client().log_in(EMAIL, PASSWORD).await;
    assert_eq!(page.status, 500);
    page.says("Noe er galt hos oss").says("role=\"alert\"");
    portal.execute("alter table gone rename to vestibule_accounts").await;
    assert_eq!(anne.get("/account").await.status, 200, "nobody was logged out by that");
}

async fn only_the_header_of_our_own_proxy_says_who_asks() {
    for (variables, believed) in [(&[("PORTAL_CLIENT_HEADER", "X-Real-IP")][..], true), (&[], false)] {
        let portal = Portal::start_with(variables);
        let mut anne =
            portal.client().with("x-real-ip", "203.0.113.7").with("x-forwarded-for", "198.51.100.9");
        anne.ask_for_code("/activate", EMAIL).await;
        portal.code_number(1, EMAIL).await;
        let log = portal.log();
        assert_eq!(log.contains("203.0.113.7"), believed, "{log}");
        assert!(!log.contains("198.51.100.9"), "{log}");
    }
}
