//! What people do: go back, press twice, open two tabs, use the keyboard alone.

use libtest_mimic::Trial;
use thirtyfour::Key;
use thirtyfour::prelude::By;

use crate::browser::chrome::{Person, Scripts, missing};
use crate::client::{ANOTHER, PASSWORD};
use crate::program::Portal;

pub fn trials() -> Vec<Trial> {
    vec![
        super::trial("portal::browser::habits::the_back_button_leads_back", missing, back),
        super::trial("portal::browser::habits::a_button_pressed_twice_sends_once", missing, twice),
        super::trial("portal::browser::habits::two_tabs_go_together", missing, tabs),
        super::trial("portal::browser::habits::the_keyboard_is_enough", missing, keyboard),
        super::trial("portal::browser::habits::the_script_helps", missing, helped),
    ]
}

const EMAIL: &str = "anne.hansen@example.com";

async fn back() {
    let portal = Portal::start();
    let anne = Person::new(&portal, "nb", Scripts::On).await;
    anne.go("/activate").await;
    anne.write("email", "ane.hansen@example.com").await;
    anne.press("Send kode på e-post").await;
    anne.reads("ane.hansen@example.com er registrert").await;
    anne.browser.back().await.unwrap();
    anne.write("email", EMAIL).await;
    anne.press("Send kode på e-post").await;
    anne.reads("anne.hansen@example.com er registrert").await;
    let code = portal.code_number(1, EMAIL).await;
    anne.write("code", &code).await;
    anne.write("new_password", PASSWORD).await;
    anne.write("confirm_password", ANOTHER).await;
    anne.press("Aktiver kontoen").await;
    anne.reads("ikke like").await;
    assert_eq!(anne.focus().await, "confirm_password");
    anne.write("new_password", PASSWORD).await;
    anne.write("confirm_password", PASSWORD).await;
    anne.press("Aktiver kontoen").await;
    anne.reads("Kontoen din er aktivert").await;
    // Back to the form that was sent: it says what is the matter, and where to go.
    anne.browser.back().await.unwrap();
    anne.browser.back().await.unwrap();
    anne.reads("passord").await;
    anne.go("/login").await;
    anne.write("email", EMAIL).await;
    anne.write("password", PASSWORD).await;
    anne.press("Logg inn").await;
    anne.reads("Hei, Anne").await;
    anne.press("Logg ut").await;
    anne.reads("Du er logget ut").await;
    anne.browser.back().await.unwrap();
    anne.reads("Logg inn").await;
    let text = anne.browser.find(By::Tag("body")).await.unwrap().text().await.unwrap();
    assert!(!text.contains("Hei, Anne"), "no page of hers is left in the browser");
    anne.leave().await;
}

async fn twice() {
    let portal = Portal::start();
    let anne = Person::new(&portal, "nb", Scripts::On).await;
    anne.go("/activate").await;
    anne.write("email", EMAIL).await;
    anne.script(
        "const button = document.querySelector('main form button'); button.click(); button.click(); button.click();",
    )
    .await;
    anne.reads("er registrert").await;
    let code = portal.code_number(1, EMAIL).await;
    anne.write("code", &code).await;
    anne.write("new_password", PASSWORD).await;
    anne.write("confirm_password", PASSWORD).await;
    anne.script(
        "const button = document.querySelector('main form button.primary'); button.click(); button.click();",
    )
    .await;
    anne.reads("Kontoen din er aktivert").await;
    assert_eq!(portal.messages("activation_code", 1).await.len(), 1);
    anne.leave().await;
}

