//! What a row means, whichever mapper reads it: the tables are those of `examples/own_user_table.sql`.

use std::error::Error;

use vestibule::account::{Account, AccountState};
use vestibule::error::BackendErrorKind::{Corrupt, Unavailable};
use vestibule::{AccountId, BackendError, Contact, CredentialVersion, EmailAddress, Locale};
use vestibule::{PasswordHash, PhoneNumber};

/// A row of `members`.
pub struct Row {
    pub member_no: i64,
    pub full_name: Option<String>,
    pub language: Option<String>,
    pub pw: Option<String>,
    pub status: String,
    pub stamp: String,
}

/// The member with its addresses, the main one first.
pub fn account(row: Row, addresses: &[String]) -> Result<Account, BackendError> {
    Ok(Account {
        id: AccountId::new(row.member_no.to_string()),
        state: match &*row.status {
            "new" => AccountState::Pending,
            "member" => AccountState::Active,
            _ => AccountState::Suspended,
        },
        credential_version: CredentialVersion::from_stored(row.stamp),
        password: row.pw.map(PasswordHash::from_stored),
        contacts: addresses.iter().map(|address| contact(address)).collect::<Result<_, _>>()?,
        name: row.full_name,
        locale: row.language.map(Locale::new),
    })
}

fn contact(address: &str) -> Result<Contact, BackendError> {
    let contact = match address.starts_with('+') {
        true => PhoneNumber::from_e164(address).map(Contact::from),
        false => EmailAddress::parse_internationalised(address).map(Contact::from),
    };
    contact.map_err(|_| BackendError::new(Corrupt, "correct the address of a member"))
}

/// The number of a member, unless the text is one that this directory never made, such as `007`.
pub fn member_no(id: &AccountId) -> Option<i64> {
    id.as_str().parse().ok().filter(|number: &i64| number.to_string() == id.as_str())
}

/// The error says what to do. Its source holds no value of a row, or it is left out.
pub fn failed(error: impl Error + Send + Sync + 'static) -> BackendError {
    BackendError::new(Unavailable, "look after the database of members").with_source(error)
}
