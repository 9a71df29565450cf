//! The whole life of an account, as DESIGN's table has it, by e-mail and by SMS.

use crate::client::{ANOTHER, PASSWORD};
use crate::program::Portal;
use crate::trials;

trials!(
    a_whole_life_by_email,
    a_whole_life_by_sms,
    an_address_in_letters_of_its_own_is_offered_at_the_log_in_that_follows,
    nobody_can_log_in_on_a_fresh_start,
    the_language_is_the_chosen_one_then_the_browsers_then_norwegian,
);

const EMAIL: &str = "anne.hansen@example.com";
const PHONE: &str = "+4790000200";

async fn a_whole_life_by_email() {
    whole_life(&Portal::start(), EMAIL, EMAIL).await;
}

async fn a_whole_life_by_sms() {
    whole_life(&Portal::start(), "900 00 200", PHONE).await;
}

async fn an_address_in_letters_of_its_own_is_offered_at_the_log_in_that_follows() {
    let folder = tempfile::tempdir().unwrap();
    let members = folder.path().join("blåbær.csv");
    std::fs::write(&members, "email,phone,name\nola@blåbær.no,900 00 300,Ola\n").unwrap();
    let portal = Portal::start_in(folder, &[("PORTAL_MEMBERS", members.to_str().unwrap())]);
    let mut ola = portal.client();
    ola.ask_for_code("/activate", "ola@blåbær.no").await;
    let code = portal.code_number(1, "ola@blåbær.no").await;
    let answer = ola.redeem("/activate", &code, PASSWORD, PASSWORD).await;
    ola.get(&answer.location()).await.says("value=\"ola@blåbær.no\"");
}

pub async fn whole_life(portal: &Portal, typed: &str, registered: &str) {
    let mut anne = portal.client();
    anne.get("/login").await.says("Glemt passord?").says("Første gang her?").says("href=\"/activate\"");
    anne.get("/activate").await.says("vi vite at det er deg").says("Avbryt");
    let page = anne.ask_for_code("/activate", typed).await;
    page.says("er registrert hos oss, kommer det en kode")
        .says("medlem@example.no, 22\u{a0}00\u{a0}00\u{a0}00");
    page.says("autocomplete=\"one-time-code\"").says("inputmode=\"numeric\"");

    let code = portal.code_number(1, registered).await;
    let pasted = format!(" {}-{}\u{a0}", &code[..4], &code[4..]);
    let answer = anne.redeem("/activate", &pasted, PASSWORD, PASSWORD).await;
    anne.get(&answer.location()).await.says("Kontoen din er aktivert");
    assert_eq!(portal.messages("activated", 2).await.len(), 2, "every contact is told");

    assert_eq!(anne.log_in(EMAIL, "helt feil passord, men langt").await.status, 401);
    assert_eq!(anne.log_in(EMAIL, PASSWORD).await.location(), "/account");
    anne.get("/account").await.says("Hei, Anne Hansen").says("første gang du logger inn");

    let change = |current: &'static str, new: &'static str, again: &'static str| {
        [("current_password", current), ("new_password", new), ("confirm_password", again)]
    };
    let wrong = anne.post("/account/password", &change("ikke dette passordet", ANOTHER, ANOTHER)).await;
    assert_eq!(wrong.status, 422);
    wrong.says("ikke passordet du har nå");
    let differ = anne.post("/account/password", &change(PASSWORD, ANOTHER, PASSWORD)).await;
    assert_eq!(differ.status, 422);
    let short = anne.post("/account/password", &change(PASSWORD, "kort", "kort")).await;
    short.says("for kort").says("aria-invalid=\"true\" autofocus");
    anne.submit("/account/password", &change(PASSWORD, ANOTHER, ANOTHER)).await.says("Passordet er endret");
    assert_eq!(portal.messages("password_changed", 2).await.len(), 2);

    anne.submit("/logout", &[]).await.says("Du er logget ut.");
    assert_eq!(anne.get("/account").await.location(), "/login");
    assert_eq!(anne.log_in(EMAIL, PASSWORD).await.status, 401);

    anne.ask_for_code("/recover", typed).await.says("Lagre nytt passord");
    let code = portal.code_number(2, registered).await;
    let answer = anne.redeem("/recover", &code, PASSWORD, PASSWORD).await;
    anne.get(&answer.location()).await.says("Du har valgt et nytt passord");
    assert_eq!(portal.messages("password_recovered", 2).await.len(), 2);
    assert_eq!(anne.log_in(EMAIL, PASSWORD).await.location(), "/account");
    anne.get("/account").await.says("Forrige innlogging");

    let log = portal.log();
    for secret in [PASSWORD, ANOTHER, code.as_str(), EMAIL, PHONE] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    assert!(log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{log}");
    assert!(log.contains("password_set"), "events are logged: {log}");
}

async fn nobody_can_log_in_on_a_fresh_start() {
    let portal = Portal::start();
    let people =
        sqlx::query_scalar::<_, i64>("select count(*) from vestibule_accounts where state = 'pending'");
    assert!(people.fetch_one(&portal.database()).await.unwrap() >= 60);
    let others = sqlx::query_scalar::<_, i64>(
        "select count(*) from vestibule_accounts where state <> 'pending' or password_hash is not null",
    );
    assert_eq!(others.fetch_one(&portal.database()).await.unwrap(), 0);
}

async fn the_language_is_the_chosen_one_then_the_browsers_then_norwegian() {
    let portal = Portal::start();
    portal.client().get("/login").await.says("<html lang=\"nb\">").says("Logg inn");
    portal.client().with("accept-language", "fr,de;q=0.9").get("/login").await.says("<html lang=\"nb\">");
    let mut english = portal.client().with("accept-language", "de, en-GB;q=0.8, nb;q=0.3");
    english.get("/nowhere").await.says("There is no such page");
    english.get("/activate").await.says("<html lang=\"en\">").says("Activate account");
    let answer = english.submit("/language", &[("lang", "nb"), ("back", "/activate")]).await;
    answer.says("Aktiver konto");
    english.get("/nowhere").await.says("Siden finnes ikke");
    let elsewhere = english.post("/language", &[("lang", "en"), ("back", "//evil.example")]).await;
    assert_eq!(elsewhere.location(), "/account");
    // Messages to somebody whose language is not known are in the asker's.
    english.ask_for_code("/activate", EMAIL).await;
    portal.code_number(1, EMAIL).await;
    assert!(portal.outbox().await[0]["subject"].as_str().unwrap().is_ascii());
}
