//! The pages of a members' portal: activate an account, log in, recover and change a password.
//!
//! `cargo run --example portal` starts it on a SQLite file in the current folder, with the made-up people of
//! `members.csv`, and prints where to look. Nobody can log in at first: activate an account, and read the code in the
//! outbox.
//!
//! | environment | meaning | where it is not set |
//! |---|---|---|
//! | `PORTAL_ADDR` | where it listens | `127.0.0.1:3000` |
//! | `PORTAL_ORIGIN` | what people type: `https://min.example.no` | the address it listens at, over http |
//! | `PORTAL_CLIENT_HEADER` | the header in which *your own* proxy writes the visitor's address | the address of the connection counts |
//! | `PORTAL_KEY_FILE` | the service's keys, made at the first start | `portal.key` |
//! | `PORTAL_MEMBERS` | who is registered: a file of `email,phone,name` | the made-up people of `members.csv` |
//! | `DATABASE_URL` | `sqlite:` and a path, or `postgres://user:password@host/database` | `sqlite:portal.db` |
//! | `REDIS_URL` | `redis://host`: codes and counts are kept there | they are in the database |
//! | `SMTP_URL` | a mail server: `smtps://user:password@host` | nothing is sent: see the outbox |
//! | `SMS_GATEWAY_URL` | a gateway: `sveve://user:password@sveve.no?from=Name`, or another that `SmsGatewayAddress` knows | the same; the two go together |
//! | `RUST_LOG` | what is logged, as JSON on standard error | `info` |
//!
//! Where to read on: [`routes`] has one file per page, [`service`] puts the library together, [`visitor`] is who asks,
//! [`sessions`] and [`member`] are what the library leaves to the application.
#![allow(unreachable_pub, reason = "a program has no outside")]

mod app;
mod assets;
mod configuration;
mod cookies;
mod database;
mod flow;
mod forms;
mod headers;
mod housekeeping;
mod keys;
mod language;
mod log_ins;
mod member;
mod member_file;
mod members;
mod page;
mod problem;
mod refusal;
mod routes;
mod senders;
mod server;
mod service;
mod sessions;
mod visitor;
mod words;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use crate::app::App;
use crate::configuration::Configuration;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            let _ = writeln!(io::stderr().lock(), "{sentence}");
            ExitCode::FAILURE
        }
    }
}

/// Runs until it is told to stop. An error is a sentence that says what to change.
async fn run() -> Result<(), String> {
    let configuration = Configuration::read(|name| std::env::var(name).ok())?;
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(io::stderr).init();

    let (listener, site) = server::listen(&configuration).await?;
    let app = App::start(&configuration, site).await?;
    // Behind a proxy that is not where browsers find it.
    let behind = configuration.origin.as_ref().and_then(|_| listener.local_addr().ok());
    announce(&app, behind);
    let housekeeping = housekeeping::begin(&app);
    server::serve(listener, routes::all(&app), server::told_to_stop()).await;
    drop(housekeeping);
    app.stop().await;
    Ok(())
}

fn announce(app: &App, behind: Option<SocketAddr>) {
    let origin = app.site.origin();
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "Portal:  {origin}/");
    if let Some(address) = behind {
        let _ = writeln!(out, "Listens: {address}");
    }
    if app.outbox.is_some() {
        let _ = writeln!(out, "Outbox:  {origin}/dev/outbox");
        let _ = writeln!(out, "Members: {}. Activate the account of any of them.", members::FILE);
    }
    let _ = out.flush();
}
