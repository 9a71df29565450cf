//! Rows of accounts, one for each contact, as accounts.

use crate::account::{Account, AccountId, AccountState, CredentialVersion};
use crate::contact::{Contact, EmailAddress, PhoneNumber};
use crate::error::BackendError;
use crate::hasher::PasswordHash;
use crate::locale::Locale;

use super::columns::{Columns, Reader};

/// Reads rows that are sorted by account and, within it, by the contact's position.
pub(crate) fn read_accounts<R: Columns>(rows: &[R]) -> Result<Vec<Account>, BackendError> {
    let mut accounts: Vec<Account> = Vec::new();
    for row in rows {
        let columns = Reader::new(row, "accounts");
        let id = columns.text("id")?;
        let contact = read_contact(row)?;
        match accounts.last_mut() {
            Some(account) if account.id.as_str() == id => account.contacts.extend(contact),
            _ => accounts.push(read_account(&columns, id, contact)?),
        }
    }
    Ok(accounts)
}

fn read_account<R: Columns>(
    columns: &Reader<'_, R>,
    id: &str,
    contact: Option<Contact>,
) -> Result<Account, BackendError> {
    let state = match columns.text("state")? {
        "pending" => AccountState::Pending,
        "active" => AccountState::Active,
        "suspended" => AccountState::Suspended,
        _ => return Err(columns.damaged()),
    };
    Ok(Account {
        id: AccountId::new(id),
        state,
        credential_version: CredentialVersion::from_stored(columns.text("credential_version")?),
        password: columns.optional_text("password_hash")?.map(PasswordHash::from_stored),
        contacts: contact.into_iter().collect(),
        name: columns.optional_text("name")?.map(str::to_owned),
        locale: columns.optional_text("locale")?.map(Locale::new),
    })
}

fn read_contact<R: Columns>(row: &R) -> Result<Option<Contact>, BackendError> {
    let columns = Reader::new(row, "contacts");
    let Some(spelling) = columns.optional_text("spelling")? else { return Ok(None) };
    let contact = match columns.text("kind")? {
        "email" => EmailAddress::parse_internationalised(spelling).map(Contact::from),
        "phone" => PhoneNumber::from_e164(spelling).map(Contact::from),
        _ => return Err(columns.damaged()),
    };
    contact.map(Some).map_err(|_| columns.damaged())
}

/// The name that the column `kind` has for a contact.
pub(crate) const fn kind(contact: &Contact) -> &'static str {
    match contact {
        Contact::Email(_) => "email",
        Contact::Phone(_) => "phone",
    }
}

/// What the column `state` says.
pub(crate) const fn state(state: AccountState) -> &'static str {
    match state {
        AccountState::Pending => "pending",
        AccountState::Active => "active",
        AccountState::Suspended => "suspended",
    }
}
