use std::fs;
use std::time::Duration;

use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::secrecy::SecretString;
use vestibule::{AccountService, Contact, KeyRing, NewPassword, Origin, ServiceKey, ServiceProfile};

use crate::database::{Database, email, ola};

const PASSWORD: &str = "seven brown bears in the library";

#[tokio::test]
async fn an_activation_leaves_neither_code_nor_handle_nor_password_in_the_files() {
    let database = Database::new().await;
    database.directory().register(ola()).await.unwrap();
    let outbox = MemoryOutbox::new();
    let keys = KeyRing::new(ServiceKey::generate().unwrap(), ServiceKey::generate().unwrap());
    let profile = ServiceProfile::new("Eksempelforbundet", "medlem@example.no");
    let accounts = AccountService::builder(
        database.directory(),
        database.codes(),
        database.throttle(),
        outbox.clone(),
        keys,
        profile,
    )
    .dangerous()
    .cheapest_hashing()
    .build()
    .unwrap();
    let origin = Origin::without_address();
    let contact: Contact = email("ola@example.no");
    let request = accounts.request_activation(&contact, &origin).await.unwrap();
    assert_eq!(accounts.drain(Duration::from_secs(10)).await, 0);
    let code = outbox.last_code_to(&contact).unwrap();
    let password = NewPassword::typed_once(SecretString::from(PASSWORD)).unwrap();
    accounts.activate(&request.handle, &code, password, &origin).await.unwrap();
    accounts.drain(Duration::from_secs(10)).await;
    let Contact::Email(address) = &contact else { panic!() };
    accounts.log_in(address, SecretString::from(PASSWORD), &origin).await.unwrap();

    let files = fs::read_dir(database.path().parent().unwrap()).unwrap();
    let bytes: Vec<u8> = files.flat_map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
    let holds = |secret: &[u8]| bytes.windows(secret.len()).any(|window| window == secret);
    let handle = request.handle.expose_for_cookie();
    let hex = handle.split_once('.').unwrap().1;
    let raw: Vec<u8> =
        (0..32).map(|byte| u8::from_str_radix(&hex[2 * byte..2 * byte + 2], 16).unwrap()).collect();
    assert!(holds(b"ola@example.no"));
    assert!(!holds(code.expose().as_bytes()));
    assert!(!holds(hex.as_bytes()));
    assert!(!holds(&raw));
    assert!(!holds(PASSWORD.as_bytes()));
}
