//! Sessions: a new one at each log-in, and none that outlives what it stands for.

use crate::client::{ANOTHER, PASSWORD};
use crate::program::Portal;
use crate::trials;

trials!(
    a_log_in_begins_a_new_session,
    a_session_that_the_server_did_not_make_is_not_taken_up,
    log_out_ends_the_session_itself,
    a_password_change_ends_every_other_session,
    a_recovery_ends_every_session,
    suspension_ends_the_session_at_the_next_request,
    the_table_of_sessions_opens_none,
);

const EMAIL: &str = "anne.hansen@example.com";
const SESSION: &str = "portal-session";

async fn a_log_in_begins_a_new_session() {
    let portal = Portal::start();
    let mut anne = portal.client();
    anne.get("/login").await;
    assert!(!anne.cookies.contains_key(SESSION), "nobody has a session before a log-in");
    anne.enter(&portal, EMAIL).await;
    let before = anne.clone();
    assert_eq!(anne.get("/login").await.location(), "/account");
    assert_eq!(anne.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await.status, 303);
    assert_ne!(before.cookies[SESSION], anne.cookies[SESSION]);
    assert_eq!({ before }.get("/account").await.location(), "/login", "the earlier id is worth nothing");
    assert_eq!(anne.get("/account").await.status, 200);
}

async fn a_session_that_the_server_did_not_make_is_not_taken_up() {
    let portal = Portal::start();
    let mut anne = portal.client();
    anne.activate(&portal, EMAIL).await;
    let planted = "AAAAAAAAAAAAAAAAAAAAAA";
    anne.cookies.insert(SESSION.to_owned(), planted.to_owned());
    assert_eq!(anne.log_in(EMAIL, PASSWORD).await.status, 303);
    assert_ne!(anne.cookies[SESSION], planted);
    let mut attacker = portal.client();
    attacker.cookies.insert(SESSION.to_owned(), planted.to_owned());
    assert_eq!(attacker.get("/account").await.location(), "/login");
}

async fn log_out_ends_the_session_itself() {
    let portal = Portal::start();
    let mut anne = portal.client();
    anne.enter(&portal, EMAIL).await;
    let mut copy = anne.clone();
    anne.submit("/logout", &[]).await;
    assert!(!anne.cookies.contains_key(SESSION));
    assert_eq!(copy.get("/account").await.location(), "/login");
}

async fn a_password_change_ends_every_other_session() {
    let portal = Portal::start();
    let (mut here, mut elsewhere) = (portal.client(), portal.client());
    here.enter(&portal, EMAIL).await;
    assert_eq!(elsewhere.log_in(EMAIL, PASSWORD).await.status, 303);
    assert_eq!(elsewhere.get("/account").await.status, 200);
    let before = here.cookies[SESSION].clone();
    let change = [("current_password", PASSWORD), ("new_password", ANOTHER), ("confirm_password", ANOTHER)];
    here.submit("/account/password", &change).await.says("Passordet er endret");
    assert_ne!(before, here.cookies[SESSION]);
    assert_eq!(here.get("/account").await.status, 200);
    assert_eq!(elsewhere.get("/account").await.location(), "/login?after=ended");
    elsewhere.get("/login?after=ended").await.says("når passordet er endret et annet sted");
}

async fn a_recovery_ends_every_session() {
    let portal = Portal::start();
    let (mut anne, mut other) = (portal.client(), portal.client());
    anne.enter(&portal, EMAIL).await;
    other.ask_for_code("/recover", EMAIL).await;
    let code = portal.code_number(2, EMAIL).await;
    assert_eq!(other.redeem("/recover", &code, ANOTHER, ANOTHER).await.status, 303);
    assert_eq!(other.get("/account").await.location(), "/login", "a code logs nobody in");
    assert_eq!(anne.get("/account").await.location(), "/login?after=ended");
}

async fn suspension_ends_the_session_at_the_next_request() {
    let portal = Portal::start();
    let mut anne = portal.client();
    anne.enter(&portal, EMAIL).await;
    portal.suspend(EMAIL).await;
    let change = [("current_password", PASSWORD), ("new_password", ANOTHER), ("confirm_password", ANOTHER)];
    assert_eq!(anne.clone().post("/account/password", &change).await.location(), "/login?after=ended");
    assert_eq!(anne.get("/account").await.location(), "/login");
    assert_eq!(anne.log_in(EMAIL, PASSWORD).await.status, 401);
}

async fn the_table_of_sessions_opens_none() {
    let portal = Portal::start();
    let mut anne = portal.client();
    anne.enter(&portal, EMAIL).await;
    let row = "select hex(id) || data from portal_sessions";
    let row: String = sqlx::query_scalar(row).fetch_one(&portal.database()).await.unwrap();
    assert!(!row.contains(&anne.cookies[SESSION]));
    portal.execute("update portal_sessions set expires_at = 1").await;
    assert_eq!(anne.get("/account").await.location(), "/login");
}
