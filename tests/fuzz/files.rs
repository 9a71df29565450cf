//! The files of people that the examples read.

#[path = "../../examples/cli/member_file.rs"]
#[allow(dead_code, reason = "the program tells what the problem is")]
mod member_file;
#[path = "../../examples/cli/person.rs"]
#[allow(dead_code, reason = "the program uses the rest of it")]
mod person;
#[path = "../../examples/portal/member_file.rs"]
mod portal_file;

use self::member_file::MemberFile;
use vestibule::account::Registration;

/// Files of the command line: every line is a person or is reported, by the number that an editor shows.
pub fn import(file: &[u8]) {
    let lines = String::from_utf8_lossy(file).replace("\r\n", "\n").split(['\r', '\n']).count() as u64;
    let Ok(Some(mut people)) = MemberFile::open(file) else { return };
    let mut last = 1;
    while let Ok(Some(line)) = people.read() {
        match line {
            Ok(person) => {
                is_fit(&person);
                let name = person.name.unwrap_or_default();
                assert!(name.chars().count() <= person::LONGEST_NAME && !name.chars().any(char::is_control));
            }
            Err(bad) => {
                assert!(last < bad.number && bad.number <= lines, "{bad:?} after {last}, of {lines}");
                last = bad.number;
            }
        }
        assert!(people.position() <= file.len() as u64);
    }
}

/// Files of the portal: all of it is people, or what is wrong is said.
pub fn members(file: &[u8]) {
    let Ok(text) = std::str::from_utf8(file) else { return };
    match portal_file::read(text) {
        Ok(people) => people.iter().for_each(is_fit),
        Err(problem) => {
            let numbers = problem.split("; ").filter_map(|one| one.strip_prefix("line ")?.split(':').next());
            let numbers: Vec<usize> = numbers.map(|number| number.parse().unwrap()).collect();
            let lines = text.replace("\r\n", "\n").split(['\r', '\n']).count();
            assert!(!problem.is_empty() && numbers.last().is_none_or(|last| *last <= lines));
            assert!(numbers.is_sorted_by(|one, next| one < next), "{problem}");
        }
    }
}

/// An address for logging in, first.
fn is_fit(person: &Registration) {
    assert!(matches!(
        person.contacts[..],
        [vestibule::Contact::Email(_)] | [vestibule::Contact::Email(_), _]
    ));
}
