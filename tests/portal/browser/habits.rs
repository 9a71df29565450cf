//! What people do: go back, press twice, open two tabs, forget where else they are logged in.

use crate::browser::chrome::Scripts;
use crate::browser::in_browser;
use crate::browser::person::Person;
use crate::client::{ANOTHER, PASSWORD};
use crate::program::Portal;

in_browser!(
    the_back_button_leads_back,
    the_back_button_shows_nothing_after_a_log_out,
    a_button_pressed_twice_sends_once,
    a_button_pressed_twice_without_scripts_does_no_harm,
    two_tabs_go_together,
    a_password_change_ends_the_session_in_another_browser,
    the_script_helps,
);

const EMAIL: &str = "anne.hansen@example.com";

/// Asks for a code by e-mail, and fills in what the next page wants.
async fn fill_in_the_code(anne: &Person, portal: &Portal, number: usize) {
    anne.write("email", EMAIL).await;
    anne.press("Send kode på e-post").await;
    let code = portal.code_number(number, EMAIL).await;
    anne.write("code", &code).await;
    anne.write("new_password", PASSWORD).await;
    anne.write("confirm_password", PASSWORD).await;
}

async fn log_in(anne: &Person) {
    anne.write("email", EMAIL).await;
    anne.write("password", PASSWORD).await;
    anne.press("Logg inn").await;
    anne.reads("Hei, Anne").await;
}

async fn the_back_button_leads_back() {
    let portal = Portal::start();
    let anne = Person::new(&portal, "nb", Scripts::On).await;
    anne.go("/activate").await;
    anne.write("email", "ane.hansen@example.com").await;
    anne.press("Send kode på e-post").await;
    anne.reads("ane.hansen@example.com er registrert").await;
    anne.back().await;
    fill_in_the_code(&anne, &portal, 1).await;
    anne.write("confirm_password", ANOTHER).await;
    anne.press("Aktiver kontoen").await;
    anne.reads("ikke like").await;
    anne.has_focus("confirm_password").await;
    anne.write("new_password", PASSWORD).await;
    anne.write("confirm_password", PASSWORD).await;
    anne.press("Aktiver kontoen").await;
    anne.reads("Kontoen din er aktivert").await;
    // The form was sent. Its page says what has become of it, and where to go.
    anne.go("/activate/code").await;
    anne.reads("Har du allerede valgt passord, kan du logge inn").await;
    anne.press("Avbryt").await;
    log_in(&anne).await;
    anne.leave().await;
}

async fn the_back_button_shows_nothing_after_a_log_out() {
    let portal = Portal::start();
    portal.client().activate(&portal, EMAIL).await;
    for scripts in [Scripts::On, Scripts::Off] {
        let anne = Person::new(&portal, "nb", scripts).await;
        anne.go("/login").await;
        log_in(&anne).await;
        anne.press("Logg ut").await;
        anne.reads("Du er logget ut").await;
        anne.back().await;
        anne.reads("Glemt passord?").await;
        assert!(!anne.text().await.contains("Hei, Anne"), "no page of hers is left in the browser");
        anne.leave().await;
    }
}

async fn a_button_pressed_twice_sends_once() {
    let portal = Portal::start();
    let anne = Person::new(&portal, "nb", Scripts::On).await;
    anne.go("/activate").await;
    anne.write("email", EMAIL).await;
    anne.press_twice("Send kode på e-post").await;
    anne.reads("er registrert").await;
    let code = portal.code_number(1, EMAIL).await;
    anne.write("code", &code).await;
    anne.write("new_password", PASSWORD).await;
    anne.write("confirm_password", PASSWORD).await;
    anne.press_twice("Aktiver kontoen").await;
    anne.reads("Kontoen din er aktivert").await;
    assert_eq!(portal.messages("activation_code", 1).await.len(), 1);
    anne.leave().await;
}

async fn a_button_pressed_twice_without_scripts_does_no_harm() {
    let portal = Portal::start();
    let anne = Person::new(&portal, "nb", Scripts::Off).await;
    anne.go("/activate").await;
    fill_in_the_code(&anne, &portal, 1).await;
    anne.press_twice("Aktiver kontoen").await;
    // Whichever of the two answers is shown: she has her password, and finds the way.
    anne.go("/login").await;
    log_in(&anne).await;
    assert_eq!(portal.messages("activated", 2).await.len(), 2, "it was set once");
    anne.leave().await;
}

async fn two_tabs_go_together() {
    let portal = Portal::start();
    let anne = Person::new(&portal, "nb", Scripts::On).await;
    anne.go("/login").await;
    let first = anne.tab().await;
    let second = anne.open_tab("/activate").await;
    fill_in_the_code(&anne, &portal, 1).await;
    anne.press("Aktiver kontoen").await;
    anne.reads("Kontoen din er aktivert").await;
    log_in(&anne).await;
    // The form of the other tab is older than all that, and still ours.
    anne.turn_to(&first).await;
    log_in(&anne).await;
    anne.press("Logg ut").await;
    anne.reads("Du er logget ut").await;
    anne.turn_to(&second).await;
    anne.reload().await;
    assert_eq!(anne.path().await, "/login");
    anne.leave().await;
}

async fn a_password_change_ends_the_session_in_another_browser() {
    let portal = Portal::start();
    portal.client().activate(&portal, EMAIL).await;
    let (here, elsewhere) =
        (Person::new(&portal, "nb", Scripts::On).await, Person::new(&portal, "nb", Scripts::Off).await);
    for browser in [&here, &elsewhere] {
        browser.go("/login").await;
        log_in(browser).await;
    }
    here.write("current_password", PASSWORD).await;
    here.write("new_password", ANOTHER).await;
    here.write("confirm_password", ANOTHER).await;
    here.press("Endre passord").await;
    here.reads("Passordet er endret").await;
    // The page that is still open there does nothing any more.
    elsewhere.write("current_password", PASSWORD).await;
    elsewhere.write("new_password", "ni gule biler i kø").await;
    elsewhere.write("confirm_password", "ni gule biler i kø").await;
    elsewhere.press("Endre passord").await;
    elsewhere.reads("når passordet er endret et annet sted").await;
    assert_eq!(elsewhere.path().await, "/login");
    here.reload().await;
    here.reads("Hei, Anne").await;
    here.leave().await;
    elsewhere.leave().await;
}

async fn the_script_helps() {
    let portal = Portal::start();
    let anne = Person::new(&portal, "nb", Scripts::On).await;
    anne.go("/activate").await;
    anne.write("email", EMAIL).await;
    anne.press("Send kode på e-post").await;
    anne.reads("Send på nytt om").await;
    anne.write("new_password", "kort").await;
    anne.reads("4 av minst 15 tegn").await;
    anne.write("new_password", PASSWORD).await;
    anne.reads("Langt nok").await;
    assert_eq!(anne.attribute("#new_password", "type").await.as_deref(), Some("password"));
    anne.turn("#new_password + .switch").await;
    assert_eq!(anne.attribute("#new_password", "type").await.as_deref(), Some("text"));
    let name = anne.attribute("#new_password + .switch", "aria-label").await;
    assert_eq!(name.as_deref(), Some("Skjul: Nytt passord"));
    // What was shown is a password again where it is sent, so that browsers keep it as one.
    anne.write("code", "1234").await;
    anne.press("Aktiver kontoen").await;
    anne.has_focus("code").await;
    assert_eq!(anne.value("code").await, "1234", "what was typed is kept");
    assert_eq!(anne.value("new_password").await, "", "but no password");
    anne.leave().await;
}
