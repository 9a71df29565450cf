//! Every page in every state: no violation of WCAG 2.2 AA, in light and in dark, on a desk and on a phone, enlarged, and
//! with nothing that moves.

use libtest_mimic::Trial;

use crate::browser::axe;
use crate::browser::chrome::Scripts;
use crate::browser::look::look;
use crate::browser::person::Person;
use crate::client::{ANOTHER, PASSWORD};
use crate::program::Portal;

pub fn trials() -> Vec<Trial> {
    let name = |name: &str| format!("{}::{name}", module_path!());
    vec![
        super::trial(&name("the_log_in_page_in_every_state"), axe::missing, logging_in),
        super::trial(&name("the_pages_of_codes_in_every_state"), axe::missing, codes),
        super::trial(&name("the_account_page_in_every_state"), axe::missing, account),
        super::trial(&name("every_problem_and_the_outbox"), axe::missing, problems),
        super::trial(&name("every_page_in_english"), axe::missing, english),
    ]
}

const EMAIL: &str = "anne.hansen@example.com";
const WRONG: &str = "helt feil passord, men langt";

async fn log_in(anne: &Person, password: &str, button: &str) {
    anne.write("email", EMAIL).await;
    anne.write("password", password).await;
    anne.press(button).await;
}

async fn new_password(anne: &Person, password: &str, again: &str, button: &str) {
    anne.write("new_password", password).await;
    anne.write("confirm_password", again).await;
    anne.press(button).await;
}

async fn logging_in() {
    let portal = Portal::start();
    portal.client().activate(&portal, EMAIL).await;
    let anne = Person::new(&portal, "nb", Scripts::On).await;
    anne.go("/login").await;
    look(&anne, "login").await;
    anne.press("Logg inn").await;
    anne.has_focus("email").await;
    look(&anne, "login-nothing-typed").await;
    log_in(&anne, WRONG, "Logg inn").await;
    anne.reads("er feil").await;
    look(&anne, "login-refused").await;
    for _ in 0..5 {
        log_in(&anne, WRONG, "Logg inn").await;
    }
    anne.reads("for mange forsøk").await;
    look(&anne, "login-too-often").await;
    for (after, words) in [
        ("activated", "Kontoen din er aktivert"),
        ("recovered", "Du har valgt et nytt passord"),
        ("ended", "når kontoen er stengt"),
        ("logout", "Du er logget ut"),
    ] {
        anne.go(&format!("/login?after={after}")).await;
        anne.reads(words).await;
        look(&anne, &format!("login-after-{after}")).await;
    }
    anne.leave().await;
}

async fn codes() {
    let portal = Portal::start();
    let anne = Person::new(&portal, "nb", Scripts::On).await;
    anne.go("/activate").await;
    look(&anne, "activate").await;
    anne.write("phone", "412 O4 567").await;
    anne.press("Send kode på SMS").await;
    anne.has_focus("phone").await;
    look(&anne, "activate-no-number").await;
    anne.write("email", EMAIL).await;
    anne.press("Send kode på e-post").await;
    look(&anne, "code").await;
    anne.write("code", "1234").await;
    new_password(&anne, "kort", "annet", "Aktiver kontoen").await;
    anne.has_focus("code").await;
    look(&anne, "code-refused").await;
    anne.write("new_password", "kort").await;
    anne.reads("4 av minst 15 tegn").await;
    look(&anne, "code-counted").await;
    portal.execute("update vestibule_codes set resend_at = created_at").await;
    anne.go("/recover").await;
    look(&anne, "recover").await;
    anne.write("phone", "900 00 200").await;
    anne.press("Send kode på SMS").await;
    anne.reads("+4790000200 er registrert hos oss").await;
    look(&anne, "code-by-sms").await;
    portal.execute("update vestibule_codes set expires_at = created_at").await;
    anne.write("code", "12345678").await;
    new_password(&anne, PASSWORD, PASSWORD, "Lagre nytt passord").await;
    anne.reads("utløpt").await;
    look(&anne, "code-at-its-end").await;
    anne.go("/recover?after=expired").await;
    look(&anne, "recover-again").await;
    for _ in 0..3 {
        anne.go("/recover").await;
        anne.write("phone", "900 00 200").await;
        anne.press("Send kode på SMS").await;
    }
    anne.reads("for mange forsøk").await;
    look(&anne, "recover-too-often").await;
    anne.leave().await;
}

