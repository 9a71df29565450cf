//! A user directory that can be broken.

use std::sync::Mutex;

use vestibule::account::{AccountState, CredentialChange, CredentialVersion, Registration};
use vestibule::contract::{ContactCapacity, ManagedDirectory};
use vestibule::ports::{Found, UserDirectory};
use vestibule::{Account, AccountId, BackendError, Contact, PasswordHash, async_trait};

use crate::Defect;

#[derive(Debug)]
pub(crate) struct BreakableDirectory {
    accounts: Mutex<Vec<Account>>,
    defect: Defect,
    capacity: ContactCapacity,
}

impl BreakableDirectory {
    pub(crate) fn with(defect: &'static str) -> Self {
        Self::of(ContactCapacity::Any, defect)
    }

    /// One in which an account has no more contacts than that.
    pub(crate) fn of(capacity: ContactCapacity, defect: &'static str) -> Self {
        Self { accounts: Mutex::default(), defect: Defect::new(defect), capacity }
    }

    /// Whether an account can have them.
    fn holds(&self, contacts: &[Contact]) -> bool {
        match (self.capacity, contacts) {
            (ContactCapacity::Any, _) | (_, [Contact::Email(_)]) => true,
            (capacity, [Contact::Email(_), Contact::Phone(_)]) => capacity == ContactCapacity::EmailAndPhone,
            _ => false,
        }
    }

    fn is(&self, defect: &str) -> bool {
        self.defect.is(defect)
    }

    /// Whether the directory takes a registered contact for the one that is asked for.
    fn matches(&self, registered: &Contact, asked: &Contact) -> bool {
        let [mut registered_text, mut asked_text] = [registered.canonical(), asked.canonical()];
        match self.defect.name {
            "find_the_registered_spelling_only" => return spelling(registered) == spelling(asked),
            "find_by_pattern" => return is_like(&registered_text, &asked_text),
            "find_without_dots_and_tags" => {
                for text in [&mut registered_text, &mut asked_text] {
                    let (name, domain) = text.split_once('@').unwrap_or((text, ""));
                    let name = name.split('+').next().unwrap_or_default().replace('.', "");
                    *text = format!("{name}@{domain}");
                }
            }
            "fold_letters_that_look_alike" => {
                asked_text = asked_text.replace('ı', "i").replace('ſ', "s").replace('á', "a");
            }
            _ => {}
        }
        registered_text == asked_text
    }

    /// The account as it is handed out.
    fn shown(&self, account: &Account, asked: Option<&Contact>) -> Account {
        let mut account = account.clone();
        if self.is("return_canonical_contacts") {
            for contact in &mut account.contacts {
                *contact = Contact::from_canonical(&contact.canonical()).unwrap();
            }
        }
        if let Some(asked) = asked.filter(|_| self.is("return_the_contact_asked_for_first")) {
            account.contacts.sort_by_key(|contact| !contact.is_same_as(asked));
        }
        account
    }

    /// The version that an account gets when it has changed.
    fn new_version(&self, account: &Account) -> CredentialVersion {
        if !self.is("make_versions_of_what_they_stand_for") {
            return CredentialVersion::random().unwrap();
        }
        let password = account.password.as_ref().map(PasswordHash::expose_for_storage);
        let contacts: Vec<_> = account.contacts.iter().map(Contact::canonical).collect();
        CredentialVersion::from_stored(format!("{:?} {password:?} {contacts:?}", account.state))
    }

    fn change<T>(&self, id: &AccountId, change: impl FnOnce(&mut Account) -> T) -> Option<T> {
        let mut accounts = self.accounts.lock().unwrap();
        accounts.iter_mut().find(|account| self.names(&account.id, id)).map(change)
    }

    fn names(&self, made: &AccountId, asked: &AccountId) -> bool {
        let number = |id: &AccountId| id.as_str().parse::<u64>();
        if self.is("read_ids_as_numbers") { number(made) == number(asked) } else { made == asked }
    }
}

#[async_trait]
impl UserDirectory for BreakableDirectory {
    async fn find(&self, contact: &Contact) -> Result<Found, BackendError> {
        let accounts = self.accounts.lock().unwrap();
        let matching = accounts
            .iter()
            .filter(|account| account.contacts.iter().any(|registered| self.matches(registered, contact)));
        let most = if self.is("find_the_first_of_several") { 1 } else { usize::MAX };
        Ok(matching.take(most).map(|account| self.shown(account, Some(contact))).collect())
    }

