use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use tower::ServiceExt;
use tower_sessions::{MemoryStore, SessionManagerLayer};

use crate::accounts::{ANOTHER, Accounts, KARI, PASSWORD};
use crate::guide::axum::pages;

/// A browser: it keeps one cookie.
pub struct Browser {
    router: Router,
    cookie: Option<String>,
}

pub struct Answer {
    pub status: StatusCode,
    pub retry_after: Option<u64>,
    pub text: String,
}

impl Browser {
    pub fn of(pages: Router) -> Self {
        Self { router: pages, cookie: None }
    }

    /// Posts a form, or asks for a page where there is none.
    pub async fn send(&mut self, page: &str, form: Option<String>) -> Answer {
        let mut request = Request::builder()
            .method(if form.is_some() { "POST" } else { "GET" })
            .uri(page)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .extension(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 4711))));
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let request = request.body(Body::from(form.unwrap_or_default())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        if let Some(cookie) = response.headers().get(header::SET_COOKIE) {
            self.cookie = Some(cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
        }
        let retry_after = response.headers().get(header::RETRY_AFTER);
        let retry_after = retry_after.map(|seconds| seconds.to_str().unwrap().parse().unwrap());
        let status = response.status();
        let text = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        Answer { status, retry_after, text: String::from_utf8(text.to_vec()).unwrap() }
    }

    pub async fn post(&mut self, page: &str, form: String) -> Answer {
        self.send(page, Some(form)).await
    }

    pub async fn get(&mut self, page: &str) -> Answer {
        self.send(page, None).await
    }
}

fn browser(accounts: &Accounts) -> Browser {
    Browser::of(pages(accounts.service.clone()).layer(SessionManagerLayer::new(MemoryStore::default())))
}

fn typed(password: &str) -> String {
    password.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

pub fn log_in_form(password: &str) -> String {
    format!("email={KARI}&password={}", typed(password))
}

#[tokio::test]
async fn an_account_is_activated_and_logged_in_over_axum() {
    let accounts = Accounts::new();
    let mut browser = browser(&accounts);
    assert_eq!(browser.get("/account").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.post("/activate", format!("email={KARI}")).await.status, StatusCode::OK);
    let (code, password) = (accounts.code().await, typed(PASSWORD));
    let form = format!("code={code}&password={password}&confirmation={password}");
    let activated = browser.post("/activate/code", form.clone()).await;
    assert_eq!(activated.status, StatusCode::OK, "{}", activated.text);
    assert_eq!(browser.get("/account").await.status, StatusCode::UNAUTHORIZED, "a code logs nobody in");
    assert_eq!(browser.post("/login", log_in_form(PASSWORD)).await.status, StatusCode::OK);
    assert_eq!(browser.get("/account").await.text, "Welcome");
    let again = browser.post("/activate/code", form).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "a code works once: {}", again.text);
}

#[tokio::test]
async fn a_session_of_tower_sessions_ends_when_the_password_changes_elsewhere_and_lives_on_where_it_changed()
{
    let accounts = Accounts::new().activated().await;
    let (mut here, mut there) = (browser(&accounts), browser(&accounts));
    for browser in [&mut here, &mut there] {
        assert_eq!(browser.post("/login", log_in_form(PASSWORD)).await.status, StatusCode::OK);
    }
    let (current, new) = (typed(PASSWORD), typed(ANOTHER));
    let form = format!("current={current}&password={new}&confirmation={new}");
    let changed = here.post("/account/password", form).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    assert_eq!(here.get("/account").await.status, StatusCode::OK);
    assert_eq!(there.get("/account").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_refusal_has_its_status_and_says_when_to_come_back() {
    let accounts = Accounts::new();
    let mut browser = browser(&accounts);
    assert_eq!(browser.post("/activate", "email=kari".into()).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..5 {
        let wrong = browser.post("/login", log_in_form("wrong")).await;
        assert_eq!((wrong.status, wrong.retry_after), (StatusCode::UNAUTHORIZED, None));
    }
    let waits = browser.post("/login", log_in_form("wrong")).await;
    assert_eq!(waits.status, StatusCode::TOO_MANY_REQUESTS, "{}", waits.text);
    assert!((1..=30).contains(&waits.retry_after.unwrap()));
}
