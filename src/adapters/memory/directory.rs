use std::collections::{BTreeSet, HashMap};
use std::fmt;

use async_trait::async_trait;

use super::Shared;
use crate::account::RegistrationProblem;
use crate::account::{Account, AccountId, AccountState, CredentialChange, CredentialVersion, Registration};
use crate::contact::Contact;
use crate::error::BackendError;
use crate::hasher::PasswordHash;
use crate::ports::{Found, UserDirectory};

/// A user directory in memory, with what an operator needs: to register, suspend and move people.
///
/// # Examples
///
/// ```
/// use vestibule::account::Registration;
/// use vestibule::adapters::memory::MemoryDirectory;
/// use vestibule::{CallingCode, EmailAddress, PhoneNumber};
///
/// let directory = MemoryDirectory::new();
/// let ola = directory.register(
///     Registration::new(EmailAddress::parse("ola@example.no")?)
///         .contact(PhoneNumber::parse("412 34 567", CallingCode::NORWAY)?)
///         .name("Ola Nordmann"),
/// )?;
/// assert!(directory.suspend(&ola)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct MemoryDirectory {
    people: Shared<People>,
}

/// Accounts in the order in which they were registered. None is ever removed, so that positions stay.
#[derive(Default)]
struct People {
    accounts: Vec<Account>,
    by_id: HashMap<AccountId, usize>,
    by_contact: HashMap<String, BTreeSet<usize>>,
}

impl MemoryDirectory {
    /// A directory without any accounts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Enters a person, whose account is pending until it is activated.
    ///
    /// # Errors
    ///
    /// A [`RegistrationProblem`]: nobody was entered.
    pub fn register(&self, registration: Registration) -> Result<AccountId, RegistrationProblem> {
        let credential_version = CredentialVersion::random()?;
        let mut people = self.people.lock();
        let position = people.accounts.len();
        people.check(&registration.contacts, position)?;
        let id = AccountId::new((position + 1).to_string());
        people.by_id.insert(id.clone(), position);
        people.accounts.push(Account {
            id: id.clone(),
            state: AccountState::Pending,
            credential_version,
            password: None,
            contacts: Vec::new(),
            name: registration.name,
            locale: registration.locale,
        });
        people.set_contacts(position, registration.contacts);
        Ok(id)
    }

    /// Closes an account until it is resumed. `false` means that there is no such account.
    ///
    /// An account that was open gets a new credential version.
    ///
    /// # Errors
    ///
    /// When the operating system's random number generator fails.
    pub fn suspend(&self, id: &AccountId) -> Result<bool, BackendError> {
        self.change_state(id, |_| AccountState::Suspended)
    }

    /// Opens a suspended account: it is active if it has a password, else pending. `false` means that there is no such
    /// account.
    ///
    /// An account that was suspended gets a new credential version; another stays as it is.
    ///
    /// # Errors
    ///
    /// When the operating system's random number generator fails.
    pub fn resume(&self, id: &AccountId) -> Result<bool, BackendError> {
        self.change_state(id, |account| match (account.state, &account.password) {
            (AccountState::Suspended, Some(_)) => AccountState::Active,
            (AccountState::Suspended, None) => AccountState::Pending,
            (open, _) => open,
        })
    }

    /// Replaces all contacts of an account, which gets a new credential version. `false` means that there is no such
    /// account.
    ///
    /// # Errors
    ///
    /// A [`RegistrationProblem`]: nothing was replaced.
    pub fn replace_contacts(
        &self,
        id: &AccountId,
        contacts: Vec<Contact>,
    ) -> Result<bool, RegistrationProblem> {
        let credential_version = CredentialVersion::random()?;
        let mut people = self.people.lock();
        let Some(position) = people.by_id.get(id).copied() else { return Ok(false) };
        people.check(&contacts, position)?;
        people.set_contacts(position, contacts);
        people.accounts[position].credential_version = credential_version;
        Ok(true)
    }

    /// All accounts, in the order in which they were registered.
    #[must_use]
    pub fn accounts(&self) -> Vec<Account> {
        self.people.lock().accounts.clone()
    }

    fn change_state(
        &self,
        id: &AccountId,
        next: impl FnOnce(&Account) -> AccountState,
    ) -> Result<bool, BackendError> {
        let credential_version = CredentialVersion::random()?;
        let mut people = self.people.lock();
        let Some(account) = people.account_mut(id) else { return Ok(false) };
        let state = next(account);
        if state != account.state {
            account.state = state;
            account.credential_version = credential_version;
        }
        Ok(true)
    }
}

#[async_trait]
impl UserDirectory for MemoryDirectory {
    async fn find(&self, contact: &Contact) -> Result<Found, BackendError> {
        let people = self.people.lock();
        let positions = people.by_contact.get(&contact.canonical()).into_iter().flatten();
        Ok(positions.map(|position| people.accounts[*position].clone()).collect())
    }

