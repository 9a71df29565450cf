//! A file of people, a line each: `email,phone,name`.

use csv::{Position, StringRecord};
use vestibule::account::Registration;
use vestibule::{CallingCode, EmailAddress, PhoneNumber};

const COLUMNS: [&str; 3] = ["email", "phone", "name"];

/// Reads everybody. What is wrong is said of every line at once.
pub fn read(text: &str) -> Result<Vec<Registration>, String> {
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
    let between = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
    let (passed, _) = text.split_at(before.len() + between);
    // A line ends by CR LF, LF, or CR alone.
    1 + passed.replace("\r\n", "\n").matches(['\r', '\n']).count()
}

fn person(row: &StringRecord) -> Result<Registration, String> {
    let [email, phone, name] = [0, 1, 2].map(|column| row.get(column).unwrap_or_default());
    let email = EmailAddress::parse(email).map_err(|problem| problem.to_string())?;
    let phone = PhoneNumber::parse(phone, CallingCode::NORWAY).map_err(|problem| problem.to_string())?;
    Ok(Registration::new(email).contact(phone).name(name))
}