async fn account() {
    let portal = Portal::start();
    portal.client().activate(&portal, EMAIL).await;
    let anne = Person::new(&portal, "nb", Scripts::On).await;
    anne.go("/login").await;
    log_in(&anne, PASSWORD, "Logg inn").await;
    anne.reads("første gang du logger inn").await;
    look(&anne, "account-first-time").await;
    anne.press("Logg ut").await;
    log_in(&anne, PASSWORD, "Logg inn").await;
    anne.reads("Forrige innlogging").await;
    look(&anne, "account").await;
    anne.write("current_password", WRONG).await;
    new_password(&anne, ANOTHER, ANOTHER, "Endre passord").await;
    anne.has_focus("current_password").await;
    look(&anne, "account-refused").await;
    anne.write("current_password", PASSWORD).await;
    new_password(&anne, ANOTHER, ANOTHER, "Endre passord").await;
    anne.reads("Passordet er endret").await;
    look(&anne, "account-changed").await;
    for _ in 0..6 {
        anne.write("current_password", WRONG).await;
        new_password(&anne, PASSWORD, PASSWORD, "Endre passord").await;
    }
    anne.reads("for mange forsøk").await;
    look(&anne, "account-too-often").await;
    anne.leave().await;
}

async fn problems() {
    let portal = Portal::start();
    let anne = Person::new(&portal, "nb", Scripts::On).await;
    anne.go("/dev/outbox").await;
    look(&anne, "outbox-empty").await;
    portal.client().activate(&portal, EMAIL).await;
    portal.messages("activated", 2).await;
    anne.go("/dev/outbox").await;
    look(&anne, "outbox").await;
    anne.go("/nowhere").await;
    look(&anne, "problem-404").await;
    anne.go("/login").await;
    anne.script("document.querySelector('main input[name=csrf]').value = ''").await;
    log_in(&anne, PASSWORD, "Logg inn").await;
    anne.reads("Skjemaet var for gammelt").await;
    look(&anne, "problem-403").await;
    anne.go("/login").await;
    anne.script("document.querySelector('#password').value = 'x'.repeat(100000)").await;
    anne.press("Logg inn").await;
    anne.reads("Det var for mye").await;
    look(&anne, "problem-413").await;
    anne.go("/login").await;
    log_in(&anne, PASSWORD, "Logg inn").await;
    anne.reads("Hei, Anne").await;
    portal.execute("alter table portal_sessions rename to gone").await;
    anne.go("/account").await;
    anne.reads("Det er stor pågang").await;
    look(&anne, "problem-503").await;
    portal.execute("alter table gone rename to portal_sessions").await;
    portal.execute("alter table vestibule_accounts rename to gone").await;
    anne.go("/account").await;
    anne.reads("Noe er galt hos oss").await;
    look(&anne, "problem-500").await;
    anne.leave().await;
}

async fn english() {
    let portal = Portal::start();
    let anne = Person::new(&portal, "en", Scripts::On).await;
    anne.go("/login").await;
    look(&anne, "english-login").await;
    anne.press("Activate your account").await;
    look(&anne, "english-activate").await;
    anne.write("email", EMAIL).await;
    anne.press("Send code by e-mail").await;
    look(&anne, "english-code").await;
    let code = portal.code_number(1, EMAIL).await;
    anne.write("code", &code).await;
    new_password(&anne, PASSWORD, "no", "Activate the account").await;
    anne.has_focus("confirm_password").await;
    look(&anne, "english-code-refused").await;
    new_password(&anne, PASSWORD, PASSWORD, "Activate the account").await;
    log_in(&anne, PASSWORD, "Log in").await;
    anne.reads("Hello, Anne").await;
    look(&anne, "english-account").await;
    anne.go("/nowhere").await;
    look(&anne, "english-problem-404").await;
    anne.leave().await;
}
