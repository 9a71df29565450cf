//! Every flow on memory ports, without a flag and without a server: `cargo run --example quickstart`.
//!
//! A person is registered, activates her account with a code, logs in, changes the password, forgets it and recovers.
#![expect(clippy::print_stdout, reason = "it tells what it does")]

use std::error::Error;
use std::net::Ipv4Addr;
use std::time::Duration;

use vestibule::account::Registration;
use vestibule::adapters::memory::{MemoryCodes, MemoryDirectory, MemoryThrottle};
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::{
    AccountService, Contact, EmailAddress, KeyRing, Login, NewPassword, Origin, ServiceKey, ServiceProfile,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (directory, outbox) = (MemoryDirectory::default(), MemoryOutbox::default());
    let (codes, throttle) = (MemoryCodes::default(), MemoryThrottle::default());
    let keys = KeyRing::new(ServiceKey::generate()?, ServiceKey::generate()?);
    let profile = ServiceProfile::new("Eksempelforbundet", "medlem@example.no, 22 00 00 00");
    let accounts =
        AccountService::builder(directory.clone(), codes, throttle, outbox.clone(), keys, profile).build()?;
    let origin = Origin::from_address(Ipv4Addr::LOCALHOST.into());

    let email = EmailAddress::parse("kari.nordmann@example.no")?;
    let contact = Contact::from(email.clone());
    directory.register(Registration::new(email.clone()))?;
    println!("The operator has registered Kari. She has no password yet.");

    let request = accounts.request_activation(&contact, &origin).await?;
    println!(
        "Kari asks for a code. Whoever asks is answered: it has {} signs.",
        request.code_format.length()
    );
    accounts.drain(Duration::from_secs(5)).await;
    let code = outbox.last_code_to(&contact).ok_or("no code arrived")?;
    println!("Her e-mail brings the code {}.", code.expose());
    accounts.activate(&request.handle, &code, chosen("tolv grønne elger på tur")?, &origin).await?;
    println!("With it she chooses a password: the account is active.");

    let login = accounts.log_in(&email, "tolv grønne elger på tur".into(), &origin).await?;
    println!("She logs in. The application keeps id and credential version in its session.");
    println!("The session is {}.", state_of(&accounts, &login).await?);

    let (current, new) = ("tolv grønne elger på tur".into(), chosen("sju blå hvaler i fjorden")?);
    accounts.change_password(&login.account_id, current, new, &origin).await?;
    println!("She changes the password. The session is {}.", state_of(&accounts, &login).await?);

    let request = accounts.request_recovery(&contact, &origin).await?;
    accounts.drain(Duration::from_secs(5)).await;
    let code = outbox.last_code_to(&contact).ok_or("no code arrived")?;
    accounts.recover(&request.handle, &code, chosen("ni røde rever under treet")?, &origin).await?;
    println!("She has forgotten it, and recovers it with a new code.");

    let refused = accounts.log_in(&email, "sju blå hvaler i fjorden".into(), &origin).await;
    println!(
        "The old password is answered: {}",
        refused.map_or_else(|error| error.to_string(), |_| "?".into())
    );
    accounts.log_in(&email, "ni røde rever under treet".into(), &origin).await?;
    println!("The new one lets her in. Meanwhile she was sent:");
    accounts.drain(Duration::from_secs(5)).await;
    for message in outbox.messages() {
        println!("- {}", message.text.subject().unwrap_or("(no subject)"));
    }
    Ok(())
}

fn chosen(password: &str) -> Result<NewPassword, vestibule::Error> {
    Ok(NewPassword::typed_twice(password.into(), password.into())?)
}

async fn state_of(accounts: &AccountService, login: &Login) -> Result<&'static str, vestibule::Error> {
    let lives = accounts.is_current(&login.account_id, &login.credential_version).await?;
    Ok(if lives { "good" } else { "at its end" })
}
