//! A browser without a screen: cookies, forms with their hidden fields, and redirects that one follows or does not.

use std::collections::BTreeMap;
use std::fmt::Write;

use reqwest::header::{HeaderMap, HeaderName, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Method, StatusCode};

use crate::program::Portal;

pub const PASSWORD: &str = "tolv grønne elger på tur";
pub const ANOTHER: &str = "sju blå hvaler i fjorden";

#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    address: String,
    pub cookies: BTreeMap<String, String>,
    pub headers: HeaderMap,
    /// The signature that the last page's forms held.
    pub csrf: String,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Client {
    pub fn new(address: &str) -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
        Self {
            http,
            address: address.to_owned(),
            cookies: BTreeMap::new(),
            headers: HeaderMap::new(),
            csrf: String::new(),
        }
    }

    /// Goes to another program with the same cookies, as behind a balancer.
    pub fn turn_to(&mut self, portal: &Portal) {
        self.address = portal.address.clone();
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(HeaderName::from_static(name), value.parse().unwrap());
        self
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// Posts a form as the page holds it: with its signature.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("csrf", self.csrf.clone())];
        all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let body = all.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        self.post_raw(path, body.collect::<Vec<_>>().join("&")).await
    }

    pub async fn post_raw(&mut self, path: &str, body: String) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn send(&mut self, method: Method, path: &str, body: Option<String>) -> Answer {
        let mut request =
            self.http.request(method, format!("{}{path}", self.address)).headers(self.headers.clone());
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if let Some(body) = body {
            if !self.headers.contains_key("content-type") {
                request = request.header("content-type", "application/x-www-form-urlencoded");
            }
            request = request.body(body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.text().await.unwrap();
        for cookie in headers.get_all(SET_COOKIE) {
            self.keep(cookie.to_str().unwrap());
        }
        if let Some(csrf) = hidden(&body, "csrf") {
            self.csrf = csrf;
        }
        Answer { status, headers, body }
    }

    fn keep(&mut self, cookie: &str) {
        let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
        if cookie.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Goes where a form leads to.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.said());
        let to = answer.location();
        self.get(&to).await
    }

    /// Asks for a code by e-mail or SMS and stands before the page that wants it.
    pub async fn ask_for_code(&mut self, page: &str, contact: &str) -> Answer {
        self.get(page).await;
        let answer = if contact.contains('@') {
            self.submit(page, &[("channel", "email"), ("email", contact)]).await
        } else {
            self.submit(page, &[("channel", "sms"), ("phone", contact)]).await
        };
        assert_eq!(answer.status, 200);
        answer
    }

    pub async fn redeem(&mut self, page: &str, code: &str, new: &str, again: &str) -> Answer {
        self.post(
            &format!("{page}/code"),
            &[("code", code), ("new_password", new), ("confirm_password", again)],
        )
        .await
    }

    pub async fn log_in(&mut self, email: &str, password: &str) -> Answer {
        self.get("/login").await;
        self.post("/login", &[("email", email), ("password", password)]).await
    }

    /// Activates an account by e-mail.
    pub async fn activate(&mut self, portal: &Portal, email: &str) {
        self.ask_for_code("/activate", email).await;
        let code = portal.code_number(1, email).await;
        let answer = self.redeem("/activate", &code, PASSWORD, PASSWORD).await;
        assert_eq!(answer.location(), "/login?after=activated");
    }

    /// Activates and logs in.
    pub async fn enter(&mut self, portal: &Portal, email: &str) {
        self.activate(portal, email).await;
        assert_eq!(self.log_in(email, PASSWORD).await.location(), "/account");
        self.get("/account").await;
    }
}

impl Answer {
    #[track_caller]
    pub fn location(&self) -> String {
        assert_eq!(self.status, 303, "{}", self.said());
        self.headers[LOCATION].to_str().unwrap().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// What the page says is wrong.
    pub fn said(&self) -> String {
        let main = self.body.split("<main").nth(1).unwrap_or(&self.body);
        let wrong = ["class=\"error\"", "class=\"alert\"", "class=\"notice\""];
        let parts = wrong.iter().flat_map(|mark| main.split(mark).skip(1));
        let texts: Vec<_> = parts.map(|part| text(part.split("</div>").next().unwrap())).collect();
        if texts.is_empty() { text(main) } else { texts.join(" | ") }
    }

    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(self.body.contains(words), "{words:?} is not in: {}", self.body);
        self
    }
}

fn text(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, rest)| rest));
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The value of a hidden field.
pub fn hidden(body: &str, name: &str) -> Option<String> {
    let rest = body.split(&format!("name=\"{name}\" value=\"")).nth(1)?;
    Some(rest.split('"').next()?.to_owned())
}

pub fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").unwrap();
        }
        encoded
    })
}
