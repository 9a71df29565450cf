//! Pages for actix-web. The service is made once, outside `HttpServer::new`, and each worker has a clone of it: one made in
//! the closure would be a service for each worker, each with a pool of hashing threads.

use std::fmt;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::{StatusCode, header::RETRY_AFTER};
use actix_web::web::{Data, Form, ServiceConfig, post};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::Deserialize;
use vestibule::secrecy::SecretString;
use vestibule::{AccountService, Code, CodeHandle, EmailAddress, Error, NewPassword, Origin};

/// For `App::new().configure(|pages| routes(pages, accounts.clone()))`.
pub fn routes(pages: &mut ServiceConfig, accounts: AccountService) {
    pages
        .app_data(Data::new(accounts))
        .route("/activate", post().to(ask))
        .route("/activate/code", post().to(activate));
}

#[derive(Deserialize)]
struct Asked {
    email: String,
}

async fn ask(accounts: Data<AccountService>, form: Form<Asked>, from: HttpRequest) -> Answer {
    let email = EmailAddress::parse(&form.email)?;
    let request = accounts.request_activation(&email.into(), &origin(&from)).await?;
    let flow = Cookie::build("flow", request.handle.expose_for_cookie());
    let flow = flow.http_only(true).secure(true).same_site(SameSite::Strict).finish();
    Ok(HttpResponse::Ok().cookie(flow).finish())
}

#[derive(Deserialize)]
struct Chosen {
    code: String,
    password: SecretString,
    confirmation: SecretString,
}

async fn activate(accounts: Data<AccountService>, form: Form<Chosen>, from: HttpRequest) -> Answer {
    let Chosen { code, password, confirmation } = form.into_inner();
    let handle = from.cookie("flow");
    let handle = CodeHandle::parse(handle.as_ref().map_or("", |cookie| cookie.value()))?;
    let password = NewPassword::typed_twice(password, confirmation)?;
    accounts.activate(&handle, &Code::parse(&code)?, password, &origin(&from)).await?;
    Ok(HttpResponse::Ok().finish())
}

/// The address of the socket, not `realip_remote_addr`: that one is whatever the header says.
fn origin(from: &HttpRequest) -> Origin {
    from.peer_addr().map_or_else(Origin::without_address, |address| Origin::from_address(address.ip()))
}

type Answer = Result<HttpResponse, Refusal>;

/// What was refused, as a response.
#[derive(Debug)]
pub struct Refusal(Error);

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if let Some(wait) = self.0.retry_after() {
            response.insert_header((RETRY_AFTER, wait.as_secs() + u64::from(wait.subsec_nanos() > 0)));
        }
        response.body(self.to_string())
    }
}
