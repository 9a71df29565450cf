//! What the program itself says, in Norwegian (bokmål) and in English. The library brings its own words: for every
//! message that is sent, and for every refusal.

mod moving;
mod usage;

use std::fmt::Display;
use std::path::Path;

use clap::ValueEnum;
use vestibule::hasher::Calibration;
use vestibule::{AccountState, Locale};

use crate::address::Address;
use crate::import::Imported;
use crate::person::LONGEST_NAME;
use crate::screen::plain;

/// A language of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Norwegian (bokmål).
    Nb,
    /// English.
    En,
}

/// The words of one language.
#[derive(Clone, Copy, Debug)]
pub struct Words(Language);

impl Words {
    pub const fn new(language: Language) -> Self {
        Self(language)
    }

    pub const fn locale(self) -> Locale {
        match self.0 {
            Language::Nb => Locale::NORWEGIAN,
            Language::En => Locale::ENGLISH,
        }
    }

    fn pick(self, norwegian: impl Into<String>, english: impl Into<String>) -> String {
        match self.0 {
            Language::Nb => norwegian.into(),
            Language::En => english.into(),
        }
    }
}

/// Sentences that are the same whatever happens.
macro_rules! sentences {
    ($($name:ident: $norwegian:literal, $english:literal;)*) => {
        impl Words {
            $(pub fn $name(self) -> String {
                self.pick($norwegian, $english)
            })*
        }
    };
}

sentences! {
    registered:
        "Registrert. Kontoen er ikke aktivert ennå.",
        "Registered. The account is not activated yet.";
    already_registered:
        "E-postadressen er registrert fra før. Ingenting ble endret.",
        "The e-mail address is registered already. Nothing was changed.";
    not_registered:
        "Ingen er registrert med denne adressen.",
        "Nobody is registered with this address.";
    not_pending:
        "Kontoen er aktivert fra før, eller stengt. Ingen invitasjon ble sendt.",
        "The account is active already, or suspended. No invitation was sent.";
    suspended:
        "Kontoen er stengt.",
        "The account is suspended.";
    resumed:
        "Kontoen er åpen.",
        "The account is open.";
    header_required:
        "Den første linjen må ha overskriftene email, phone og name.",
        "The first line must have the headings email, phone and name.";
    not_utf8:
        "Teksten er ikke UTF-8.",
        "The text is not UTF-8.";
    name_with_controls:
        "Navnet har linjeskift eller styretegn. Er et anførselstegn ikke lukket?",
        "The name holds line breaks or control characters. Is a quotation mark not closed?";
    how_to_resend:
        "Trykk bare Enter for å be om koden en gang til, Ctrl-C for å avbryte.",
        "Press Enter alone to ask for the code again, Ctrl-C to cancel.";
    ask_code:
        "Kode: ",
        "Code: ";
    ask_password:
        "Passord: ",
        "Password: ";
    ask_current_password:
        "Nåværende passord: ",
        "Current password: ";
    ask_new_password:
        "Nytt passord: ",
        "New password: ";
    ask_confirmation:
        "Gjenta nytt passord: ",
        "Repeat the new password: ";
    activated:
        "Kontoen er aktivert. Du kan logge inn.",
        "The account is activated. You can log in.";
    recovered:
        "Nytt passord er valgt. Du kan logge inn.",
        "The new password is set. You can log in.";
    password_changed:
        "Passordet er byttet.",
        "The password is changed.";
    logged_in:
        "Innlogget.",
        "Logged in.";
    input_ended:
        "Avbrutt. Ingenting ble endret.",
        "Cancelled. Nothing was changed.";
    unknown_address:
        "Databasen må være en fil, som members.db eller sqlite:members.db, eller en PostgreSQL-adresse som \
         postgres://bruker@vert/database.",
        "The database must be a file, such as members.db or sqlite:members.db, or a PostgreSQL address such as \
         postgres://user@host/database.";
    messages_unwritten:
        "Ikke alle meldinger ble skrevet. Er det plass på disken?",
        "Not all messages were written. Is there room on the disk?";
}

/// For operators.
impl Words {
    pub fn invited(self, count: usize) -> String {
        self.pick(format!("Inviterte: {count}."), format!("Invited: {count}."))
    }

    pub fn not_all_invited(self, count: usize) -> String {
        self.pick(
            format!("Meldinger kan ikke skrives. Inviterte til nå: {count}."),
            format!("Messages cannot be written. Invited so far: {count}."),
        )
    }

    pub fn state(self, state: AccountState) -> String {
        match state {
            AccountState::Pending => self.pick("ikke aktivert", "pending"),
            AccountState::Active => self.pick("aktiv", "active"),
            AccountState::Suspended => self.pick("stengt", "suspended"),
        }
    }

