//! Who asks: in which language, from where, with which cookies.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use vestibule::contact::ContactProblem;
use vestibule::{DeviceToken, Error, Origin};

use crate::app::App;
use crate::cookies::{self, Jar, Name};
use crate::language::Language;
use crate::page::Page;
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::words::Words;

#[derive(Debug)]
pub struct Visitor {
    pub app: App,
    pub jar: Jar,
    pub language: Language,
    /// The page that is asked for, as far as the portal has one: where a change of language leads back to.
    pub path: String,
    address: IpAddr,
}

impl Visitor {
    /// What the library is told about the request.
    pub fn origin(&self) -> Origin {
        let origin = Origin::from_address(self.address).with_locale(self.language.locale());
        match self.jar.get(Name::Device).and_then(|token| DeviceToken::parse(&token)) {
            Some(device) => origin.with_device(device),
            None => origin,
        }
    }

    pub const fn words(&self) -> &'static Words {
        self.language.words()
    }

    pub fn page<'a>(&'a self, template: &'static str) -> Page<'a> {
        Page::new(self, template)
    }

    /// What was typed as an e-mail address or a number, and is none.
    pub fn contact_refusal(&self, field: &'static str, problem: ContactProblem) -> Refusal {
        Refusal { field: Some(field), ..self.refusal(&problem.into()) }
    }

    /// What the library refused, in its own words.
    pub fn refusal(&self, error: &Error) -> Refusal {
        Refusal::new(error, self.app.accounts.explain(error, Some(&self.language.locale())))
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let jar = Jar::from_request_parts(parts, app).await?;
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let ConnectInfo(peer) = peer.ok_or(Problem::of(StatusCode::INTERNAL_SERVER_ERROR))?;
        Ok(Self {
            language: cookies::language(&parts.headers, &app.site),
            path: parts.uri.path().to_owned(),
            address: client_address(app, &parts.headers).unwrap_or_else(|| peer.ip()),
            app: app.clone(),
            jar,
        })
    }
}

/// What our own proxy wrote, if there is one. Anybody can write such a header: no other is believed.
fn client_address(app: &App, headers: &HeaderMap) -> Option<IpAddr> {
    let header = app.client_header.as_ref()?;
    // A proxy that appends to what it was given appends at the end.
    let value = headers.get_all(header).iter().next_back()?.to_str().ok()?;
    value.rsplit(',').next()?.trim().parse().ok()
}
