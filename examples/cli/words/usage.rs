//! The words of `--help`, and of what is wrong with a command line.

use clap::error::{ContextKind, ErrorKind};

use super::{Language, Words};
use crate::screen::without_password;

impl Words {
    pub fn about(self, command: &str) -> String {
        let (norwegian, english) = match command {
            "register" => ("Registrer en person", "Register a person"),
            "import" => (
                "Registrer alle i en CSV-fil med overskriftene email, phone og name. Slutter med status 1 om noen \
                 linje har feil; resten registreres likevel",
                "Register everybody in a CSV file with the headings email, phone and name. Ends with status 1 if a \
                 line is wrong; the others are registered all the same",
            ),
            "list" => ("Vis alle som er registrert", "Show everybody who is registered"),
            "invite" => ("Inviter til å aktivere kontoen", "Invite to activate the account"),
            "suspend" => ("Steng en konto", "Suspend an account"),
            "resume" => ("Åpne en stengt konto", "Open a suspended account"),
            "activate" => {
                ("Aktiver kontoen din med en engangskode", "Activate your account with a one-time code")
            }
            "recover" => {
                ("Velg nytt passord med en engangskode", "Choose a new password with a one-time code")
            }
            "login" => ("Logg inn", "Log in"),
            "passwd" => ("Bytt passord", "Change your password"),
            "copy" => (
                "Kopier alle kontoer, med passord og nøkler, til en annen database. Kan kjøres om igjen; det som er der, \
                 endres ikke",
                "Copy all accounts, with passwords and keys, to another database. Can be run again; what is there is \
                 not changed",
            ),
            "calibrate" => (
                "Mål hva en innlogging kan koste på denne maskinen, uten å røre noen medlemmer",
                "Measure what a log-in can cost on this machine, without touching any members",
            ),
            "events" => ("Vis hva som har skjedd", "Show what has happened"),
            _ => {
                ("Medlemmer og passordene deres, i en terminal", "Members and their passwords, in a terminal")
            }
        };
        self.pick(norwegian, english)
    }

    pub fn help(self, argument: &str) -> String {
        let (norwegian, english) = match argument {
            "db" => (
                "Databasen: en SQLite-fil, eller postgres://bruker@vert/database (passordet i PGPASSWORD)",
                "The database: a SQLite file, or postgres://user@host/database (the password in PGPASSWORD)",
            ),
            "to" => ("Databasen det kopieres til", "The database that is copied to"),
            "lang" => ("Språk: nb eller en", "Language: nb or en"),
            "outbox" => (
                "Filen som meldinger skrives til (ellers databasens navn med .outbox.jsonl)",
                "The file that messages are written to (else the database's name with .outbox.jsonl)",
            ),
            "email" => ("E-postadressen", "The e-mail address"),
            "phone" => ("Mobilnummeret", "The mobile number"),
            "name" => ("Navnet", "The name"),
            "file" => ("CSV-filen", "The CSV file"),
            "time" => (
                "Hvor lenge et passord kan ta å sjekke, i millisekunder",
                "How long checking a password may take, in milliseconds",
            ),
            "all_pending" => ("Alle som ikke har aktivert kontoen", "Everybody who has not activated yet"),
            _ => ("Vis denne hjelpen", "Show this help"),
        };
        self.pick(norwegian, english)
    }

    /// Usage, commands, options.
    pub const fn headings(self) -> (&'static str, &'static str, &'static str) {
        match self.0 {
            Language::Nb => ("Bruk", "Kommandoer", "Valg"),
            Language::En => ("Usage", "Commands", "Options"),
        }
    }

    pub fn wrong_usage(self, error: &clap::Error) -> String {
        let context =
            |kind| error.get(kind).map(|value| without_password(&value.to_string())).unwrap_or_default();
        let (argument, value) = (context(ContextKind::InvalidArg), context(ContextKind::InvalidValue));
        let sentence = match error.kind() {
            ErrorKind::InvalidSubcommand => {
                let command = context(ContextKind::InvalidSubcommand);
                self.pick(
                    format!("Det finnes ingen kommando «{command}»."),
                    format!("There is no command “{command}”."),
                )
            }
            ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                self.pick("Si hva som skal gjøres.", "Say what is to be done.")
            }
            ErrorKind::MissingRequiredArgument => self
                .pick(format!("Det mangler noe: {argument}."), format!("Something is missing: {argument}.")),
            ErrorKind::ArgumentConflict => self.pick(
                format!("{argument} kan ikke brukes sammen med et annet valg her, eller to ganger."),
                format!("{argument} cannot be used with another option here, or twice."),
            ),
            ErrorKind::InvalidValue if value.is_empty() => {
                self.pick(format!("{argument} mangler en verdi."), format!("{argument} needs a value."))
            }
            ErrorKind::InvalidValue => self.pick(
                format!("«{value}» kan ikke brukes for {argument}."),
                format!("“{value}” cannot be used for {argument}."),
            ),
            _ => self.pick(format!("Uventet: {argument}"), format!("Unexpected: {argument}")),
        };
        format!("{sentence} {}", self.pick("Hjelp: cli --help", "Help: cli --help --lang en"))
    }
}
