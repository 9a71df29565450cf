//! The people who are registered at the start. Those who are there already are left as they are.

use std::path::Path;

use vestibule::account::RegistrationProblem;

use crate::database::Database;
use crate::member_file;

pub const FILE: &str = "examples/portal/members.csv";
const MEMBERS: &str = include_str!("members.csv");

/// How many are entered in one transaction.
const BATCH: usize = 1_000;

pub async fn register(database: &Database, file: Option<&Path>) -> Result<(), String> {
    let name = file.map_or_else(|| FILE.to_owned(), |file| format!("PORTAL_MEMBERS, {}", file.display()));
    let text = match file {
        Some(file) => std::fs::read_to_string(file).map_err(|error| format!("{name}: {error}."))?,
        None => MEMBERS.to_owned(),
    };
    let mut people = member_file::read(&text).map_err(|problems| format!("{name}: {problems}."))?;
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
