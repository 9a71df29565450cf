//! Whoever is asked about, the same pages and headers come back, byte for byte, but for random values and for what was
//! typed.

use crate::client::{Answer, Client, PASSWORD};
use crate::program::Portal;
use crate::trials;

trials!(
    requests_look_alike_for_everybody,
    wrong_codes_look_alike_for_everybody,
    log_ins_look_alike_for_everybody,
);

/// Nobody, somebody who has not begun, somebody active, somebody suspended: addresses of one length.
const UNKNOWN: &str = "nobody.knows.her@example.com";
const PENDING: [&str; 2] = ["kari.moen@klubb.example.com", "+4790000274"];
const ACTIVE: [&str; 2] = ["anne.hansen@example.com", "+4790000200"];
const SUSPENDED: [&str; 2] = ["finn.kristiansen@post.example.com", "+4740000237"];

async fn people(portal: &Portal) {
    for email in [ACTIVE[0], SUSPENDED[0]] {
        portal.client().activate(portal, email).await;
    }
    portal.suspend(SUSPENDED[0]).await;
}

/// Everything that a browser is sent, without what was typed and what is drawn at random or goes with the time.
fn seen(answer: &Answer, client: &Client, typed: &str) -> String {
    let headers: Vec<_> =
        answer.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    let mut seen = format!("{}\n{}\n{}", answer.status, headers.join("\n"), answer.body);
    for (name, value) in &client.cookies {
        seen = seen.replace(value, &format!("<{name}>"));
    }
    seen = seen.replace(&client.csrf, "<csrf>");
    let hex: String = typed.bytes().map(|byte| format!("{byte:02x}")).collect();
    seen = seen.replace(typed, "<typed>").replace(&hex, "<typed>");
    let mut lines: Vec<_> = seen
        .lines()
        .filter(|line| !line.starts_with("date: ") && !line.starts_with("content-length: "))
        .map(str::to_owned)
        .collect();
    for line in &mut lines {
        if let Some(start) = line.find("data-wait=\"") {
            let end = start + 11 + line[start + 11..].find('"').unwrap();
            line.replace_range(start + 11..end, "<seconds>");
        }
    }
    lines.join("\n")
}

#[track_caller]
fn assert_alike(seen: &[(String, String)]) {
    for (who, what) in &seen[1..] {
        for (a, b) in seen[0].1.lines().zip(what.lines()) {
            assert_eq!(a, b, "{} and {who}", seen[0].0);
        }
        assert_eq!(seen[0].1, *what);
    }
}

async fn requests_look_alike_for_everybody() {
    let portal = Portal::start();
    people(&portal).await;
    for page in ["/activate", "/recover"] {
        for (contacts, channel, field) in [
            ([UNKNOWN, PENDING[0], ACTIVE[0], SUSPENDED[0]], "email", "email"),
            (["+4799999999", PENDING[1], ACTIVE[1], SUSPENDED[1]], "sms", "phone"),
        ] {
            let mut all = Vec::new();
            for contact in contacts {
                let mut client = portal.client();
                let mut what = String::new();
                client.get(page).await;
                let answer = client.post(page, &[("channel", channel), (field, contact)]).await;
                what.push_str(&seen(&answer, &client, contact));
                let shown = client.get(&answer.location()).await;
                what.push_str(&seen(&shown, &client, contact));
                let too_soon = client.post(&format!("{page}/resend"), &[]).await;
                assert_eq!(too_soon.status, 429);
                let wait: u64 = too_soon.header("retry-after").parse().unwrap();
                assert!((1..=60).contains(&wait), "{wait}");
                let shown = seen(&too_soon, &client, contact);
                let waits = [format!("{wait} sekunder"), format!("retry-after: {wait}"), "1 minutt".into()];
                what.push_str(&waits.iter().fold(shown, |shown, wait| shown.replace(wait, "<wait>")));
                all.push((format!("{page} {contact}"), what));
            }
            assert_alike(&all);
        }
    }
}

async fn wrong_codes_look_alike_for_everybody() {
    let portal = Portal::start();
    people(&portal).await;
    for page in ["/activate", "/recover"] {
        let mut all = Vec::new();
        for contact in [UNKNOWN, PENDING[0], ACTIVE[0], SUSPENDED[0]] {
            let mut client = portal.client();
            client.ask_for_code(page, contact).await;
            let mut what = String::new();
            for attempt in 1..=11 {
                let answer = client.redeem(page, "12345678", PASSWORD, PASSWORD).await;
                assert_eq!(answer.status, 422, "{attempt}");
                what.push_str(&seen(&answer, &client, contact));
            }
            all.push((format!("{page} {contact}"), what));
        }
        assert_alike(&all);
    }
}

async fn log_ins_look_alike_for_everybody() {
    let portal = Portal::start();
    people(&portal).await;
    let mut all = Vec::new();
    for contact in [UNKNOWN, PENDING[0], ACTIVE[0], SUSPENDED[0]] {
        let mut client = portal.client();
        let mut what = String::new();
        for attempt in 1..=6 {
            // The suspended one has the right password, and is no better off.
            let password = if contact == SUSPENDED[0] { PASSWORD } else { "helt feil passord, men langt" };
            let answer = client.log_in(contact, password).await;
            assert_eq!(answer.status, if attempt <= 5 { 401 } else { 429 }, "{contact} {attempt}");
            let shown = seen(&answer, &client, contact);
            let shown = match answer.header("retry-after") {
                "" => shown,
                wait => {
                    let seconds: u64 = wait.parse().unwrap();
                    assert!((1..=30).contains(&seconds));
                    shown
                        .replace(&format!("{wait} sekunder"), "<wait>")
                        .replace(&format!("retry-after: {wait}"), "<wait>")
                }
            };
            what.push_str(&shown);
        }
        all.push((contact.to_owned(), what));
    }
    assert_alike(&all);
}
