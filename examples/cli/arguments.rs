//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::screen;
use crate::words::{Language, Words};

const WRONG_USAGE: u8 = 2;

/// What was asked for. The words of `--help` are in `words.rs`.
#[derive(Debug, Parser)]
#[command(name = "cli", disable_help_subcommand = true)]
pub struct Arguments {
    #[arg(long, value_name = "DATABASE", default_value = "members.db", global = true)]
    pub db: OsString,
    #[arg(long, value_enum, default_value = "nb", hide_possible_values = true, global = true)]
    pub lang: Language,
    #[arg(long, value_name = "FILE", global = true)]
    pub outbox: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Register {
        #[arg(long)]
        email: String,
        #[arg(long)]
        phone: Option<String>,
        #[arg(long)]
        name: Option<String>,
    },
    Import {
        #[arg(value_name = "FILE.csv")]
        file: PathBuf,
    },
    List,
    Invite(Invited),
    Suspend {
        #[arg(long)]
        email: String,
    },
    Resume {
        #[arg(long)]
        email: String,
    },
    Activate(Reached),
    Recover(Reached),
    Login {
        #[arg(long)]
        email: String,
    },
    Passwd {
        #[arg(long)]
        email: String,
    },
    Events,
    Copy {
        #[arg(long, value_name = "DATABASE")]
        to: OsString,
    },
    Calibrate {
        #[arg(long, value_name = "MS", default_value = "50", value_parser = clap::value_parser!(u64).range(1..=2000))]
        time: u64,
    },
}

/// Who is invited.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct Invited {
    #[arg(long)]
    pub email: Option<String>,
    #[arg(long)]
    pub all_pending: bool,
}

/// Where a code goes.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct Reached {
    #[arg(long)]
    pub email: Option<String>,
    #[arg(long)]
    pub phone: Option<String>,
}

impl Arguments {
    /// Reads the command line, or says what is wrong with it and gives the exit status.
    pub fn read(arguments: impl Iterator<Item = OsString>) -> Result<(Self, Words), ExitCode> {
        let arguments: Vec<OsString> = arguments.collect();
        let words = Words::new(language(&arguments));
        let parsed = in_words(Self::command(), words).try_get_matches_from(arguments);
        match parsed.and_then(|matches| Self::from_arg_matches(&matches)) {
            Ok(read) => Ok((read, words)),
            Err(error) if error.use_stderr() => {
                screen::complain(&words.wrong_usage(&error));
                Err(ExitCode::from(WRONG_USAGE))
            }
            // The help that was asked for; whoever stops reading it has read enough.
            Err(help) => {
                let _ = help.print();
                Err(ExitCode::SUCCESS)
            }
        }
    }
}

/// The language, before anything else is understood: what is wrong is said in it, too.
fn language(arguments: &[OsString]) -> Language {
    let mut texts = arguments.iter().map(|argument| argument.to_string_lossy());
    while let Some(text) = texts.next() {
        let value = match text.strip_prefix("--lang") {
            Some("") => texts.next().map(|value| value.into_owned()),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        if value.as_deref() == Some("en") {
            return Language::En;
        }
    }
    Language::Nb
}

fn in_words(command: clap::Command, words: Words) -> clap::Command {
    let about = words.about(command.get_name());
    let (usage, commands, options) = words.headings();
    command
        .about(about)
        .help_template(format!("{{about}}\n\n{usage}: {{usage}}\n\n{{all-args}}"))
        .subcommand_help_heading(commands)
        .disable_help_flag(true)
        .arg(clap::Arg::new("help").short('h').long("help").action(clap::ArgAction::Help))
        .mut_args(|argument| {
            let help = words.help(argument.get_id().as_str());
            argument.help(help).help_heading(options)
        })
        .mut_subcommands(|command| in_words(command, words))
}