async fn tabs() {
    let portal = Portal::start();
    let anne = Person::new(&portal, "nb", Scripts::On).await;
    anne.go("/login").await;
    let first = anne.browser.window().await.unwrap();
    let second = anne.browser.new_tab().await.unwrap();
    anne.browser.switch_to_window(second).await.unwrap();
    anne.go("/activate").await;
    anne.write("email", EMAIL).await;
    anne.press("Send kode på e-post").await;
    let code = portal.code_number(1, EMAIL).await;
    anne.write("code", &code).await;
    anne.write("new_password", PASSWORD).await;
    anne.write("confirm_password", PASSWORD).await;
    anne.press("Aktiver kontoen").await;
    anne.reads("Kontoen din er aktivert").await;
    anne.write("email", EMAIL).await;
    anne.write("password", PASSWORD).await;
    anne.press("Logg inn").await;
    anne.reads("Hei, Anne").await;
    // The form of the other tab is older than all that, and still ours.
    anne.browser.switch_to_window(first.clone()).await.unwrap();
    anne.write("email", EMAIL).await;
    anne.write("password", PASSWORD).await;
    anne.press("Logg inn").await;
    anne.reads("Hei, Anne").await;
    anne.press("Logg ut").await;
    anne.reads("Du er logget ut").await;
    let other = anne.browser.windows().await.unwrap().into_iter().find(|window| *window != first);
    anne.browser.switch_to_window(other.unwrap()).await.unwrap();
    anne.browser.refresh().await.unwrap();
    assert_eq!(anne.path().await, "/login");
    anne.leave().await;
}

async fn keyboard() {
    let portal = Portal::start();
    portal.client().activate(&portal, EMAIL).await;
    let anne = Person::new(&portal, "nb", Scripts::Off).await;
    anne.go("/login").await;
    let keys = async |keys: &str| {
        anne.browser.action_chain().send_keys(keys).perform().await.unwrap();
    };
    let tab = Key::Tab.value().to_string();
    keys(&tab).await;
    assert_eq!(anne.focus().await, "skip");
    keys(&Key::Enter.value().to_string()).await;
    keys(&tab).await;
    assert_eq!(anne.focus().await, "email", "past the head of the page");
    keys("anne").await;
    keys(&tab).await;
    keys("feil").await;
    keys(&Key::Enter.value().to_string()).await;
    anne.reads("Dette er ikke en e-postadresse").await;
    assert_eq!(anne.focus().await, "email", "the first error has the focus");
    assert_eq!(anne.browser.title().await.unwrap(), "Feil: Logg inn – Eksempelforbundet");
    keys(&Key::End.value().to_string()).await;
    keys(".hansen@example.com").await;
    keys(&tab).await;
    keys("et annet passord enn hennes").await;
    keys(&Key::Enter.value().to_string()).await;
    anne.reads("er feil").await;
    assert_eq!(anne.focus().await, "alert", "so has what is wrong as a whole");
    keys(&tab).await;
    assert_eq!(anne.focus().await, "email");
    keys(&tab).await;
    keys(PASSWORD).await;
    keys(&Key::Enter.value().to_string()).await;
    anne.reads("Hei, Anne").await;
    anne.leave().await;
}

async fn helped() {
    let portal = Portal::start();
    let anne = Person::new(&portal, "nb", Scripts::On).await;
    anne.go("/activate").await;
    anne.write("email", EMAIL).await;
    anne.press("Send kode på e-post").await;
    anne.reads("Du kan be om den på nytt om").await;
    anne.write("new_password", "kort").await;
    anne.reads("4 av minst 15 tegn").await;
    anne.write("new_password", PASSWORD).await;
    anne.reads("Langt nok").await;
    let field = anne.field("new_password").await;
    assert_eq!(field.attr("type").await.unwrap().as_deref(), Some("password"));
    anne.browser.find(By::Css("#new_password + .switch")).await.unwrap().click().await.unwrap();
    assert_eq!(field.attr("type").await.unwrap().as_deref(), Some("text"));
    let named = anne.browser.find(By::Css("#new_password + .switch")).await.unwrap();
    assert_eq!(named.attr("aria-label").await.unwrap().as_deref(), Some("Skjul: Nytt passord"));
    anne.leave().await;
}