    async fn get(&self, id: &AccountId) -> Result<Option<Account>, BackendError> {
        Ok(self.people.lock().account_mut(id).cloned())
    }

    async fn replace_credential(
        &self,
        id: &AccountId,
        expected: &CredentialVersion,
        change: &CredentialChange,
    ) -> Result<Option<CredentialVersion>, BackendError> {
        let credential_version = CredentialVersion::random()?;
        let mut people = self.people.lock();
        let Some(account) = people.account_mut(id) else { return Ok(None) };
        if account.state == AccountState::Suspended || account.credential_version != *expected {
            return Ok(None);
        }
        account.state = AccountState::Active;
        account.password = Some(change.password.clone());
        account.credential_version = credential_version.clone();
        Ok(Some(credential_version))
    }

    async fn replace_hash(
        &self,
        id: &AccountId,
        expected: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, BackendError> {
        let mut people = self.people.lock();
        let Some(account) = people.account_mut(id) else { return Ok(false) };
        if !account.password.as_ref().is_some_and(|stored| stored.is_same_as(expected)) {
            return Ok(false);
        }
        account.password = Some(new.clone());
        Ok(true)
    }
}

impl People {
    fn account_mut(&mut self, id: &AccountId) -> Option<&mut Account> {
        let position = self.by_id.get(id)?;
        self.accounts.get_mut(*position)
    }

    /// Whether the account at this position may have these contacts.
    fn check(&self, contacts: &[Contact], position: usize) -> Result<(), RegistrationProblem> {
        if contacts.is_empty() {
            return Err(RegistrationProblem::NoContact);
        }
        for contact in contacts {
            let Contact::Email(address) = contact else { continue };
            let mut owners = self.by_contact.get(&contact.canonical()).into_iter().flatten();
            if owners.any(|owner| *owner != position) {
                return Err(RegistrationProblem::EmailTaken(address.clone()));
            }
        }
        Ok(())
    }

    fn set_contacts(&mut self, position: usize, contacts: Vec<Contact>) {
        for old in &self.accounts[position].contacts {
            if let Some(owners) = self.by_contact.get_mut(&old.canonical()) {
                owners.remove(&position);
            }
        }
        for new in &contacts {
            self.by_contact.entry(new.canonical()).or_default().insert(position);
        }
        self.accounts[position].contacts = contacts;
    }
}

impl fmt::Debug for MemoryDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryDirectory").field("accounts", &self.people.lock().accounts.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::{EmailAddress, PhoneNumber};

    fn email(address: &str) -> Contact {
        EmailAddress::parse(address).unwrap().into()
    }

    fn phone(number: &str) -> Contact {
        PhoneNumber::from_e164(number).unwrap().into()
    }

    fn state(directory: &MemoryDirectory, position: usize) -> AccountState {
        directory.accounts()[position].state
    }

    #[test]
    fn an_email_address_is_registered_once_and_a_phone_number_may_be_shared() {
        let directory = MemoryDirectory::new();
        let family = phone("+4741234567");
        directory.register(Registration::new(email("kari@example.no")).contact(family.clone())).unwrap();
        let again = directory.register(Registration::new(family.clone()).contact(email("KARI@example.no")));
        assert!(
            matches!(again, Err(RegistrationProblem::EmailTaken(address)) if address.as_str() == "KARI@example.no")
        );
        assert_eq!(directory.accounts().len(), 1);
        let ola = directory.register(Registration::new(email("ola@example.no")).contact(family)).unwrap();
        let taken = directory.replace_contacts(&ola, vec![email("kari@example.no")]);
        assert!(matches!(taken, Err(RegistrationProblem::EmailTaken(_))));
        assert!(directory.replace_contacts(&ola, vec![email("Ola@example.no")]).unwrap());
        assert!(matches!(directory.replace_contacts(&ola, vec![]), Err(RegistrationProblem::NoContact)));
    }

    #[test]
    fn an_account_is_resumed_to_what_it_was() {
        let directory = MemoryDirectory::new();
        let id = directory.register(Registration::new(email("ola@example.no"))).unwrap();
        assert!(directory.suspend(&id).unwrap());
        assert_eq!(state(&directory, 0), AccountState::Suspended);
        assert!(directory.resume(&id).unwrap());
        assert_eq!(state(&directory, 0), AccountState::Pending);
        assert!(!directory.suspend(&AccountId::new("01")).unwrap());
        assert!(!directory.resume(&AccountId::new("2")).unwrap());
    }

    #[test]
    fn nothing_personal_is_printed() {
        let directory = MemoryDirectory::new();
        directory.register(Registration::new(email("ola@example.no")).name("Ola")).unwrap();
        assert_eq!(format!("{directory:?}"), "MemoryDirectory { accounts: 1 }");
    }
}
