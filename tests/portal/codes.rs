//! Codes: wrong, expired, used, sent again, and asked for by somebody else.

use crate::client::{ANOTHER, PASSWORD};
use crate::program::Portal;
use crate::trials;

trials!(
    a_refused_password_spends_no_code,
    a_code_of_another_shape_costs_no_try_and_is_kept_in_its_field,
    a_used_code_is_refused,
    an_expired_code_is_refused,
    a_code_that_was_sent_again_replaces_the_one_before,
    a_stranger_who_asks_for_codes_voids_nothing,
    a_code_without_its_browser_opens_nothing,
    what_is_no_contact_is_said_beside_its_field,
);

const EMAIL: &str = "anne.hansen@example.com";

async fn a_refused_password_spends_no_code() {
    let portal = Portal::start();
    let mut anne = portal.client();
    anne.ask_for_code("/activate", EMAIL).await;
    let code = portal.code_number(1, EMAIL).await;
    for (new, again, why) in [
        ("kort", "kort", "for kort"),
        ("passordpassord123", "passordpassord123", "lett å gjette"),
        ("anne.hansen@example.com", "anne.hansen@example.com", "ligner for mye på ditt eget navn"),
        (PASSWORD, ANOTHER, "ikke like"),
    ] {
        let answer = anne.redeem("/activate", &code, new, again).await;
        assert_eq!(answer.status, 422);
        answer.says(why).says(&format!("value=\"{code}\"")).says("<title>Feil: ");
        assert!(
            !answer.body.contains(&format!("value=\"{new}")) || new == EMAIL,
            "a password is shown again"
        );
    }
    assert_eq!(
        anne.redeem("/activate", &code, PASSWORD, PASSWORD).await.location(),
        "/login?after=activated"
    );
}

async fn a_code_of_another_shape_costs_no_try_and_is_kept_in_its_field() {
    let portal = Portal::start();
    let mut anne = portal.client();
    anne.ask_for_code("/activate", EMAIL).await;
    let code = portal.code_number(1, EMAIL).await;
    for shape in ["", "1234", "ikke en kode", "<b>\"1\"</b>", &"1".repeat(300)] {
        let answer = anne.redeem("/activate", shape, PASSWORD, PASSWORD).await;
        assert_eq!(answer.status, 422);
        answer.says("id=\"code-error\"").says("aria-describedby=\"code-error code-hint\"");
        assert!(!answer.body.contains("<b>\"1"));
    }
    let both = anne.redeem("/activate", "1", "a", "b").await;
    both.says("id=\"code-error\"").says("id=\"confirm_password-error\"");
    assert_eq!(both.body.matches(" autofocus").count(), 1, "the first error alone has the focus");
    assert_eq!(anne.redeem("/activate", &code, PASSWORD, PASSWORD).await.status, 303);
}

async fn a_used_code_is_refused() {
    let portal = Portal::start();
    let mut anne = portal.client();
    anne.ask_for_code("/activate", EMAIL).await;
    let code = portal.code_number(1, EMAIL).await;
    // Pressed twice: two requests with the same cookies.
    let mut twice = anne.clone();
    assert_eq!(anne.redeem("/activate", &code, PASSWORD, PASSWORD).await.status, 303);
    let second = twice.redeem("/activate", &code, ANOTHER, ANOTHER).await;
    assert_eq!(second.status, 422);
    second.says("allerede brukt").says("Har du allerede valgt passord?").says("href=\"/activate\"");
    assert_eq!(anne.log_in(EMAIL, PASSWORD).await.status, 303);
    // With the cookie gone, the page leads to where codes are asked for.
    assert_eq!(anne.get("/activate/code").await.location(), "/activate?after=expired");
}

async fn an_expired_code_is_refused() {
    let portal = Portal::start();
    let mut anne = portal.client();
    anne.ask_for_code("/recover", EMAIL).await;
    anne.ask_for_code("/activate", EMAIL).await;
    let code = portal.code_number(1, EMAIL).await;
    portal.execute("update vestibule_codes set expires_at = created_at").await;
    let answer = anne.redeem("/activate", &code, PASSWORD, PASSWORD).await;
    assert_eq!(answer.status, 422);
    answer.says("utløpt").says("Be om en ny kode");
    assert!(!answer.body.contains("name=\"new_password\""), "there is nothing to be typed any more");
}

