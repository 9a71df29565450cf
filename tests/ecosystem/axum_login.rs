use axum::Router;
use axum::extract::Form;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum_login::{AuthManagerLayerBuilder, AuthSession};
use tower_sessions::{MemoryStore, SessionManagerLayer};
use vestibule::{EmailAddress, Origin};

use crate::accounts::{Accounts, PASSWORD};
use crate::axum::{Browser, log_in_form};
use crate::guide::axum_login::{Accounts as Backend, Credentials};

type Session = AuthSession<Backend>;

async fn log_in(mut session: Session, Form(form): Form<Vec<(String, String)>>) -> StatusCode {
    let [(_, email), (_, password)] = <[_; 2]>::try_from(form).unwrap();
    let credentials = Credentials {
        email: EmailAddress::parse(&email).unwrap(),
        password: password.into(),
        origin: Origin::without_address(),
    };
    match session.authenticate(credentials).await {
        Ok(Some(member)) => {
            session.login(&member).await.unwrap();
            StatusCode::OK
        }
        Ok(None) => StatusCode::UNAUTHORIZED,
        Err(axum_login::Error::Backend(error)) => StatusCode::from_u16(error.http_status()).unwrap(),
        Err(axum_login::Error::Session(_)) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn account(session: Session) -> StatusCode {
    if session.user.is_some() { StatusCode::OK } else { StatusCode::UNAUTHORIZED }
}

fn browser(accounts: &Accounts) -> Browser {
    let sessions = SessionManagerLayer::new(MemoryStore::default());
    let layer = AuthManagerLayerBuilder::new(Backend(accounts.service.clone()), sessions).build();
    Browser::of(Router::new().route("/account", get(account)).route("/login", post(log_in)).layer(layer))
}

#[tokio::test]
async fn a_session_of_axum_login_ends_when_the_password_changes_elsewhere() {
    let accounts = Accounts::new().activated().await;
    let mut browser = browser(&accounts);
    assert_eq!(browser.post("/login", log_in_form("wrong")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.get("/account").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.post("/login", log_in_form(PASSWORD)).await.status, StatusCode::OK);
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    accounts.change_password_elsewhere().await;
    assert_eq!(browser.get("/account").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_session_of_axum_login_ends_when_the_account_is_suspended() {
    let accounts = Accounts::new().activated().await;
    let mut browser = browser(&accounts);
    assert_eq!(browser.post("/login", log_in_form(PASSWORD)).await.status, StatusCode::OK);
    let origin = Origin::without_address();
    let login = accounts.service.log_in(&crate::accounts::kari(), PASSWORD.into(), &origin).await.unwrap();
    accounts.directory.suspend(&login.account_id).unwrap();
    assert_eq!(browser.get("/account").await.status, StatusCode::UNAUTHORIZED);
}
