//! Activation and recovery: ask for a code, redeem it. The two differ in their words alone.

mod redeem;
mod request;

use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use minijinja::Value;
use serde::Deserialize;
use vestibule::code::Purpose;

use crate::app::App;

pub fn routes(purpose: Purpose) -> Router<App> {
    let Addresses { request, code, resend, .. } = addresses(purpose);
    let ask = move |visitor, form| request::ask(visitor, purpose, form);
    let redeem = move |visitor, form| redeem::redeem(visitor, purpose, form);
    Router::new()
        .route(request, get(move |visitor, arrival| request::show(visitor, purpose, arrival)).post(ask))
        .route(code, get(move |visitor, arrival| redeem::show(visitor, purpose, arrival)).post(redeem))
        .route(resend, post(move |visitor, form| redeem::ask_again(visitor, purpose, form)))
}

struct Addresses {
    request: &'static str,
    code: &'static str,
    resend: &'static str,
    done: &'static str,
}

const fn addresses(purpose: Purpose) -> Addresses {
    match purpose {
        Purpose::Activation => Addresses {
            request: "/activate",
            code: "/activate/code",
            resend: "/activate/resend",
            done: "/login?after=activated",
        },
        Purpose::Recovery => Addresses {
            request: "/recover",
            code: "/recover/code",
            resend: "/recover/resend",
            done: "/login?after=recovered",
        },
    }
}

/// What led here. It is shown, and nothing else.
#[derive(Debug, Default, Deserialize)]
struct Arrival {
    #[serde(default)]
    after: String,
}

/// Where there is no code to be typed, or none any more.
fn start_again(purpose: Purpose) -> Response {
    Redirect::to(&format!("{}?after=expired", addresses(purpose).request)).into_response()
}

/// An address of ours in an attribute, as it is: nothing in it is to be escaped.
fn address(ours: &'static str) -> Value {
    Value::from_safe_string(ours.to_owned())
}
