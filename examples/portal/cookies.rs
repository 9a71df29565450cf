//! Every cookie of the portal, but for the session's, in one place.
//!
//! Over https their names begin with `__Host-`: no neighbouring domain can set them. None can be read by a script.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use tower_cookies::Cookies;
use tower_cookies::cookie::{Cookie, SameSite, time::Duration};
use vestibule::DeviceToken;

use crate::app::{App, Site};
use crate::language::Language;
use crate::problem::Problem;

/// What a cookie is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// The secret that the forms of this browser are signed with.
    Form,
    Language,
    /// This browser has logged in before.
    Device,
    /// The e-mail address that a code was redeemed for, to be offered at the log-in that follows.
    Email,
    Activation,
    Recovery,
}

impl Name {
    const fn text(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Language => "language",
            Self::Device => "device",
            Self::Email => "email",
            Self::Activation => "activation",
            Self::Recovery => "recovery",
        }
    }

    /// How long it is kept; until the browser is closed where this is `None`.
    const fn kept(self) -> Option<Duration> {
        match self {
            Self::Form => None,
            Self::Language | Self::Device => Some(Duration::days(365)),
            Self::Email | Self::Activation | Self::Recovery => Some(Duration::minutes(15)),
        }
    }
}

/// The cookies that a browser brought, and those it gets.
#[derive(Clone, Debug)]
pub struct Jar {
    cookies: Cookies,
    secure: bool,
}

impl Jar {
    pub fn get(&self, name: Name) -> Option<String> {
        self.cookies.get(&full_name(name.text(), self.secure)).map(|cookie| cookie.value().to_owned())
    }

    pub fn set(&self, name: Name, value: String) {
        let mut cookie = self.bare(name, value);
        cookie.set_max_age(name.kept());
        self.cookies.add(cookie);
    }

    /// What [`set_text`](Self::set_text) set.
    pub fn get_text(&self, name: Name) -> Option<String> {
        String::from_utf8(base16ct::lower::decode_vec(self.get(name)?).ok()?).ok()
    }

    /// Sets a text of any characters, in hexadecimal digits: a cookie that is not ASCII takes all others with it.
    pub fn set_text(&self, name: Name, text: &str) {
        self.set(name, base16ct::lower::encode_string(text.as_bytes()));
    }

    pub fn remove(&self, name: Name) {
        if self.get(name).is_some() {
            self.cookies.remove(self.bare(name, String::new()));
        }
    }

    /// Keeps the token by which this browser is known at the next log-in.
    pub fn keep_device(&self, device: Option<&DeviceToken>) {
        if let Some(device) = device {
            self.set(Name::Device, device.expose_for_cookie());
        }
    }

    fn bare(&self, name: Name, value: String) -> Cookie<'static> {
        Cookie::build((full_name(name.text(), self.secure), value))
            .path("/")
            .http_only(true)
            .secure(self.secure)
            .same_site(SameSite::Lax)
            .build()
    }
}

impl FromRequestParts<App> for Jar {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let cookies = Cookies::from_request_parts(parts, app).await;
        let cookies = cookies.map_err(|(status, _)| Problem::of(status))?;
        Ok(Self { cookies, secure: app.site.is_secure() })
    }
}

/// The language that was chosen on a page, else the one that the browser asks for.
pub fn language(headers: &HeaderMap, site: &Site) -> Language {
    let name = full_name(Name::Language.text(), site.is_secure());
    let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let mut cookies = cookies.flat_map(Cookie::split_parse).filter_map(Result::ok);
    let chosen = cookies.find(|cookie| cookie.name() == name);
    let chosen = chosen.and_then(|cookie| Language::named(cookie.value()));
    chosen.unwrap_or_else(|| Language::accepted(headers))
}

pub fn full_name(name: &str, secure: bool) -> String {
    if secure { format!("__Host-{name}") } else { format!("portal-{name}") }
}
