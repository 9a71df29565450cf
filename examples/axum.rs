//! The first ten minutes: an axum application whose user asks for a code, and activates the account with it.

use std::{env, error::Error, net::SocketAddr};

use axum::extract::{ConnectInfo, Json, State};
use axum::{Router, http::StatusCode, routing::post};
use sqlx::sqlite::SqlitePool;
use tokio::net::TcpListener;
use vestibule::adapters::{outbox::JsonLinesOutbox, sqlite};
use vestibule::{AccountService, Code, CodeHandle, Contact, EmailAddress, KeyRing, NewPassword, Origin};
use vestibule::{ServiceKey, ServiceProfile, account::Registration, ports::Found, ports::UserDirectory};

type Asker = (State<AccountService>, ConnectInfo<SocketAddr>);
type Answer = Result<String, (StatusCode, String)>;

async fn ask((State(accounts), ConnectInfo(from)): Asker, email: String) -> Answer {
    let (email, origin) = (EmailAddress::parse(&email).map_err(refused)?, Origin::from_address(from.ip()));
    let request = accounts.request_activation(&email.into(), &origin).await.map_err(refused)?;
    Ok(request.handle.expose_for_cookie())
}

async fn activate((State(accounts), ConnectInfo(from)): Asker, Json(typed): Json<[String; 3]>) -> Answer {
    let [handle, code, password] = typed;
    let handle = CodeHandle::parse(&handle).map_err(refused)?;
    let code = Code::parse(&code).map_err(refused)?;
    let password = NewPassword::typed_once(password.into()).map_err(refused)?;
    accounts.activate(&handle, &code, password, &Origin::from_address(from.ip())).await.map_err(refused)?;
    Ok("Your account is active.".into())
}

fn refused(error: impl Into<vestibule::Error>) -> (StatusCode, String) {
    let error = error.into();
    (StatusCode::from_u16(error.http_status()).unwrap_or_default(), error.to_string())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let pool = SqlitePool::connect_lazy_with(sqlite::connect_options("members.db"));
    let (directory, codes, throttle) = sqlite::open(&pool).await?;
    let kari: Contact = EmailAddress::parse("kari@example.com")?.into();
    if let Found::Nobody = directory.find(&kari).await? {
        directory.register(Registration::new(kari)).await?;
    }
    let keys = KeyRing::new(ServiceKey::generate()?, ServiceKey::generate()?);
    let profile = ServiceProfile::new("Members", "help@example.com, 22 00 00 00");
    let outbox = JsonLinesOutbox::open("outbox.jsonl")?;
    let accounts = AccountService::builder(directory, codes, throttle, outbox, keys, profile).build()?;
    let app = Router::new().route("/ask", post(ask)).route("/activate", post(activate)).with_state(accounts);
    let listener = TcpListener::bind(env::args().nth(1).as_deref().unwrap_or("127.0.0.1:3000")).await?;
    Ok(axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?)
}
