//! How a contact is written on a page.

use vestibule::Contact;

/// As it was entered: the library compares contacts in another form.
pub fn spelling(contact: &Contact) -> &str {
    match contact {
        Contact::Email(address) => address.as_str(),
        Contact::Phone(number) => number.as_str(),
    }
}
