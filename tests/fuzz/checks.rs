//! What must hold of every parser, whatever it is given: no panic, and what it takes it gives back. Used by the fuzzer's
//! targets and, on a stable compiler, by `tests/parsers.rs`.

mod files;
mod gateways;
mod queued;

use std::sync::OnceLock;

use vestibule::account::{Account, CredentialChange, PasswordChange, Registration};
use vestibule::adapters::memory::{MemoryCodes, MemoryDirectory, MemoryThrottle};
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::code::CodeFormat;
use vestibule::hasher::{Argon2Cost, HashingSettings, LegacyHashes};
use vestibule::ports::UserDirectory;
use vestibule::throttle::{Schedule, ThrottleState};
use vestibule::time::OffsetDateTime;
use vestibule::{
    AccountService, CallingCode, Code, CodeHandle, Contact, DeviceToken, EmailAddress, Error, KeyRing,
    NewPassword, Origin, PasswordHash, PasswordPolicy, PhoneNumber, ServiceKey, ServiceProfile, Settings,
};

pub use self::files::{import, members};
pub use self::gateways::{addresses, gateway};
pub use self::queued::queued;

/// Panics where a parser does not keep what it promises.
pub type Check = fn(&[u8]);

/// Every parser, by the name of its corpus.
pub const CHECKS: [(&str, Check); 13] = [
    ("email", email),
    ("phone", phone),
    ("contact", contact),
    ("code", code),
    ("tokens", tokens),
    ("keys", keys),
    ("stored", stored),
    ("password", password),
    ("import", import),
    ("members", members),
    ("addresses", addresses),
    ("gateway", gateway),
    ("queued", queued),
];

fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// E-mail addresses, plain and internationalised.
pub fn email(data: &[u8]) {
    let Some(typed) = text(data) else { return };
    for parse in [EmailAddress::parse, EmailAddress::parse_internationalised] {
        let Ok(address) = parse(typed) else { continue };
        assert!(address.as_str().len() <= 320 && !address.as_str().chars().any(char::is_control));
        assert!(address.local_part().len() <= 64 && address.for_sending().contains('@'));
        let again = parse(address.as_str()).expect("an address parses to itself");
        assert!(again.is_same_as(&address) && again.as_str() == address.as_str());
        let contact = Contact::from(address);
        assert!(
            Contact::from_canonical(&contact.canonical()).expect("a key rebuilds it").is_same_as(&contact)
        );
    }
}

/// Telephone numbers as they are typed.
pub fn phone(data: &[u8]) {
    let Some(typed) = text(data) else { return };
    if let Ok(number) = PhoneNumber::parse(typed, CallingCode::NORWAY) {
        assert!(number.as_str().starts_with('+') && (8..=16).contains(&number.as_str().len()));
        assert!(number.as_str()[1..].bytes().all(|digit| digit.is_ascii_digit()));
        let again = PhoneNumber::from_e164(number.as_str()).expect("a number parses to itself");
        assert_eq!((again.as_str(), again.line_kind()), (number.as_str(), number.line_kind()));
    }
}

/// Contacts as stores keep them.
pub fn contact(data: &[u8]) {
    let Some(kept) = text(data) else { return };
    if let Ok(contact) = Contact::from_canonical(kept) {
        assert_eq!(contact.canonical(), kept);
    }
}

/// Codes as they are pasted, and their formats as stores keep them.
pub fn code(data: &[u8]) {
    let Some(typed) = text(data) else { return };
    if let Ok(code) = Code::parse(typed) {
        assert!((6..=32).contains(&code.expose().len()));
        assert!(code.expose().bytes().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase()));
        assert_eq!(Code::parse(code.expose()).expect("a code parses to itself").expose(), code.expose());
    }
    if let Ok(format) = typed.parse::<CodeFormat>() {
        assert_eq!(format.to_string(), typed);
    }
}

/// What browsers keep: handles and device tokens; and the rows of a throttle store.
pub fn tokens(data: &[u8]) {
    if let Ok(state) = ThrottleState::from_bytes(data) {
        let again = ThrottleState::from_bytes(&state.to_bytes()).expect("a state reads back");
        assert_eq!(again, state);
    }
    let Some(kept) = text(data) else { return };
    if let Ok(handle) = CodeHandle::parse(kept) {
        assert_eq!(handle.expose_for_cookie(), kept);
    }
    if let Some(token) = DeviceToken::parse(kept) {
        assert_eq!(token.expose_for_cookie(), kept);
    }
}

/// Key files: a key on each line.
pub fn keys(data: &[u8]) {
    let Some(file) = text(data) else { return };
    for line in file.lines() {
        if let Ok(key) = ServiceKey::from_hex(line) {
            assert!(key.expose_hex().eq_ignore_ascii_case(line.trim()));
        }
    }
}

/// Stored hashes, of Argon2 and of older systems: whatever is stored, nobody gets in by it who does not know the
/// password, and its parameters are bounded before anything is done.
pub fn stored(data: &[u8]) {
    static HOUSE: OnceLock<(AccountService, MemoryDirectory, Account)> = OnceLock::new();
    let Some(stored) = text(data) else { return };
    let (service, directory, account) = HOUSE.get_or_init(house);
    futures_lite::future::block_on(async {
        let now = directory.get(&account.id).await.unwrap().unwrap();
        let change = CredentialChange {
            password: PasswordHash::from_stored(stored),
            how: PasswordChange::Changed,
            proven: None,
            at: OffsetDateTime::UNIX_EPOCH,
        };
        directory.replace_credential(&account.id, &now.credential_version, &change).await.unwrap();
        let name = EmailAddress::parse("ola@example.no").unwrap();
        let refused = service.log_in(&name, "not the password".into(), &Origin::without_address()).await;
        assert!(matches!(refused, Err(Error::CredentialsRejected)), "{refused:?}");
        service.lift_throttle(&name.into(), &Origin::without_address()).await.unwrap();
    });
}

fn house() -> (AccountService, MemoryDirectory, Account) {
    let directory = MemoryDirectory::new();
    let name = EmailAddress::parse("ola@example.no").unwrap();
    directory.register(Registration::new(name)).unwrap();
    let keys = KeyRing::new(ServiceKey::from_bytes([1; 32]), ServiceKey::from_bytes([2; 32]));
    let profile = ServiceProfile::new("Service", "help@example.no");
    let (codes, throttle) = (MemoryCodes::new(), MemoryThrottle::new());
    let cheap = Argon2Cost::dangerous_cheapest();
    let hashing =
        HashingSettings::default().cost(cheap).accepted_memory_kib(64).legacy(LegacyHashes::UpToRefusalCost);
    let builder =
        AccountService::builder(directory.clone(), codes, throttle, MemoryOutbox::new(), keys, profile);
    let mut settings = Settings::default();
    settings.log_ins_per_source = Schedule::window(1_000_000, std::time::Duration::from_secs(1)).unwrap();
    let service = builder.settings(settings).hashing(hashing).build().unwrap();
    let account = directory.accounts().remove(0);
    (service, directory, account)
}

/// New passwords: the rules look at any text in bounded time, and what they take they take again.
pub fn password(data: &[u8]) {
    let Some(typed) = text(data) else { return };
    if let Ok(new) = NewPassword::typed_once(typed.into()) {
        let policy = PasswordPolicy::default();
        assert_eq!(policy.check(&new).is_ok(), policy.check(&new).is_ok());
    }
}