    pub fn imported(self, outcome: &Imported) -> String {
        let Imported { entered, known, refused } = outcome;
        self.pick(
            format!(
                "Registrert: {entered}. Registrert fra før, og latt være som de var: {known}. Linjer med feil: \
                 {refused}."
            ),
            format!(
                "Registered: {entered}. Registered before, and left as they were: {known}. Lines with errors: \
                 {refused}."
            ),
        )
    }

    pub fn lines_refused(self, count: u64) -> String {
        self.pick(
            format!("{count} linjer ble ikke registrert. Rett dem og kjør importen om igjen."),
            format!("{count} lines were not registered. Mend them and run the import again."),
        )
    }

    pub fn line(self, number: u64, reason: &str) -> String {
        self.pick(format!("Linje {number}: {reason}"), format!("Line {number}: {reason}"))
    }

    pub fn fields(self, found: usize, expected: usize) -> String {
        self.pick(
            format!("{found} felter, men overskriften har {expected}."),
            format!("{found} fields, but the heading has {expected}."),
        )
    }

    pub fn in_field(self, name: &str, reason: &str) -> String {
        format!("{name}: {reason}")
    }

    pub fn name_too_long(self) -> String {
        self.pick(
            format!("Navnet har flere enn {LONGEST_NAME} tegn."),
            format!("The name has more than {LONGEST_NAME} characters."),
        )
    }
}

/// For everybody.
impl Words {
    /// The same whoever asks, and for whom.
    pub fn code_requested(self, support: &str) -> String {
        self.pick(
            format!(
                "Hvis adressen eller nummeret er registrert, kommer det snart en kode. Kommer det ingen, er adressen \
                 eller nummeret ikke registrert: kontakt {support}."
            ),
            format!(
                "If the address or number is registered, a code will arrive shortly. If none arrives, the address or \
                 number is not registered: contact {support}."
            ),
        )
    }
}

/// When something is out of order.
impl Words {
    pub fn cannot_use(self, path: &Path, reason: &str) -> String {
        let path = plain(&path.to_string_lossy());
        self.pick(format!("Kan ikke bruke {path}: {reason}"), format!("Cannot use {path}: {reason}"))
    }

    pub fn cannot_use_database(self, address: &Address, reason: &str) -> String {
        self.cannot_use(Path::new(&address.shown()), reason)
    }

    pub fn damaged_keys(self, path: &Path) -> String {
        let path = plain(&path.to_string_lossy());
        self.pick(
            format!(
                "Nøkkelfilen {path} er skadet: den skal ha to linjer med 64 heksadesimale sifre. Hent den fra en \
                 sikkerhetskopi. Finnes ingen, slett filen, så lages det nye nøkler; passordene gjelder fortsatt, men \
                 koder som er sendt, gjelder ikke lenger."
            ),
            format!(
                "The key file {path} is damaged: it must have two lines of 64 hexadecimal digits. Restore it from a \
                 backup. If there is none, delete the file, and new keys are made; passwords stay valid, but codes \
                 that were sent do not."
            ),
        )
    }

    pub fn cannot_start(self, error: &dyn Display) -> String {
        self.pick(
            format!("Programmet kan ikke starte: {error}"),
            format!("The program cannot start: {error}"),
        )
    }

    pub fn cannot_read(self, error: &dyn Display) -> String {
        self.pick(
            format!("Kan ikke lese det som skrives: {error}"),
            format!("Cannot read what is typed: {error}"),
        )
    }

    pub fn cannot_show(self, error: &dyn Display) -> String {
        self.pick(format!("Kan ikke vise resultatet: {error}"), format!("Cannot show the result: {error}"))
    }

    pub fn calibrated(self, kernel: &str, proposed: &Calibration) -> String {
        let cost = proposed.cost;
        let (memory_kib, passes, lanes) = (cost.memory_kib(), cost.passes(), cost.lanes());
        let milliseconds = proposed.time.as_secs_f64() * 1e3;
        let (threads, mib) = (proposed.threads, u64::from(memory_kib) * proposed.threads as u64 / 1024);
        let code = format!("{kernel}: Argon2Cost::new({memory_kib}, {passes}, {lanes})");
        self.pick(
            format!("{code}: {milliseconds:.1} ms med {threads} tråder i arbeid, som holder {mib} MiB"),
            format!("{code}: {milliseconds:.1} ms with {threads} threads at work, which hold {mib} MiB"),
        )
    }

    pub fn events_lost(self, count: u64) -> String {
        self.pick(
            format!("Hendelser som ikke ble skrevet: {count}."),
            format!("Events not written: {count}."),
        )
    }
}
