//! The people who are registered at the start. Those who are there already are left as they are.

use std::path::Path;

use csv::{Position, StringRecord};
use vestibule::account::{Registration, RegistrationProblem};
use vestibule::{CallingCode, EmailAddress, PhoneNumber};

use crate::database::Database;

pub const FILE: &str = "examples/portal/members.csv";
const MEMBERS: &str = include_str!("members.csv");
const COLUMNS: [&str; 3] = ["email", "phone", "name"];

/// How many are entered in one transaction.
const BATCH: usize = 1_000;

pub async fn register(database: &Database, file: Option<&Path>) -> Result<(), String> {
    let name = file.map_or_else(|| FILE.to_owned(), |file| format!("PORTAL_MEMBERS, {}", file.display()));
    let text = match file {
        Some(file) => std::fs::read_to_string(file).map_err(|error| format!("{name}: {error}."))?,
        None => MEMBERS.to_owned(),
    };
    let mut people = read(&text).map_err(|problems| format!("{name}: {problems}."))?;
    while !people.is_empty() {
        let batch = people.split_off(people.len().saturating_sub(BATCH));
        let unusable = |error| format!("The members cannot be registered: {error}.");
        for entered in database.register(batch).await.map_err(unusable)? {
            match entered {
                Ok(_) | Err(RegistrationProblem::EmailTaken(_)) => {}
                Err(problem) => return Err(format!("{name}: {problem}.")),
            }
        }
    }
    Ok(())
}

/// Reads everybody. What is wrong is said of every line at once.
fn read(text: &str) -> Result<Vec<Registration>, String> {
    let text = text.trim_start_matches('\u{feff}');
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    if rows.headers().map_err(|error| error.to_string())? != COLUMNS[..] {
        return Err(format!("the first line must be {}", COLUMNS.join(",")));
    }
    let (mut people, mut problems) = (Vec::new(), Vec::new());
    for row in rows.records() {
        let (position, person) = match &row {
            Ok(row) => (row.position(), person(row)),
            Err(error) => (error.position(), Err("it must have three columns".to_owned())),
        };
        match person {
            Ok(person) => people.push(person),
            Err(problem) => problems.push(format!("line {}: {problem}", line(text, position))),
        }
    }
    if problems.is_empty() { Ok(people) } else { Err(problems.join("; ")) }
}

/// The line of a row as editors count. The reader's own count is that of the end of the row before, and of no empty line
/// between.
fn line(text: &str, position: Option<&Position>) -> usize {
    let start = position.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or_default();
    let (before, rest) = text.split_at_checked(start).unwrap_or((text, ""));
    let between = rest.chars().take_while(|character| matches!(character, '\r' | '\n'));
    1 + before.chars().chain(between).filter(|character| *character == '\n').count()
}

fn person(row: &StringRecord) -> Result<Registration, String> {
    let [email, phone, name] = [0, 1, 2].map(|column| row.get(column).unwrap_or_default());
    let email = EmailAddress::parse(email).map_err(|problem| problem.to_string())?;
    let phone = PhoneNumber::parse(phone, CallingCode::NORWAY).map_err(|problem| problem.to_string())?;
    Ok(Registration::new(email).contact(phone).name(name))
}
