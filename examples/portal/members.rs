//! The people of the example, registered at the start. Those who are there already are left as they are.

use csv::StringRecord;
use vestibule::account::{Registration, RegistrationProblem};
use vestibule::adapters::sqlite::SqliteDirectory;
use vestibule::{CallingCode, EmailAddress, PhoneNumber};

pub const FILE: &str = "examples/portal/members.csv";
const MEMBERS: &str = include_str!("members.csv");

pub async fn register(directory: &SqliteDirectory) -> Result<(), String> {
    let mut people = Vec::new();
    for row in csv::Reader::from_reader(MEMBERS.as_bytes()).records() {
        let row = row.map_err(|error| format!("{FILE}: {error}"))?;
        people.push(person(&row).map_err(|problem| format!("{FILE}: {row:?}: {problem}"))?);
    }
    let unusable = |error| format!("The members cannot be registered: {error}");
    for entered in directory.register_all(people).await.map_err(unusable)? {
        match entered {
            Ok(_) | Err(RegistrationProblem::EmailTaken(_)) => {}
            Err(problem) => return Err(format!("{FILE}: {problem}")),
        }
    }
    Ok(())
}

fn person(row: &StringRecord) -> Result<Registration, String> {
    let [email, phone, name] = [0, 1, 2].map(|column| row.get(column).unwrap_or_default());
    let email = EmailAddress::parse(email).map_err(|problem| problem.to_string())?;
    let phone = PhoneNumber::parse(phone, CallingCode::NORWAY).map_err(|problem| problem.to_string())?;
    Ok(Registration::new(email).contact(phone).name(name))
}
