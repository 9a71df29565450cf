//! The whole service in a terminal, on one SQLite file or a PostgreSQL database: an operator registers, imports, invites and suspends people;
//! a person activates her account, logs in, and changes or recovers her password.
//!
//! `cargo run --example cli -- --help` lists the commands. Messages are not sent but appended to a file of JSON lines.
//! Exit status: 0 done, 1 refused, 2 wrong usage, 130 interrupted.
#![allow(unreachable_pub, reason = "a program has no outside")]

mod address;
mod arguments;
mod calibrate;
mod commands;
mod database;
mod events;
mod failure;
mod import;
mod interrupt;
mod keys;
mod member_file;
mod members;
mod person;
mod prompt;
mod screen;
mod words;

use std::process::ExitCode;

use crate::arguments::{Arguments, Command};
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::members::Members;
use crate::words::Words;

const REFUSED: u8 = 1;

fn main() -> ExitCode {
    let (arguments, words) = match Arguments::read(std::env::args_os()) {
        Ok(read) => read,
        Err(code) => return code,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(arguments, words)),
        Err(error) => Err(Failure::Told(words.cannot_start(&error))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            screen::complain(&failure.sentence(words));
            ExitCode::from(REFUSED)
        }
    }
}

async fn run(arguments: Arguments, words: Words) -> Result<(), Failure> {
    if let Command::Calibrate { time } = arguments.command {
        return calibrate::calibrate(time, words);
    }
    let interrupt = Interrupt::watch();
    let members = Members::open(&arguments, words).await?;
    let outcome = commands::run(arguments.command, &members, &interrupt).await;
    let outcome = outcome.map_err(|failure| failure.explained(&members));
    // Whatever came of it: messages and events that are on their way get there first.
    members.close().await;
    outcome
}
