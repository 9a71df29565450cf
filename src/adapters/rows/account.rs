//! Rows of accounts, one for each contact, as accounts.

use crate::account::{Account, AccountId, AccountState, CredentialVersion};
use crate::contact::{Contact, ContactProblem, EmailAddress, PhoneNumber};
use crate::error::{BackendError, BackendErrorKind};
use crate::hasher::PasswordHash;
use crate::locale::Locale;

use super::columns::{Columns, Reader, Tables};

const CONTACTS: &str = "contacts";

/// Reads rows that are sorted by account and, within it, by the contact's position.
pub(crate) fn read_accounts<R: Columns + Tables>(rows: &[R]) -> Result<Vec<Account>, BackendError> {
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

fn read_contact<R: Columns + Tables>(row: &R) -> Result<Option<Contact>, BackendError> {
    let columns = Reader::new(row, CONTACTS);
    let Some(spelling) = columns.optional_text("spelling")? else { return Ok(None) };
    let contact = match columns.text("kind")? {
        "email" => EmailAddress::parse_internationalised(spelling).map(Contact::from),
        "phone" => PhoneNumber::from_e164(spelling).map(Contact::from),
        _ => return Err(columns.damaged()),
    };
    contact.map(Some).map_err(|problem| match problem {
        // Sound, and written by another build.
        ContactProblem::InternationalisedDomain => BackendError::new(
            BackendErrorKind::Misconfigured,
            format!(
                "a row of {} holds an e-mail address with an internationalised domain, and this build is without the \
                 feature `idn`: build it with that",
                R::table(CONTACTS)
            ),
        ),
        _ => columns.damaged(),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    /// An account with this e-mail address.
    struct Row(&'static str);

    impl Columns for Row {
        fn text(&self, name: &str) -> Result<Option<&str>, BackendError> {
            Ok(match name {
                "id" | "credential_version" => Some("1"),
                "state" => Some("pending"),
                "kind" => Some("email"),
                "spelling" => Some(self.0),
                _ => None,
            })
        }

        fn free_text(&self, _: &str) -> Result<Option<&[u8]>, BackendError> {
            Ok(None)
        }

        fn bytes(&self, _: &str) -> Result<Option<&[u8]>, BackendError> {
            Ok(None)
        }

        fn number(&self, _: &str) -> Result<Option<i64>, BackendError> {
            Ok(None)
        }

        fn damaged(table: &str) -> BackendError {
            BackendError::new(BackendErrorKind::Corrupt, table)
        }
    }

    impl Tables for Row {
        fn table(name: &str) -> String {
            format!("the_{name}")
        }
    }

    #[test]
    fn an_address_that_is_none_is_damage() {
        let refused = read_accounts(&[Row("kari")]).unwrap_err();
        assert_eq!(refused.kind(), BackendErrorKind::Corrupt);
    }

    #[cfg(feature = "idn")]
    #[test]
    fn an_internationalised_domain_is_read() {
        let accounts = read_accounts(&[Row("kari@blåbær.no")]).unwrap();
        assert_eq!(accounts[0].contacts[0].as_str(), "kari@blåbær.no");
    }

    #[cfg(not(feature = "idn"))]
    #[test]
    fn an_internationalised_domain_that_this_build_cannot_read_is_no_damage() {
        let refused = read_accounts(&[Row("kari@blåbær.no")]).unwrap_err();
        assert_eq!(refused.kind(), BackendErrorKind::Misconfigured);
        let said = refused.to_string();
        assert!(said.contains("the_contacts") && said.contains("`idn`"), "{said}");
        assert!(!said.contains("kari"), "{said}");
    }
}
