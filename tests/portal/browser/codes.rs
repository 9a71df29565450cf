//! Codes as they are typed: pasted, wrong, at their end, used, and asked for by somebody else.

use thirtyfour::Key;

use crate::browser::chrome::Scripts;
use crate::browser::in_browser;
use crate::browser::person::Person;
use crate::client::{ANOTHER, PASSWORD};
use crate::program::Portal;

in_browser!(
    a_pasted_code_is_taken_with_what_is_around_it,
    a_wrong_code_is_said_beside_its_field_and_the_right_one_is_still_good,
    an_expired_code_leads_to_a_new_one,
    a_used_code_leads_to_the_log_in,
    a_stranger_in_another_browser_voids_nothing,
);

const EMAIL: &str = "anne.hansen@example.com";

async fn ask(person: &Person, page: &str) {
    person.go(page).await;
    person.write("email", EMAIL).await;
    person.press("Send kode på e-post").await;
    person.reads("er registrert hos oss").await;
}

async fn redeem(person: &Person, code: &str, password: &str, button: &str) {
    person.write("code", code).await;
    person.write("new_password", password).await;
    person.write("confirm_password", password).await;
    person.press(button).await;
}

async fn a_pasted_code_is_taken_with_what_is_around_it() {
    let portal = Portal::start();
    let anne = Person::new(&portal, "nb", Scripts::On).await;
    ask(&anne, "/activate").await;
    let code = portal.code_number(1, EMAIL).await;
    // Into the clipboard, by way of a field: as a message has it, and a password manager the password.
    let cut = async |from: &str, text: &str| {
        anne.write(from, text).await;
        anne.step_into(from).await;
        anne.control('a').await;
        anne.control('x').await;
        assert_eq!(anne.value(from).await, "");
    };
    let spelt = format!("  {} \u{2013} {}\u{a0}", &code[..4], &code[4..]);
    cut("code", &spelt).await;
    anne.control('v').await;
    assert_eq!(anne.value("code").await, spelt, "nothing is cut off");
    anne.turn("#new_password + .switch").await;
    cut("new_password", PASSWORD).await;
    anne.control('v').await;
    anne.key(Key::Tab).await;
    anne.step_into("confirm_password").await;
    anne.control('v').await;
    assert_eq!(anne.value("confirm_password").await, PASSWORD, "passwords can be pasted");
    anne.enter().await;
    anne.reads("Kontoen din er aktivert").await;
    anne.leave().await;
}

async fn a_wrong_code_is_said_beside_its_field_and_the_right_one_is_still_good() {
    let portal = Portal::start();
    let anne = Person::new(&portal, "en", Scripts::Off).await;
    anne.go("/recover").await;
    portal.client().activate(&portal, EMAIL).await;
    anne.write("email", EMAIL).await;
    anne.press("Send code by e-mail").await;
    let code = portal.code_number(2, EMAIL).await;
    let wrong = if code == "12345678" { "12345679" } else { "12345678" };
    redeem(&anne, wrong, ANOTHER, "Save the new password").await;
    anne.has_focus("code").await;
    assert_eq!(anne.attribute("#code", "aria-invalid").await.as_deref(), Some("true"));
    assert_eq!(anne.value("code").await, wrong);
    redeem(&anne, &code, ANOTHER, "Save the new password").await;
    anne.reads("You have chosen a new password").await;
    anne.leave().await;
}

async fn an_expired_code_leads_to_a_new_one() {
    let portal = Portal::start();
    let anne = Person::new(&portal, "nb", Scripts::On).await;
    ask(&anne, "/activate").await;
    let code = portal.code_number(1, EMAIL).await;
    portal.execute("update vestibule_codes set expires_at = created_at").await;
    redeem(&anne, &code, PASSWORD, "Aktiver kontoen").await;
    anne.reads("utløpt").await;
    anne.has_focus("alert").await;
    anne.press("Be om en ny kode").await;
    anne.write("email", EMAIL).await;
    anne.press("Send kode på e-post").await;
    let code = portal.code_number(2, EMAIL).await;
    redeem(&anne, &code, PASSWORD, "Aktiver kontoen").await;
    anne.reads("Kontoen din er aktivert").await;
    anne.leave().await;
}

async fn a_used_code_leads_to_the_log_in() {
    let portal = Portal::start();
    let anne = Person::new(&portal, "nb", Scripts::On).await;
    anne.go("/activate").await;
    let first = anne.tab().await;
    ask(&anne, "/activate").await;
    let second = anne.open_tab("/activate/code").await;
    let code = portal.code_number(1, EMAIL).await;
    redeem(&anne, &code, PASSWORD, "Aktiver kontoen").await;
    anne.reads("Kontoen din er aktivert").await;
    anne.turn_to(&first).await;
    redeem(&anne, &code, ANOTHER, "Aktiver kontoen").await;
    anne.reads("Har du allerede valgt passord, kan du logge inn").await;
    anne.turn_to(&second).await;
    anne.write("password", PASSWORD).await;
    anne.press("Logg inn").await;
    anne.reads("Hei, Anne").await;
    anne.leave().await;
}

async fn a_stranger_in_another_browser_voids_nothing() {
    let portal = Portal::start();
    let (anne, stranger) =
        (Person::new(&portal, "nb", Scripts::On).await, Person::new(&portal, "nb", Scripts::On).await);
    ask(&anne, "/activate").await;
    let code = portal.code_number(1, EMAIL).await;
    ask(&stranger, "/activate").await;
    portal.code_number(2, EMAIL).await;
    assert_eq!(anne.script("return document.querySelector('main .lead').textContent").await, {
        stranger.script("return document.querySelector('main .lead').textContent").await
    });
    // Her code is worth nothing in his browser.
    redeem(&stranger, &code, ANOTHER, "Aktiver kontoen").await;
    stranger.has_focus("code").await;
    redeem(&anne, &code, PASSWORD, "Aktiver kontoen").await;
    anne.reads("Kontoen din er aktivert").await;
    anne.write("password", PASSWORD).await;
    anne.press("Logg inn").await;
    anne.reads("Hei, Anne").await;
    anne.leave().await;
    stranger.leave().await;
}
