//! Who is registered, and what somebody may type.

use futures_lite::future::block_on;
use vestibule::account::{AccountState, CredentialChange, PasswordChange};
use vestibule::adapters::memory::{ManualClock, MemoryDirectory};
use vestibule::password::PasswordPolicy;
use vestibule::ports::{Clock, UserDirectory};
use vestibule::{Contact, PasswordHash};

use crate::dice::password;
use crate::reference::Person;
use crate::world::{email, phone};

/// Whoever asks may be one of these.
pub const NAMES: [&str; 3] = ["ola", "kari", "per"];

/// The contacts that a person may have: an address of her own always, and a number that two may share.
pub fn contacts_of(person: usize, choice: u8) -> Vec<Contact> {
    let name = NAMES[person];
    let (own, new) = (email(&format!("{name}@example.no")), email(&format!("{name}.ny@example.no")));
    let number = phone(&format!("4100000{person}"));
    match choice % 4 {
        0 => vec![own, number],
        1 => vec![new, number],
        2 => vec![own, phone("41999999")],
        _ => vec![own, new],
    }
}

/// A contact that somebody may type: one that a person has, had or may have, in some spelling, or nobody's.
pub fn typed(choice: u8) -> Contact {
    let (person, spelling) = (usize::from(choice % 3), choice / 3 % 12);
    let name = NAMES[person];
    match spelling {
        0..6 => email(&format!("{name}@example.no")),
        6 => email(&format!("{}@EXAMPLE.no", name.to_uppercase())),
        7 | 8 => phone(&format!("4100000{person}")),
        9 => email(&format!("{name}.ny@example.no")),
        10 => phone("41999999"),
        _ => email(&format!("ingen{person}@example.no")),
    }
}

/// Ola was never activated; Kari and Per were.
pub fn enter(directory: &MemoryDirectory, clock: &ManualClock, position: usize, name: &str) -> Person {
    let contacts = contacts_of(position, 0);
    let mut registration = vestibule::account::Registration::new(contacts[0].clone());
    registration.contacts = contacts.clone();
    let id = directory.register(registration).unwrap();
    let mut person = Person { id, state: AccountState::Pending, password: None, contacts, generation: 0 };
    if name != "ola" {
        let first = password(1);
        let account = directory.accounts().swap_remove(position);
        let change = CredentialChange {
            password: a_hash_of(&first),
            how: PasswordChange::Activated,
            proven: None,
            at: clock.now(),
        };
        let set = directory.replace_credential(&person.id, &account.credential_version, &change);
        assert!(block_on(set).unwrap().is_some());
        (person.state, person.password) = (AccountState::Active, Some(first));
    }
    person
}

/// A hash of the first password at the cheapest cost, made once.
fn a_hash_of(password: &str) -> PasswordHash {
    static HASH: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let hash = HASH.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let short = PasswordPolicy::with_second_factor();
            let world = crate::world::World::with(|builder| builder.password_policy(short));
            world.register("ola@example.no");
            let ola = email("ola@example.no");
            let asked = world.service.request_activation(&ola, &crate::world::here()).await.unwrap();
            let code = world.code_to(&ola).await;
            let new = crate::world::new(password);
            world.service.activate(&asked.handle, &code, new, &crate::world::here()).await.unwrap();
            world.directory.accounts()[0].password.clone().unwrap().expose_for_storage().to_owned()
        })
    });
    PasswordHash::from_stored(hash.as_str())
}
