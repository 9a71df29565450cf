//! Registering everybody in a CSV file. Good lines are entered, bad ones are reported; it can be run again.

use std::fs;
use std::path::Path;

use csv::{ByteRecord, Reader, ReaderBuilder, Trim};
use indicatif::{ProgressBar, ProgressStyle};
use vestibule::account::{Registration, RegistrationProblem};

use crate::failure::Failure;
use crate::members::Members;
use crate::person::{self, PersonProblem};
use crate::screen;
use crate::words::Words;

/// How many people are entered in one transaction.
const BATCH: usize = 1_000;

/// What came of an import.
#[derive(Debug, Default)]
pub struct Imported {
    /// People who are registered now.
    pub entered: u64,
    /// People who were registered before. Nothing about them is changed.
    pub known: u64,
    /// Lines that were refused.
    pub refused: u64,
}

pub async fn import(members: &Members, path: &Path) -> Result<(), Failure> {
    let words = members.words;
    let cannot = |error: &dyn std::error::Error| Failure::Told(words.cannot_use(path, &error.to_string()));
    let file = fs::read(path).map_err(|error| cannot(&error))?;
    let bar = progress_bar(file.len());
    let mut lines = Lines::of(&file);
    let mut rows = rows(&file);
    let header = rows.byte_headers().map_err(|error| cannot(&error))?;
    let columns = Columns::find(header).ok_or_else(|| Failure::Told(words.header_required()))?;

    let mut outcome = Imported::default();
    let mut batch = Vec::with_capacity(BATCH);
    let mut record = ByteRecord::new();
    while rows.read_byte_record(&mut record).map_err(|error| cannot(&error))? {
        match columns.person(&record) {
            Ok(person) => batch.push(person),
            Err(problem) => {
                outcome.refused += 1;
                let line = lines.number_at(record.position().map_or(0, csv::Position::byte));
                let report = words.line(line, &members.explain_line(problem));
                bar.suspend(|| screen::complain(&report));
            }
        }
        if batch.len() == BATCH {
            outcome.enter(members, batch.drain(..)).await?;
            bar.set_position(rows.position().byte());
        }
    }
    outcome.enter(members, batch.drain(..)).await?;
    bar.finish_and_clear();

    screen::say(&words.imported(&outcome))?;
    if outcome.refused > 0 { Err(Failure::Told(words.lines_refused(outcome.refused))) } else { Ok(()) }
}

impl Imported {
    async fn enter(
        &mut self,
        members: &Members,
        people: impl Iterator<Item = Registration>,
    ) -> Result<(), Failure> {
        for entered in members.database.register_all(people.collect()).await? {
            match entered {
                Ok(_) => self.entered += 1,
                Err(RegistrationProblem::Backend(error)) => return Err(error.into()),
                Err(_) => self.known += 1,
            }
        }
        Ok(())
    }
}

/// Why a line was refused.
#[derive(Clone, Copy, Debug)]
enum LineProblem {
    Fields { found: usize, expected: usize },
    NotUtf8,
    Person(PersonProblem),
}

/// Where the columns are that are read. Others may be there.
#[derive(Debug)]
struct Columns {
    email: usize,
    phone: usize,
    name: usize,
    all: usize,
}

impl Columns {
    fn find(header: &ByteRecord) -> Option<Self> {
        let find = |name: &str| header.iter().position(|field| field.eq_ignore_ascii_case(name.as_bytes()));
        Some(Self { email: find("email")?, phone: find("phone")?, name: find("name")?, all: header.len() })
    }

    fn person(&self, record: &ByteRecord) -> Result<Registration, LineProblem> {
        if record.len() != self.all {
            return Err(LineProblem::Fields { found: record.len(), expected: self.all });
        }
        let field = |column| {
            std::str::from_utf8(record.get(column).unwrap_or_default()).map_err(|_| LineProblem::NotUtf8)
        };
        person::read(field(self.email)?, field(self.phone)?, field(self.name)?).map_err(LineProblem::Person)
    }
}

/// Fields are separated by commas; by semicolons where the first line has none but these, as Norwegian spreadsheets
/// write them. A byte order mark is skipped, and lines may end in either way.
fn rows(file: &[u8]) -> Reader<&[u8]> {
    let first_line = file.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let semicolons = first_line.contains(&b';') && !first_line.contains(&b',');
    let delimiter = if semicolons { b';' } else { b',' };
    ReaderBuilder::new().delimiter(delimiter).flexible(true).trim(Trim::Headers).from_reader(file)
}

/// Numbers lines as an editor does. The parser's own numbers are those before the rest of a line's end, and before
/// empty lines.
struct Lines<'a> {
    file: &'a [u8],
    counted: usize,
    number: u64,
}

impl<'a> Lines<'a> {
    const fn of(file: &'a [u8]) -> Self {
        Self { file, counted: 0, number: 1 }
    }

    /// The number of the line where the record that was parsed from `position` on begins. Positions do not go back.
    fn number_at(&mut self, position: u64) -> u64 {
        let from = usize::try_from(position).unwrap_or(usize::MAX).min(self.file.len());
        let ends = self.file[from..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let passed = &self.file[self.counted.min(from)..from + ends];
        self.number += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.counted = from + ends;
        self.number
    }
}

/// Shown on a terminal only.
fn progress_bar(bytes: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {percent:>3} %");
    ProgressBar::new(bytes as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

impl Members {
    fn explain_line(&self, problem: LineProblem) -> String {
        match problem {
            LineProblem::Fields { found, expected } => self.words.fields(found, expected),
            LineProblem::NotUtf8 => self.words.not_utf8(),
            LineProblem::Person(problem) => self.explain_person(problem),
        }
    }

    /// Why a person cannot be entered.
    pub fn explain_person(&self, problem: PersonProblem) -> String {
        let words: Words = self.words;
        match problem {
            PersonProblem::Email(problem) => words.in_field("email", &self.explain(&problem.into())),
            PersonProblem::Phone(problem) => words.in_field("phone", &self.explain(&problem.into())),
            PersonProblem::NameTooLong => words.in_field("name", &words.name_too_long()),
            PersonProblem::NameWithControls => words.in_field("name", &words.name_with_controls()),
        }
    }
}