    async fn get(&self, id: &AccountId) -> Result<Option<Account>, BackendError> {
        Ok(self.change(id, |account| self.shown(account, None)))
    }

    async fn replace_credential(
        &self,
        id: &AccountId,
        expected: &CredentialVersion,
        change: &CredentialChange,
    ) -> Result<Option<CredentialVersion>, BackendError> {
        let _turn = self.defect.turn_unless("replace_without_a_lock").await;
        let accepts = |account: &mut Account| {
            let suspended = account.state == AccountState::Suspended;
            (account.credential_version == *expected || self.is("take_any_version"))
                && (!suspended || self.is("give_passwords_to_the_suspended"))
        };
        if self.change(id, accepts) != Some(true) {
            return Ok(None);
        }
        self.defect.pause_if("replace_without_a_lock").await;
        Ok(self.change(id, |account| {
            let mut hash = change.password.expose_for_storage().to_owned();
            if self.is("shorten_a_hash") {
                hash.truncate(128);
            }
            account.password = Some(PasswordHash::from_stored(hash));
            if !self.is("leave_an_account_pending") {
                account.state = AccountState::Active;
            }
            account.credential_version = self.new_version(account);
            account.credential_version.clone()
        }))
    }

    async fn replace_hash(
        &self,
        id: &AccountId,
        expected: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, BackendError> {
        let has_it =
            |account: &Account| account.password.as_ref().is_some_and(|hash| hash.is_same_as(expected));
        let replaced = self.change(id, |account| {
            if !has_it(account) && !self.is("rehash_whatever_was_there") {
                return false;
            }
            account.password = Some(new.clone());
            if self.is("change_the_version_with_a_rehash") {
                account.credential_version = self.new_version(account);
            }
            true
        });
        if self.is("rehash_everybody_with_that_hash") {
            let mut accounts = self.accounts.lock().unwrap();
            for account in accounts.iter_mut().filter(|account| has_it(account)) {
                account.password = Some(new.clone());
            }
        }
        Ok(replaced.unwrap_or(false))
    }
}

#[async_trait]
impl ManagedDirectory for BreakableDirectory {
    async fn register(&self, registration: Registration) -> AccountId {
        assert!(self.holds(&registration.contacts), "too much for {:?}: {registration:?}", self.capacity);
        let mut accounts = self.accounts.lock().unwrap();
        let id = AccountId::new((accounts.len() + 1).to_string());
        accounts.push(Account {
            id: id.clone(),
            state: AccountState::Pending,
            credential_version: CredentialVersion::random().unwrap(),
            password: None,
            contacts: registration.contacts,
            name: registration.name,
            locale: registration.locale,
        });
        id
    }

    async fn suspend(&self, id: &AccountId) {
        self.change(id, |account| {
            account.state = AccountState::Suspended;
            account.credential_version = self.new_version(account);
        });
    }

    async fn resume(&self, id: &AccountId) {
        self.change(id, |account| {
            account.state = match account.password {
                Some(_) => AccountState::Active,
                None => AccountState::Pending,
            };
            if !self.is("keep_the_version_when_resumed") {
                account.credential_version = self.new_version(account);
            }
        });
    }

    async fn replace_contacts(&self, id: &AccountId, contacts: Vec<Contact>) {
        assert!(self.holds(&contacts), "too much for {:?}: {contacts:?}", self.capacity);
        self.change(id, |account| {
            let added = contacts.len() > account.contacts.len();
            account.contacts = contacts;
            if !(added && self.is("keep_the_version_when_contacts_are_added")) {
                account.credential_version = self.new_version(account);
            }
        });
    }

    fn capacity(&self) -> ContactCapacity {
        self.capacity
    }
}

fn spelling(contact: &Contact) -> &str {
    match contact {
        Contact::Email(address) => address.as_str(),
        Contact::Phone(number) => number.as_str(),
    }
}

/// SQL's `LIKE`: `%` stands for any text, `_` for any letter.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('%') => (0..=text.len())
            .filter(|start| text.is_char_boundary(*start))
            .any(|start| is_like(&text[start..], rest.as_str())),
        Some(c) => text.chars().next().is_some_and(|first| {
            (c == '_' || c == first) && is_like(&text[first.len_utf8()..], rest.as_str())
        }),
    }
}
