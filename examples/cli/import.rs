//! Registering everybody in a CSV file. Good lines are entered, bad ones are reported; it can be run again.

use std::fs;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use vestibule::account::{Registration, RegistrationProblem};

use crate::failure::Failure;
use crate::member_file::{BadLine, LineProblem, MemberFile};
use crate::members::Members;
use crate::person::PersonProblem;
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
    let mut lines = MemberFile::open(&file)
        .map_err(|error| cannot(&error))?
        .ok_or_else(|| Failure::Told(words.header_required()))?;

    let mut outcome = Imported::default();
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(line) = lines.read().map_err(|error| cannot(&error))? {
        match line {
            Ok(person) => batch.push(person),
            Err(BadLine { number, problem }) => {
                outcome.refused += 1;
                let report = words.line(number, &members.explain_line(problem));
                bar.suspend(|| screen::complain(&report));
            }
        }
        if batch.len() == BATCH {
            outcome.enter(members, batch.drain(..)).await?;
            bar.set_position(lines.position());
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