async fn a_code_that_was_sent_again_replaces_the_one_before() {
    let portal = Portal::start();
    let mut anne = portal.client();
    let page = anne.ask_for_code("/activate", EMAIL).await;
    page.says("data-wait=\"");
    let first = portal.code_number(1, EMAIL).await;
    let too_soon = anne.post("/activate/resend", &[]).await;
    assert_eq!(too_soon.status, 429);
    assert!(!too_soon.header("retry-after").is_empty());
    portal.execute("update vestibule_codes set resend_at = created_at").await;
    anne.submit("/activate/resend", &[]).await.says("Bruk den siste du får");
    let second = portal.code_number(2, EMAIL).await;
    if first != second {
        anne.redeem("/activate", &first, PASSWORD, PASSWORD).await.says("Koden er feil");
    }
    assert_eq!(anne.redeem("/activate", &second, PASSWORD, PASSWORD).await.status, 303);

    // Three times at most: then the page says so, and the code is still good.
    let finn = "finn.kristiansen@post.example.com";
    let mut client = portal.client();
    client.ask_for_code("/activate", finn).await;
    for count in 1..=2 {
        portal.code_number(count, finn).await;
        portal.execute("update vestibule_codes set resend_at = created_at").await;
        client.submit("/activate/resend", &[]).await;
    }
    let third = portal.code_number(3, finn).await;
    portal.execute("update vestibule_codes set resend_at = created_at").await;
    client.post("/activate/resend", &[]).await.says("kan ikke sendes på nytt");
    let page = client.get("/activate/code").await;
    assert!(!page.body.contains("/activate/resend"), "nor is it offered");
    assert_eq!(client.redeem("/activate", &third, PASSWORD, PASSWORD).await.status, 303);
}

async fn a_stranger_who_asks_for_codes_voids_nothing() {
    let portal = Portal::start();
    let (mut anne, mut stranger) = (portal.client(), portal.client());
    anne.ask_for_code("/activate", EMAIL).await;
    let code = portal.code_number(1, EMAIL).await;
    stranger.ask_for_code("/activate", EMAIL).await;
    portal.code_number(2, EMAIL).await;
    for _ in 0..10 {
        assert_eq!(stranger.redeem("/activate", "11111111", ANOTHER, ANOTHER).await.status, 422);
    }
    assert_eq!(anne.redeem("/activate", &code, PASSWORD, PASSWORD).await.status, 303);
}

async fn a_code_without_its_browser_opens_nothing() {
    let portal = Portal::start();
    let (mut anne, mut stranger) = (portal.client(), portal.client());
    anne.ask_for_code("/activate", EMAIL).await;
    let code = portal.code_number(1, EMAIL).await;
    stranger.get("/activate").await;
    let answer = stranger.redeem("/activate", &code, ANOTHER, ANOTHER).await;
    assert_eq!(answer.location(), "/activate?after=expired");
    stranger.ask_for_code("/activate", "nobody@example.com").await;
    assert_eq!(stranger.redeem("/activate", &code, ANOTHER, ANOTHER).await.status, 422);
    // Nor for another purpose.
    let activation = anne.cookies["portal-activation"].clone();
    anne.cookies.insert("portal-recovery".to_owned(), activation);
    assert_eq!(anne.redeem("/recover", &code, ANOTHER, ANOTHER).await.status, 422);
    assert_eq!(anne.redeem("/activate", &code, PASSWORD, PASSWORD).await.status, 303);
}

async fn what_is_no_contact_is_said_beside_its_field() {
    let portal = Portal::start();
    let mut anne = portal.client();
    anne.get("/activate").await;
    let answer = anne.post("/activate", &[("channel", "email"), ("email", "anne <anne@example.com>")]).await;
    assert_eq!(answer.status, 422);
    answer.says("id=\"email-error\"").says("value=\"anne &lt;anne@example.com&gt;\"");
    let answer = anne.post("/activate", &[("channel", "sms"), ("phone", "412 O4 567")]).await;
    answer.says("id=\"phone-error\"").says("en O i stedet for null").says("value=\"412 O4 567\"");
    assert_eq!(anne.post("/activate", &[("channel", "pigeon"), ("email", EMAIL)]).await.status, 400);
    let empty = anne.post("/login", &[]).await;
    assert_eq!(empty.status, 422);
    empty.says("id=\"email-error\"").says("id=\"password-error\"");
    assert!(portal.outbox().await.is_empty());
}
