//! Forms that came from our own pages: everything that changes something comes in through [`Posted`].
//!
//! Two locks, of which each would do. The browser says which page a form came from, in `Origin` or, where the page
//! keeps its address to itself, in `Sec-Fetch-Site`. And the form holds what only our pages can know: a digest of a
//! secret that lies in a cookie.

use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::IntoResponse;
use rand::TryRng;
use rand::rngs::SysRng;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::app::{App, Site};
use crate::cookies::{Jar, Name};
use crate::problem::Problem;

/// A form that was filled in on one of our pages, in this browser.
#[derive(Debug)]
pub struct Posted<T>(pub T);

/// A form that holds nothing else: a button.
#[derive(Debug, Deserialize)]
pub struct Nothing {}

#[derive(Deserialize)]
struct Signed<T> {
    #[serde(default)]
    csrf: String,
    #[serde(flatten)]
    fields: T,
}

impl<T: DeserializeOwned> FromRequest<App> for Posted<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        if !is_from_our_page(request.headers(), &app.site) {
            return Err(Problem::of(StatusCode::FORBIDDEN));
        }
        let (mut parts, body) = request.into_parts();
        let jar = Jar::from_request_parts(&mut parts, app).await?;
        let form = Form::<Signed<T>>::from_request(Request::from_parts(parts, body), app).await;
        // Too large, not a form, not UTF-8: the framework knows the status.
        let Form(form) = form.map_err(|rejection| Problem::of(rejection.into_response().status()))?;
        let expected = jar.get(Name::Form).map(|secret| signature(&secret));
        let signed =
            expected.is_some_and(|expected| bool::from(expected.as_bytes().ct_eq(form.csrf.as_bytes())));
        if signed { Ok(Self(form.fields)) } else { Err(Problem::of(StatusCode::FORBIDDEN)) }
    }
}

/// What a form of this browser must hold. The secret behind it is made when the first form is shown.
pub fn token(jar: &Jar) -> Result<String, Problem> {
    if let Some(secret) = jar.get(Name::Form) {
        return Ok(signature(&secret));
    }
    let mut bytes = [0; 32];
    SysRng.try_fill_bytes(&mut bytes).map_err(|error| Problem::out_of_order(&error))?;
    let secret = base16ct::lower::encode_string(&bytes);
    let token = signature(&secret);
    jar.set(Name::Form, secret);
    Ok(token)
}

fn signature(secret: &str) -> String {
    base16ct::lower::encode_string(&Sha256::digest(format!("form {secret}")))
}

/// Browsers say `null` for a page with `Referrer-Policy: no-referrer`, as all of ours are. Programs that are no
/// browsers say nothing: they carry no cookies of anybody else either.
fn is_from_our_page(headers: &HeaderMap, site: &Site) -> bool {
    const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    let fetch_site = headers.get(SEC_FETCH_SITE).map(|value| value.as_bytes() == b"same-origin");
    match headers.get(ORIGIN).map(|value| value.to_str().unwrap_or_default()) {
        Some("null") => fetch_site == Some(true),
        Some(origin) => site.is_ours(origin) && fetch_site != Some(false),
        None => fetch_site != Some(false),
    }
}
