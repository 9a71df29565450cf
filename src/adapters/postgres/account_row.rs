//! Rows of `vestibule.accounts`, one for each contact, as accounts.

use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::account::{Account, AccountId, AccountState, CredentialVersion};
use crate::contact::{Contact, EmailAddress, PhoneNumber};
use crate::error::BackendError;
use crate::hasher::PasswordHash;
use crate::locale::Locale;

use super::failure::{damaged, failed};

/// Reads rows that are sorted by account and, within it, by the contact's position.
pub(super) fn read_accounts(rows: &[PgRow]) -> Result<Vec<Account>, BackendError> {
    let mut accounts: Vec<Account> = Vec::new();
    for row in rows {
        let id: &str = row.try_get("id").map_err(failed)?;
        let contact = read_contact(row)?;
        match accounts.last_mut() {
            Some(account) if account.id.as_str() == id => account.contacts.extend(contact),
            _ => accounts.push(read_account(row, id, contact)?),
        }
    }
    Ok(accounts)
}

fn read_account(row: &PgRow, id: &str, contact: Option<Contact>) -> Result<Account, BackendError> {
    let state = match row.try_get("state").map_err(failed)? {
        "pending" => AccountState::Pending,
        "active" => AccountState::Active,
        "suspended" => AccountState::Suspended,
        _ => return Err(damaged("vestibule.accounts")),
    };
    let version: &str = row.try_get("credential_version").map_err(failed)?;
    let password: Option<&str> = row.try_get("password_hash").map_err(failed)?;
    let locale: Option<&str> = row.try_get("locale").map_err(failed)?;
    Ok(Account {
        id: AccountId::new(id),
        state,
        credential_version: CredentialVersion::from_stored(version),
        password: password.map(PasswordHash::from_stored),
        contacts: contact.into_iter().collect(),
        name: row.try_get("name").map_err(failed)?,
        locale: locale.map(Locale::new),
    })
}

fn read_contact(row: &PgRow) -> Result<Option<Contact>, BackendError> {
    let spelling: Option<&str> = row.try_get("spelling").map_err(failed)?;
    let Some(spelling) = spelling else { return Ok(None) };
    let contact = match row.try_get("kind").map_err(failed)? {
        "email" => EmailAddress::parse_internationalised(spelling).map(Contact::from),
        "phone" => PhoneNumber::from_e164(spelling).map(Contact::from),
        _ => return Err(damaged("vestibule.contacts")),
    };
    contact.map(Some).map_err(|_| damaged("vestibule.contacts"))
}

/// The name that the column `kind` has for a contact.
pub(super) const fn kind(contact: &Contact) -> &'static str {
    match contact {
        Contact::Email(_) => "email",
        Contact::Phone(_) => "phone",
    }
}

/// What messages are sent to: the registered spelling.
pub(super) fn spelling(contact: &Contact) -> &str {
    match contact {
        Contact::Email(address) => address.as_str(),
        Contact::Phone(number) => number.as_str(),
    }
}
