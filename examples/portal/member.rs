//! Somebody who is logged in: what the session holds, and whether it lives on.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tower_sessions::Session;
use vestibule::{AccountId, CredentialVersion, Login};

use crate::app::App;
use crate::problem::Problem;

/// After so long without a request a session ends; and at the latest after [`LONGEST`].
pub const IDLE: time::Duration = time::Duration::minutes(30);
const LONGEST: time::Duration = time::Duration::hours(12);
/// How often a request moves the end of a session on. Each time is a write.
const MOVED_ON: time::Duration = time::Duration::minutes(1);

const KEY: &str = "member";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Member {
    pub account: AccountId,
    version: CredentialVersion,
    since: i64,
    seen: i64,
    /// When the log-in before this one was.
    pub last_log_in: Option<i64>,
}

impl Member {
    /// Begins a session, under a new id: one that was known before the log-in opens nothing.
    pub async fn log_in(app: &App, session: &Session, login: &Login) -> Result<(), Problem> {
        let last = app.log_ins.record(&login.account_id).await?;
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let member = Self {
            account: login.account_id.clone(),
            version: login.credential_version.clone(),
            since: now,
            seen: now,
            last_log_in: last.map(OffsetDateTime::unix_timestamp),
        };
        session.cycle_id().await?;
        member.keep(session).await
    }

    /// Who is logged in here, if the session lives on: the account is active, and its password is the one that the
    /// session began with.
    pub async fn find(app: &App, session: &Session) -> Result<Presence, Problem> {
        let member: Option<Self> = session.get(KEY).await?;
        let Some(mut member) = member else { return Ok(Presence::Nobody) };
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let fresh = now - member.since < LONGEST.whole_seconds();
        if !fresh || !app.accounts.is_current(&member.account, &member.version).await? {
            Self::log_out(session).await?;
            return Ok(Presence::Ended);
        }
        if now - member.seen >= MOVED_ON.whole_seconds() {
            member.seen = now;
            member.keep(session).await?;
        }
        Ok(Presence::Here(member))
    }

    /// Goes on under the version of a password that was changed here, and under a new id.
    pub async fn go_on(mut self, session: &Session, version: CredentialVersion) -> Result<(), Problem> {
        self.version = version;
        session.cycle_id().await?;
        self.keep(session).await
    }

    pub async fn log_out(session: &Session) -> Result<(), Problem> {
        Ok(session.flush().await?)
    }

    async fn keep(&self, session: &Session) -> Result<(), Problem> {
        Ok(session.insert(KEY, self).await?)
    }
}

/// Whether somebody is logged in.
#[derive(Debug)]
pub enum Presence {
    Here(Member),
    /// There was a session, and it is at its end.
    Ended,
    Nobody,
}

/// Whoever is not logged in is led to the log-in page.
impl FromRequestParts<App> for Member {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let session = Session::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?;
        match Self::find(app, &session).await.map_err(IntoResponse::into_response)? {
            Presence::Here(member) => Ok(member),
            Presence::Ended => Err(Redirect::to("/login?after=ended").into_response()),
            Presence::Nobody => Err(Redirect::to("/login").into_response()),
        }
    }
}
