//! Pages for axum, without an adapter: the service is the state, and a refusal turns into a response.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, header::RETRY_AFTER};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use serde::Deserialize;
use tower_sessions::{Session, session};
use vestibule::error::BackendErrorKind::Unavailable;
use vestibule::secrecy::SecretString;
use vestibule::{AccountId, AccountService, BackendError, Code, CodeHandle, CredentialVersion};
use vestibule::{EmailAddress, Error, NewPassword, Origin};

/// To be served under a `SessionManagerLayer`.
pub fn pages(accounts: AccountService) -> Router {
    let inside = Router::new()
        .route("/account", get(|| async { "Welcome" }))
        .route("/account/password", post(change_password))
        .route_layer(from_fn_with_state(accounts.clone(), only_who_is_logged_in));
    Router::new()
        .route("/activate", post(ask))
        .route("/activate/code", post(activate))
        .route("/login", post(log_in))
        .merge(inside)
        .with_state(accounts)
}

/// What a handler begins with: the service, the session, and where the request came from.
type Visitor = (State<AccountService>, Session, ConnectInfo<SocketAddr>);

#[derive(Deserialize)]
struct Asked {
    email: String,
}

/// The answer is the same whoever asked, and for whom.
async fn ask((State(accounts), session, from): Visitor, Form(form): Form<Asked>) -> Result<(), Refusal> {
    let email = EmailAddress::parse(&form.email)?;
    let request = accounts.request_activation(&email.into(), &origin(&from)).await?;
    session.insert("flow", request.handle.expose_for_cookie()).await.map_err(lost)?;
    Ok(())
}

#[derive(Deserialize)]
struct Chosen {
    code: String,
    password: SecretString,
    confirmation: SecretString,
}

async fn activate(
    (State(accounts), session, from): Visitor,
    Form(form): Form<Chosen>,
) -> Result<(), Refusal> {
    let handle = session.get::<String>("flow").await.map_err(lost)?.unwrap_or_default();
    let (handle, code) = (CodeHandle::parse(&handle)?, Code::parse(&form.code)?);
    let password = NewPassword::typed_twice(form.password, form.confirmation)?;
    accounts.activate(&handle, &code, password, &origin(&from)).await?;
    session.remove_value("flow").await.map_err(lost)?;
    Ok(())
}

#[derive(Deserialize)]
struct Known {
    email: String,
    password: SecretString,
}

async fn log_in((State(accounts), session, from): Visitor, Form(form): Form<Known>) -> Result<(), Refusal> {
    let email = EmailAddress::parse(&form.email)?;
    let login = accounts.log_in(&email, form.password, &origin(&from)).await?;
    // A session that somebody else may have planted is not the one that is logged in.
    session.cycle_id().await.map_err(lost)?;
    session.insert("login", (login.account_id, login.credential_version)).await.map_err(lost)?;
    Ok(())
}

/// The session lives as long as the password, the state and the contacts of the account stay what they are.
async fn only_who_is_logged_in(
    State(accounts): State<AccountService>,
    session: Session,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let login = session.get::<(AccountId, CredentialVersion)>("login").await.map_err(lost)?;
    match login {
        Some((id, version)) if accounts.is_current(&id, &version).await? => {}
        _ => {
            session.flush().await.map_err(lost)?;
            return Ok(StatusCode::UNAUTHORIZED.into_response());
        }
    }
    Ok(next.run(request).await)
}

#[derive(Deserialize)]
struct Changed {
    current: SecretString,
    password: SecretString,
    confirmation: SecretString,
}

/// Every other session ends; the one that asked goes on with the new version.
async fn change_password(
    (State(accounts), session, from): Visitor,
    Form(form): Form<Changed>,
) -> Result<(), Refusal> {
    let Some((id, _)) = session.get::<(AccountId, CredentialVersion)>("login").await.map_err(lost)? else {
        return Ok(());
    };
    let password = NewPassword::typed_twice(form.password, form.confirmation)?;
    let changed = accounts.change_password(&id, form.current, password, &origin(&from)).await?;
    session.insert("login", (id, changed.credential_version)).await.map_err(lost)?;
    Ok(())
}

/// The address of the socket. Behind a proxy, it is in a header that the proxy sets, and that nobody else can.
fn origin(from: &ConnectInfo<SocketAddr>) -> Origin {
    Origin::from_address(from.0.ip())
}

fn lost(error: session::Error) -> Error {
    BackendError::new(Unavailable, "look after the session store").with_source(error).into()
}

/// What was refused, as a response: the status is for programs, the sentence for people.
/// `AccountService::explain` says it in the language of the person.
pub struct Refusal(Error);

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, self.0.to_string()).into_response();
        if let Some(wait) = self.0.retry_after() {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}
