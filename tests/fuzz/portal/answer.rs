//! What must hold of every answer.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use vestibule::EmailAddress;

use super::house::{ANNE, House, PASSWORD};
use super::request::Asked;

/// Where anybody is led to.
pub const PAGES: [&str; 15] = [
    "/login",
    "/login?after=activated",
    "/login?after=recovered",
    "/login?after=ended",
    "/login?after=logout",
    "/activate",
    "/activate?after=expired",
    "/activate/code",
    "/activate/code?after=resent",
    "/recover",
    "/recover?after=expired",
    "/recover/code",
    "/recover/code?after=resent",
    "/account",
    "/account?after=changed",
];
/// Stands in no page and no header of ours: what is typed as a secret and holds it is found wherever it comes out.
const MARK: &str = "hemmelig";
const SECRETS: [&str; 4] = ["password", "current_password", "new_password", "confirm_password"];

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn judge(&self, asked: &Asked, house: &House) {
        assert!(!self.status.is_server_error(), "{}: {asked:?}", self.status);
        self.has_its_headers();
        self.keeps_secrets(asked, house);
        self.says_again_what_was_typed(asked);
        self.lets_in_by_the_right_words_alone(asked, house);
    }

    fn has_its_headers(&self) {
        for name in [CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS, CACHE_CONTROL] {
            assert!(self.headers.contains_key(&name), "no {name}");
        }
        for cookie in self.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("cookies are ASCII");
            for part in ["__Host-", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
                assert!(cookie.contains(part), "no {part} in {cookie}");
            }
        }
        let is_html = self.headers.get("content-type").is_some_and(|kind| kind == "text/html; charset=utf-8");
        if is_html && !self.body.is_empty() {
            let is_whole = self.body.ends_with("</html>\n") || self.body.ends_with("</html>");
            assert!(self.body.starts_with("<!doctype html>\n<html lang=\"") && is_whole, "{}", self.body);
            // The name of a member is the worst of names.
            assert!(!self.body.contains("<b>"), "{}", self.body);
        } else {
            assert!(!self.status.is_client_error() || self.body.is_empty(), "a refusal without a page");
        }
    }

    fn keeps_secrets(&self, asked: &Asked, house: &House) {
        let headers: Vec<_> =
            self.headers.values().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        let target = asked.uri.to_string();
        for secret in house.secrets() {
            let is_typed = target.contains(secret) || asked.fields().any(|(_, value)| value.contains(secret));
            assert!(is_typed || !self.body.contains(secret), "a secret is in the page");
        }
        let elsewhere = asked.fields().any(|(name, value)| {
            name.contains(MARK) || value.contains(MARK) && !SECRETS.contains(&name.as_str())
        });
        let head = format!("{target} {:?}", asked.headers);
        if !elsewhere && !head.contains(MARK) {
            assert!(
                !self.body.contains(MARK) && !headers.iter().any(|value| value.contains(MARK)),
                "a password came out"
            );
        }
    }

    /// A form that was refused has what was typed, but for secrets; and the page knows where it is.
    fn says_again_what_was_typed(&self, asked: &Asked) {
        let path = asked.uri.path();
        if let Some(back) = self.attribute("name=\"back\"") {
            assert_eq!(back, path);
        }
        let fields: &[&str] = match path {
            "/login" => &["email"],
            "/activate" | "/recover" => &["email", "phone"],
            "/activate/code" | "/recover/code" => &["code"],
            _ => &[],
        };
        for name in fields {
            let Some(shown) = self.attribute(&format!("id=\"{name}\" name=\"{name}\"")) else { continue };
            match asked.method.as_str() {
                "POST" => assert_eq!(Some(shown), asked.typed(name), "{name}"),
                // What a cookie keeps of the last code is an address, or is not shown.
                _ => assert!(shown.is_empty() || EmailAddress::parse(&shown).is_ok(), "{shown}"),
            }
        }
        for name in SECRETS {
            let shown = self.attribute(&format!("id=\"{name}\" name=\"{name}\""));
            assert!(shown.is_none_or(|shown| shown.is_empty()), "{name} is filled in");
        }
    }

    fn lets_in_by_the_right_words_alone(&self, asked: &Asked, house: &House) {
        let Some(location) = self.location() else { return };
        assert!(PAGES.contains(&location), "led to {location}");
        if asked.method != "POST" {
            return;
        }
        // Who has no session is led to the log-in before the form is read.
        let is_led_to_log_in = matches!(location, "/login" | "/login?after=ended");
        if !(is_led_to_log_in && asked.uri.path() == "/account/password") {
            assert!(asked.is_signed() && !asked.is_from_elsewhere(), "{location}: {asked:?}");
        }
        let chosen = || {
            let new = asked.typed_password("new_password");
            assert_eq!(new, asked.typed_password("confirm_password"));
        };
        match (asked.uri.path(), location) {
            ("/login", _) => {
                let email = EmailAddress::parse(&asked.typed("email").unwrap()).expect("an address");
                assert_eq!(
                    (email.as_str().to_lowercase().as_str(), asked.typed_password("password").as_str()),
                    (ANNE, PASSWORD)
                );
            }
            ("/activate/code" | "/recover/code", "/login?after=activated" | "/login?after=recovered") => {
                let code = asked.typed_code().expect("a code");
                assert!(house.codes().any(|sent| sent == code.expose()), "no code of ours");
                chosen();
            }
            ("/account/password", "/account?after=changed") => {
                assert_eq!(asked.typed_password("current_password"), PASSWORD);
                chosen();
            }
            _ => {}
        }
    }

    /// Whether it was given before any page was asked.
    pub fn is_of_the_door(&self) -> bool {
        matches!(self.status.as_u16(), 400 | 403 | 404 | 405 | 413 | 415)
    }

    /// Where it leads to.
    pub fn location(&self) -> Option<&str> {
        Some(self.headers.get(LOCATION)?.to_str().expect("an address is ASCII"))
    }

    /// The value of an input, as a browser reads it.
    fn attribute(&self, mark: &str) -> Option<String> {
        let (_, rest) = self.body.split_once(mark)?;
        let (_, value) = rest.split_once(" value=\"")?;
        let (value, _) = value.split_once('"')?;
        assert!(!value.contains(['<', '>']), "{value}");
        let marks = [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#x27;", "'"),
            ("&#x2f;", "/"),
            ("&amp;", "&"),
        ];
        Some(marks.iter().fold(value.to_owned(), |text, (mark, is)| text.replace(mark, is)))
    }
}
