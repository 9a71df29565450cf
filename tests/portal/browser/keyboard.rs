//! The keyboard alone: every control is reached, in the order in which it is read, and it is seen where one is.

use thirtyfour::Key;

use crate::browser::chrome::Scripts;
use crate::browser::in_browser;
use crate::browser::person::Person;
use crate::client::{ANOTHER, PASSWORD};
use crate::program::Portal;

in_browser!(the_keyboard_is_enough, every_control_is_reached_in_its_order_and_seen);

const EMAIL: &str = "anne.hansen@example.com";

async fn the_keyboard_is_enough() {
    let portal = Portal::start();
    portal.client().activate(&portal, EMAIL).await;
    let anne = Person::new(&portal, "nb", Scripts::Off).await;
    anne.go("/login").await;
    anne.key(Key::Tab).await;
    anne.has_focus("skip").await;
    anne.key(Key::Enter).await;
    anne.key(Key::Tab).await;
    anne.has_focus("email").await;
    anne.keys("anne").await;
    anne.key(Key::Tab).await;
    anne.keys("feil").await;
    anne.enter().await;
    anne.reads("Dette er ikke en e-postadresse").await;
    anne.has_focus("email").await;
    assert_eq!(anne.title().await, "Feil: Logg inn – Eksempelforbundet");
    anne.key(Key::End).await;
    anne.keys(".hansen@example.com").await;
    anne.key(Key::Tab).await;
    anne.keys("et annet passord enn hennes").await;
    anne.enter().await;
    anne.reads("er feil").await;
    anne.has_focus("alert").await;
    anne.key(Key::Tab).await;
    anne.has_focus("email").await;
    anne.key(Key::Tab).await;
    anne.keys(PASSWORD).await;
    anne.enter().await;
    anne.reads("Hei, Anne").await;
    for _ in 0..10 {
        anne.key(Key::Tab).await;
        if anne.script("return document.activeElement.name").await == "current_password" {
            break;
        }
    }
    anne.keys(PASSWORD).await;
    for _ in 0..2 {
        anne.key(Key::Tab).await;
        anne.keys(ANOTHER).await;
    }
    anne.enter().await;
    anne.reads("Passordet er endret").await;
    anne.leave().await;
}

async fn every_control_is_reached_in_its_order_and_seen() {
    let portal = Portal::start();
    let anne = Person::new(&portal, "nb", Scripts::On).await;
    anne.go("/login").await;
    walk(&anne).await;
    anne.go("/activate").await;
    walk(&anne).await;
    anne.write("email", EMAIL).await;
    anne.press("Send kode på e-post").await;
    portal.execute("update vestibule_codes set resend_at = created_at").await;
    walk(&anne).await;
    let code = portal.code_number(1, EMAIL).await;
    anne.write("code", &code).await;
    anne.write("new_password", PASSWORD).await;
    anne.write("confirm_password", PASSWORD).await;
    anne.press("Aktiver kontoen").await;
    anne.write("password", PASSWORD).await;
    anne.press("Logg inn").await;
    walk(&anne).await;
    anne.leave().await;
}

/// Goes through a page with the tab key, from its beginning to its end.
async fn walk(anne: &Person) {
    let controls = "[...document.querySelectorAll('a[href], button, input:not([type=hidden])')]\
                    .filter((e) => !e.disabled && e.tabIndex >= 0)";
    let path = anne.path().await;
    let number = anne.script(&format!("return {controls}.length")).await.as_u64().unwrap();
    assert!(number >= 4, "{path} has {number} controls");
    anne.script("document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0)").await;
    anne.script("getSelection().collapse(document.body, 0)").await;
    for place in 0..number {
        anne.key(Key::Tab).await;
        let seen = anne
            .script(&format!(
                "const e = document.activeElement; const box = e.getBoundingClientRect(); const style = getComputedStyle(e); \
                 return [{controls}.indexOf(e), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, \
                 box.width > 0 && box.top >= -1 && box.bottom <= innerHeight + 1, e.outerHTML, [box.top, box.bottom, innerHeight, scrollY]];"
            ))
            .await;
        assert_eq!(seen[0], place, "{path}: {}", seen[3]);
        assert_eq!(seen[1], true, "{path}: no outline around {}", seen[3]);
        assert_eq!(seen[2], true, "{path}: out of sight: {} {}", seen[3], seen[4]);
    }
}
