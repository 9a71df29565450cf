//! Rows 1 to 9 of DESIGN's table, in both languages, with scripts and without.

use libtest_mimic::Trial;

use crate::browser::chrome::{Scripts, missing};
use crate::browser::person::Person;
use crate::client::{ANOTHER, PASSWORD};
use crate::program::Portal;

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for language in ["nb", "en"] {
        for channel in ["email", "sms"] {
            for scripts in [Scripts::On, Scripts::Off] {
                let name = format!("{}::{language}_by_{channel}_with_scripts_{scripts:?}", module_path!());
                trials.push(super::trial(&name.to_lowercase(), missing, move || {
                    life(language, scripts, channel)
                }));
            }
        }
    }
    trials
}

const EMAIL: &str = "anne.hansen@example.com";

/// What is written on the pages, in the order it is met.
struct Words {
    activate: &'static str,
    send: &'static str,
    on_its_way: &'static str,
    save: &'static str,
    activated: &'static str,
    log_in: &'static str,
    hello: &'static str,
    change: &'static str,
    changed: &'static str,
    log_out: &'static str,
    forgotten: &'static str,
    save_again: &'static str,
    recovered: &'static str,
    cancel: &'static str,
    other: &'static str,
}

const NORWEGIAN: Words = Words {
    activate: "Aktiver kontoen din",
    send: "Send kode på ",
    on_its_way: "kommer det en kode om litt",
    save: "Aktiver kontoen",
    activated: "Kontoen din er aktivert",
    log_in: "Logg inn",
    hello: "Hei, Anne Hansen",
    change: "Endre passord",
    changed: "Passordet er endret",
    log_out: "Logg ut",
    forgotten: "Glemt passord?",
    save_again: "Lagre nytt passord",
    recovered: "Du har valgt et nytt passord",
    cancel: "Avbryt",
    other: "English",
};

const ENGLISH: Words = Words {
    activate: "Activate your account",
    send: "Send code by ",
    on_its_way: "a code will arrive shortly",
    save: "Activate the account",
    activated: "Your account is activated",
    log_in: "Log in",
    hello: "Hello, Anne Hansen",
    change: "Change password",
    changed: "The password is changed",
    log_out: "Log out",
    forgotten: "Forgot your password?",
    save_again: "Save the new password",
    recovered: "You have chosen a new password",
    cancel: "Cancel",
    other: "Norsk (bokmål)",
};

async fn life(language: &str, scripts: Scripts, channel: &str) {
    let portal = Portal::start();
    let anne = Person::new(&portal, language, scripts).await;
    let (words, others) = if language == "nb" { (NORWEGIAN, ENGLISH) } else { (ENGLISH, NORWEGIAN) };
    let (field, typed, registered) = match channel {
        "email" => ("email", EMAIL, EMAIL),
        _ => ("phone", "90 00 02 00", "+4790000200"),
    };
    let how = match (channel, language) {
        ("sms", _) => "SMS",
        (_, "nb") => "e-post",
        _ => "e-mail",
    };
    let send = format!("{}{how}", words.send);

    // 1 and 2: the log-in page leads to activation, and back.
    anne.go("/").await;
    anne.reads(words.log_in).await;
    anne.press(words.other).await;
    anne.reads(others.log_in).await;
    anne.press(others.other).await;
    anne.reads(words.forgotten).await;
    anne.press(words.activate).await;
    anne.press(words.cancel).await;
    anne.press(words.activate).await;

    // 3, 4 and 5: who is it, the same words for everybody, a code and a password.
    anne.write(field, typed).await;
    anne.press(&send).await;
    anne.reads(words.on_its_way).await;
    anne.press(words.cancel).await;
    anne.back().await;
    let code = portal.code_number(1, registered).await;
    anne.write("code", &format!("{} {}", &code[..4], &code[4..])).await;
    anne.write("new_password", PASSWORD).await;
    anne.write("confirm_password", PASSWORD).await;
    anne.press(words.save).await;
    anne.reads(words.activated).await;
    assert_eq!(portal.messages("activated", 2).await.len(), 2, "9: every contact is told");

    // 6: a log-in by the e-mail address, which need not be typed again where it was.
    let kept = if channel == "email" { EMAIL } else { "" };
    assert_eq!(anne.value("email").await, kept);
    anne.write("email", EMAIL).await;
    anne.write("password", PASSWORD).await;
    anne.press(words.log_in).await;
    anne.reads(words.hello).await;

    // 8: another password.
    anne.write("current_password", PASSWORD).await;
    anne.write("new_password", ANOTHER).await;
    anne.write("confirm_password", ANOTHER).await;
    anne.press(words.change).await;
    anne.reads(words.changed).await;
    assert_eq!(portal.messages("password_changed", 2).await.len(), 2);
    anne.press(words.log_out).await;

    // 7: forgotten.
    anne.press(words.forgotten).await;
    anne.write(field, typed).await;
    anne.press(&send).await;
    anne.reads(words.on_its_way).await;
    let code = portal.code_number(2, registered).await;
    anne.write("code", &code).await;
    anne.write("new_password", PASSWORD).await;
    anne.write("confirm_password", PASSWORD).await;
    anne.press(words.save_again).await;
    anne.reads(words.recovered).await;
    assert_eq!(portal.messages("password_recovered", 2).await.len(), 2);
    anne.write("email", EMAIL).await;
    anne.write("password", PASSWORD).await;
    anne.press(words.log_in).await;
    anne.reads(words.hello).await;
    anne.leave().await;
}
