//! Writes every message, in both languages, into the folder `messages`: each e-mail as text and as HTML, each SMS as
//! text, and an `index.html` to look at all of them.
#![expect(clippy::print_stdout, reason = "this is what an example is for")]

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::Duration;

use vestibule::account::PasswordChange;
use vestibule::code::Purpose;
use vestibule::contact::Channel;
use vestibule::message::Notice;
use vestibule::ports::Texts;
use vestibule::texts::BuiltInTexts;
use vestibule::{Code, Locale, ServiceProfile};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("messages");
    fs::create_dir_all(folder)?;
    let mut index = String::from(INDEX);
    for (locale, language) in [(Locale::NORWEGIAN, "Norsk (bokmål)"), (Locale::ENGLISH, "English")] {
        let tag = locale.as_str().to_owned();
        writeln!(index, "<h2>{language}</h2>")?;
        for (notice, profile) in notices()?.iter().flat_map(|notice| profiles().map(|p| (notice.clone(), p)))
        {
            let (profile, suffix) = profile;
            let name = format!("{tag}-{}{suffix}", notice.kind().as_str());
            let compose = |channel| BuiltInTexts::default().compose(&notice, channel, &locale, &profile);
            let (email, sms) = (compose(Channel::Email), compose(Channel::Sms));
            let html = email.expose_html().unwrap_or_default();
            fs::write(folder.join(format!("{name}.html")), html)?;
            fs::write(folder.join(format!("{name}.txt")), email.expose_text())?;
            fs::write(folder.join(format!("{name}.sms.txt")), sms.expose_text())?;
            let subject = escaped(email.subject().unwrap_or_default());
            let characters = sms.expose_text().chars().count();
            writeln!(
                index,
                "<section lang=\"{tag}\"><h3>{subject}</h3>\n\
                 <p><a href=\"{name}.html\">HTML</a> <a href=\"{name}.txt\">text</a> \
                 <a href=\"{name}.sms.txt\">SMS</a> ({characters} characters)</p>\n\
                 <div><iframe src=\"{name}.html\" title=\"{subject}\"></iframe>\n\
                 <pre>{}</pre>\n<pre>{}</pre></div></section>",
                escaped(email.expose_text()),
                escaped(sms.expose_text()),
            )?;
        }
    }
    index.push_str("</main>\n</body>\n</html>\n");
    fs::write(folder.join("index.html"), index)?;
    println!("Open messages/index.html");
    Ok(())
}

/// One notice of each kind.
fn notices() -> Result<Vec<Notice>, Box<dyn Error>> {
    let code = Code::parse("73918264")?;
    let valid_for = Duration::from_secs(600);
    let mut notices: Vec<_> =
        Purpose::ALL.map(|purpose| Notice::Code { purpose, code: code.clone(), valid_for }).into();
    notices.extend([Notice::AlreadyActive, Notice::NotYetActive, Notice::Invitation]);
    let changes = [PasswordChange::Activated, PasswordChange::Recovered, PasswordChange::Changed];
    notices.extend(changes.map(Notice::PasswordSet));
    Ok(notices)
}

/// A service that tells where its pages are, and one that does not.
fn profiles() -> [(ServiceProfile, &'static str); 2] {
    let bare = ServiceProfile::new("Eksempelforbundet", "medlem@example.no, 22 00 00 00");
    let full = bare
        .clone()
        .pages(
            "https://min.example.no/login",
            "https://min.example.no/activate",
            "https://min.example.no/recover",
        )
        .sms_host("min.example.no");
    [(full, ""), (bare, "-without-pages")]
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const INDEX: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Every message</title>
<style>
body { font-family: sans-serif; margin: 1.5em; }
div { display: flex; flex-wrap: wrap; gap: 1em; align-items: flex-start; }
iframe { width: 360px; height: 30em; border: 1px solid; }
pre { width: 40ch; white-space: pre-wrap; border: 1px solid; padding: 1em; margin: 0; }
</style>
</head>
<body>
<main>
<h1>Every message</h1>
"#;
