//! A person as the operator enters her, on the command line or in a file.

use vestibule::account::Registration;
use vestibule::contact::ContactProblem;
use vestibule::{CallingCode, Contact, EmailAddress, PhoneNumber};

/// The most characters that a name may have.
pub const LONGEST_NAME: usize = 200;

/// Why somebody cannot be entered.
#[derive(Clone, Copy, Debug)]
pub enum PersonProblem {
    Email(ContactProblem),
    Phone(ContactProblem),
    NameTooLong,
    /// As when a quotation mark is not closed, and the name runs over several lines.
    NameWithControls,
}

/// Reads a person. A phone or a name that is empty is none.
pub fn read(email: &str, phone: &str, name: &str) -> Result<Registration, PersonProblem> {
    let mut person = Registration::new(EmailAddress::parse(email).map_err(PersonProblem::Email)?);
    if !phone.trim().is_empty() {
        person = person.contact(read_phone(phone).map_err(PersonProblem::Phone)?);
    }
    let name = name.trim();
    if name.chars().any(char::is_control) {
        return Err(PersonProblem::NameWithControls);
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(PersonProblem::NameTooLong);
    }
    Ok(if name.is_empty() { person } else { person.name(name) })
}

/// Reads a phone number, Norwegian unless it says otherwise.
pub fn read_phone(typed: &str) -> Result<PhoneNumber, ContactProblem> {
    PhoneNumber::parse(typed, CallingCode::NORWAY)
}

/// The registered spelling of a contact.
pub fn spelling(contact: &Contact) -> &str {
    match contact {
        Contact::Email(address) => address.as_str(),
        Contact::Phone(number) => number.as_str(),
    }
}
