//! What the environment says. A wrong value is refused at the start, with a sentence that says what to change.

use std::net::SocketAddr;
use std::path::PathBuf;

use axum::http::{HeaderName, Uri};
use sqlx::postgres::PgConnectOptions;
use vestibule::adapters::sms_gateway::SmsGatewayAddress;
use vestibule::adapters::smtp::SmtpAddress;

use crate::database::Address;
use crate::senders::Senders;

/// How this portal is set up.
pub struct Configuration {
    pub address: SocketAddr,
    /// What people type into a browser, if that is not the address it listens at.
    pub origin: Option<String>,
    /// The header in which a proxy of one's own writes who asked.
    pub client_header: Option<HeaderName>,
    pub key_file: PathBuf,
    /// Who is registered at the start, if not the people of the example.
    pub members: Option<PathBuf>,
    pub database: Address,
    /// Where codes and counts are, if not in the database.
    pub redis: Option<redis::Client>,
    /// Who carries messages; nobody on a machine of one's own.
    pub senders: Option<Senders>,
}

impl Configuration {
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let senders = read_senders(&variable)?;
        let address = variable("PORTAL_ADDR").unwrap_or_else(|| "127.0.0.1:3000".to_owned());
        let address: SocketAddr = address.parse().map_err(|_| {
            format!(
                "PORTAL_ADDR is {address:?}: it must be an IP address and a port, such as 127.0.0.1:3000."
            )
        })?;
        if senders.is_none() && !address.ip().is_loopback() {
            return Err(format!(
                "PORTAL_ADDR is {address}: without a real sender, whoever can open the outbox reads codes. Listen on a \
                 loopback address, such as 127.0.0.1:3000, or set SMTP_URL and SMS_GATEWAY_URL."
            ));
        }
        let origin = variable("PORTAL_ORIGIN").map(|origin| read_origin(&origin)).transpose()?;
        if origin.is_none() && !address.ip().is_loopback() {
            return Err(format!(
                "PORTAL_ADDR is {address}: say in PORTAL_ORIGIN what people type to get there, such as \
                 https://min.example.no."
            ));
        }
        let client_header = variable("PORTAL_CLIENT_HEADER").map(|name| {
            name.parse()
                .map_err(|_| format!("PORTAL_CLIENT_HEADER is {name:?}: that is no name of a header."))
        });
        let database = variable("DATABASE_URL").unwrap_or_else(|| "sqlite:portal.db".to_owned());
        Ok(Self {
            address,
            origin,
            client_header: client_header.transpose()?,
            key_file: variable("PORTAL_KEY_FILE").unwrap_or_else(|| "portal.key".to_owned()).into(),
            members: variable("PORTAL_MEMBERS").map(PathBuf::from),
            database: read_database(&database)?,
            redis: variable("REDIS_URL").map(|url| read_redis(&url)).transpose()?,
            senders,
        })
    }
}

fn read_senders(variable: &impl Fn(&str) -> Option<String>) -> Result<Option<Senders>, String> {
    match (variable("SMTP_URL"), variable("SMS_GATEWAY_URL")) {
        (Some(smtp), Some(sms_gateway)) => Ok(Some(Senders {
            smtp: SmtpAddress::parse(&smtp)
                .map_err(|problem| format!("SMTP_URL cannot be used: {problem}."))?,
            sms_gateway: SmsGatewayAddress::parse(&sms_gateway)
                .map_err(|problem| format!("SMS_GATEWAY_URL cannot be used: {problem}."))?,
        })),
        (None, None) => Ok(None),
        (Some(_), None) => {
            Err("SMTP_URL is set, and SMS_GATEWAY_URL is not. Set both, or neither.".to_owned())
        }
        (None, Some(_)) => {
            Err("SMS_GATEWAY_URL is set, and SMTP_URL is not. Set both, or neither.".to_owned())
        }
    }
}

fn read_origin(typed: &str) -> Result<String, String> {
    let refuse = || {
        Err(format!(
            "PORTAL_ORIGIN is {typed:?}: it must be https:// and a host, without a path, such as \
             https://min.example.no. http:// is for localhost alone."
        ))
    };
    let Ok(uri) = typed.trim_end_matches('/').parse::<Uri>() else { return refuse() };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return refuse() };
    let safe = scheme == "https" || scheme == "http" && is_local(authority.host());
    if !safe || !matches!(uri.path(), "" | "/") || uri.query().is_some() || authority.as_str().contains('@') {
        return refuse();
    }
    Ok(format!("{scheme}://{}", authority.as_str().to_ascii_lowercase()))
}

/// Whether a host is this very machine.
pub fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

/// What is refused may hold a password: it is not repeated.
fn read_database(url: &str) -> Result<Address, String> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let options = url.parse::<PgConnectOptions>().map_err(|_| {
            "DATABASE_URL cannot be read: write it as postgres://user:password@host/database, with % and two \
             hexadecimal digits for what is special in an address."
        })?;
        return Ok(Address::Postgres(Box::new(options)));
    }
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
    match path {
        Some(path) if !path.is_empty() && !path.starts_with(":memory:") && !path.contains('?') => {
            Ok(Address::File(path.into()))
        }
        _ => Err("DATABASE_URL must be sqlite: and the path of a file, such as sqlite:portal.db, or \
                  postgres://user:password@host/database."
            .to_owned()),
    }
}

fn read_redis(url: &str) -> Result<redis::Client, String> {
    redis::Client::open(url).map_err(|_| {
        "REDIS_URL must be redis://host, with user:password@ before the host where it asks for them, or \
         redis+unix:// and the path of a socket."
            .to_owned()
    })
}
