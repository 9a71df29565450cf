//! Every page in every state: no violation of WCAG 2.2 AA that axe-core finds, in light and in dark, and no scrolling
//! sideways at 320 px. A picture of each is kept.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use libtest_mimic::Trial;
use serde_json::Value;

use crate::browser::chrome::{self, Person, Scripts};
use crate::client::PASSWORD;
use crate::program::Portal;

pub fn trials() -> Vec<Trial> {
    vec![super::trial("portal::browser::accessible::every_page_in_every_state", missing, every_page)]
}

const AXE: &str = "axe-core@4.14.1";
const EMAIL: &str = "anne.hansen@example.com";

fn missing() -> Option<String> {
    chrome::missing().or_else(|| axe().is_none().then(|| format!("{AXE} could not be fetched by npm")))
}

/// The script, from the registry of npm at the first run.
fn axe() -> Option<String> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("axe");
    let script = folder.join("package/axe.min.js");
    if !script.exists() {
        std::fs::create_dir_all(&folder).ok()?;
        let quiet = |command: &mut Command| command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        quiet(Command::new("npm").args(["pack", AXE]).current_dir(&folder)).ok()?;
        let archive = format!("{}.tgz", AXE.replace('@', "-"));
        quiet(Command::new("tar").args(["-xzf", &archive]).current_dir(&folder)).ok()?;
    }
    std::fs::read_to_string(script).ok()
}

async fn every_page() {
    let portal = Portal::start();
    let anne = Person::new(&portal, "nb", Scripts::On).await;
    let axe = axe().unwrap();
    let check = async |name: &str| {
        look(&anne, &axe, name).await;
    };
    anne.go("/login").await;
    check("01-login").await;
    anne.press("Logg inn").await;
    check("02-login-empty").await;
    anne.write("email", EMAIL).await;
    anne.write("password", "helt feil passord, men langt").await;
    anne.press("Logg inn").await;
    check("03-login-refused").await;
    anne.go("/activate").await;
    check("04-activate").await;
    anne.write("phone", "412 O4 567").await;
    anne.press("Send kode på SMS").await;
    check("05-activate-no-number").await;
    anne.write("email", EMAIL).await;
    anne.press("Send kode på e-post").await;
    anne.reads("er registrert hos oss").await;
    check("06-code").await;
    anne.write("code", "1234").await;
    anne.write("new_password", "kort").await;
    anne.write("confirm_password", "annet").await;
    anne.press("Aktiver kontoen").await;
    check("07-code-refused").await;
    let code = portal.code_number(1, EMAIL).await;
    anne.write("code", &code).await;
    anne.write("new_password", PASSWORD).await;
    anne.write("confirm_password", PASSWORD).await;
    anne.press("Aktiver kontoen").await;
    anne.reads("Kontoen din er aktivert").await;
    check("08-activated").await;
    anne.write("password", PASSWORD).await;
    anne.press("Logg inn").await;
    anne.reads("Hei, Anne").await;
    check("09-account").await;
    anne.write("current_password", "feil").await;
    anne.press("Endre passord").await;
    check("10-account-refused").await;
    anne.go("/dev/outbox").await;
    check("11-outbox").await;
    anne.go("/nowhere").await;
    check("12-no-such-page").await;
    portal.suspend(EMAIL).await;
    anne.go("/account").await;
    check("13-ended").await;
    anne.go("/recover").await;
    check("14-recover").await;
    anne.write("phone", "900 00 200").await;
    anne.press("Send kode på SMS").await;
    anne.reads("+4790000200 er registrert hos oss").await;
    portal.execute("update vestibule_codes set expires_at = created_at").await;
    anne.write("code", "12345678").await;
    anne.write("new_password", PASSWORD).await;
    anne.write("confirm_password", PASSWORD).await;
    anne.press("Lagre nytt passord").await;
    check("15-code-at-its-end").await;
    for _ in 0..3 {
        anne.go("/recover").await;
        anne.write("phone", "900 00 200").await;
        anne.press("Send kode på SMS").await;
    }
    anne.reads("for mange forsøk").await;
    check("16-too-many").await;
    anne.press("English").await;
    anne.reads("Forgotten password").await;
    check("17-english").await;
    anne.leave().await;
}

async fn look(person: &Person, axe: &str, name: &str) {
    for (colours, width, height) in [("light", 1200, 1000), ("dark", 360, 1250)] {
        person.colours(colours).await;
        person.window(width, height).await;
        person.picture(&format!("{name}-{width}-{colours}")).await;
    }
    for colours in ["dark", "light"] {
        person.colours(colours).await;
        let violations = violations(person, axe).await;
        assert!(violations.is_empty(), "{name} in {colours}: {}", violations.join("\n"));
    }
    person.window(320, 640).await;
    let width = person.script("return document.documentElement.scrollWidth").await;
    assert!(width.as_u64().unwrap() <= 320, "{name} is {width} px wide at 320 px");
    person.window(1200, 1000).await;
}

async fn violations(person: &Person, axe: &str) -> Vec<String> {
    let run = format!(
        "{axe}; const done = arguments[arguments.length - 1]; \
         axe.run(document, {{ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }}) \
         .then((result) => done(result.passes.length > 10 ? result.violations : [{{ id: 'not run', nodes: [] }}]), (error) => done([{{ id: String(error), nodes: [] }}]));"
    );
    let found = person.browser.execute_async(&run, Vec::new()).await.unwrap();
    let found = found.json().as_array().cloned().unwrap_or_default();
    found.iter().map(|violation| format!("{}: {}", violation["id"], places(&violation["nodes"]))).collect()
}

fn places(nodes: &Value) -> String {
    nodes.as_array().into_iter().flatten().map(|node| format!("{}; ", node["html"])).collect()
}
