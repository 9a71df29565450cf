//! Nothing that is printed, told or explained holds a secret.

use std::fmt::Debug;
use std::time::Duration;

use vestibule::{Error, KeyRing, Origin, ServiceKey};

use crate::codes::{base64, hex};
use crate::world::*;

/// Keeps everything that anybody could print.
#[derive(Default)]
struct Capture(String);

impl Capture {
    fn debug(&mut self, value: &impl Debug) {
        self.0 += &format!("{value:?}\n{value:#?}\n");
    }

    fn result<T: Debug>(&mut self, world: &World, result: &Result<T, Error>) {
        self.debug(result);
        if let Err(error) = result {
            let mut cause: Option<&dyn std::error::Error> = Some(error);
            while let Some(error) = cause {
                self.0 += &format!("{error}\n");
                cause = error.source();
            }
            self.0 += &world.service.explain(error, None);
        }
    }
}

#[tokio::test]
async fn canaries_are_found_nowhere() {
    const EMAIL: &str = "kanarifugl.gul@burhuset.example";
    const PHONE: &str = "+4798765432";
    const NAME: &str = "Kanari Fuglesang";
    const FIRST: &str = "kanarigul sang fra buret";
    const SECOND: &str = "sitrongul trille ved vinduet";
    const WRONG: &str = "feil-kanari-passord";
    let (service_key, identifier_key) = ([0xCA; 32], [0xFE; 32]);
    let keys = KeyRing::new(ServiceKey::from_bytes(service_key), ServiceKey::from_bytes(identifier_key));
    let mut seen = Capture::default();
    seen.debug(&keys);
    seen.debug(&ServiceKey::from_bytes(service_key));
    let world = World::new();
    let builder = vestibule::AccountService::builder(
        world.directory.clone(),
        world.codes.clone(),
        world.throttle.clone(),
        world.outbox.clone(),
        keys,
        profile(),
    );
    seen.debug(&builder);
    let service = builder
        .clock(world.clock.clone())
        .events(world.events.clone())
        .dangerous()
        .cheapest_hashing()
        .build()
        .unwrap();
    let settle = async || assert_eq!(service.drain(Duration::from_secs(10)).await, 0);
    let registration =
        vestibule::account::Registration::new(address(EMAIL)).contact(number(PHONE)).name(NAME);
    seen.debug(&registration);
    let id = world.directory.register(registration).unwrap();
    let mut secrets: Vec<String> =
        [EMAIL, PHONE, NAME, FIRST, SECOND, WRONG, "kanarifugl", "98765432", "Fuglesang"]
            .map(String::from)
            .to_vec();
    secrets.extend([hex(&service_key), hex(&identifier_key)]);
    let mut origin = Origin::without_address();

    // Asked for by either channel, asked for again, guessed wrong, redeemed.
    for contact in [email(EMAIL), phone(PHONE)] {
        seen.debug(&contact);
        let asked = service.request_activation(&contact, &origin).await;
        settle().await;
        seen.result(&world, &asked);
        let asked = asked.unwrap();
        secrets.push(asked.handle.expose_for_cookie().split_once('.').unwrap().1.to_owned());
        world.clock.turn(Duration::from_secs(60));
        seen.result(&world, &service.resend_code(&asked.handle, &origin).await);
        settle().await;
        seen.result(&world, &service.resend_code(&asked.handle, &origin).await);
        // The second time the account is active already, and gets a note.
        let Some(code) = world.codes_to(&contact).pop() else { continue };
        seen.debug(&code);
        let wrong = other_than(&code);
        for (code, password) in [(&wrong, FIRST), (&code, "kort"), (&code, EMAIL), (&code, NAME)] {
            let password = new(password);
            seen.debug(&password);
            seen.result(&world, &service.activate(&asked.handle, code, password, &origin).await);
        }
        secrets.push(wrong.expose().to_owned());
        let redeemed = service.activate(&asked.handle, &code, new(FIRST), &origin).await;
        seen.result(&world, &redeemed);
        settle().await;
    }
    // Logged in, changed, recovered, refused until it is stopped.
    for password in [WRONG, FIRST] {
        let login = service.log_in(&address(EMAIL), secret(password), &origin).await;
        seen.result(&world, &login);
        if let Ok(login) = login {
            let device = login.device.unwrap();
            secrets.push(device.expose_for_cookie());
            origin = origin.with_device(device);
            seen.debug(&origin);
        }
    }
    for (old, young) in [(WRONG, SECOND), (FIRST, EMAIL), (FIRST, SECOND)] {
        seen.result(&world, &service.change_password(&id, secret(old), new(young), &origin).await);
    }
    let recovery = service.request_recovery(&phone(PHONE), &origin).await.unwrap();
    settle().await;
    let code = world.codes_to(&phone(PHONE)).pop().unwrap();
    seen.result(&world, &service.recover(&recovery.handle, &code, new(FIRST), &origin).await);
    for _ in 0..7 {
        seen.result(&world, &service.log_in(&address(EMAIL), secret(WRONG), &here()).await);
        seen.result(&world, &service.request_recovery(&email(EMAIL), &here()).await);
    }
    settle().await;
    seen.result(&world, &service.lift_throttle(&email(EMAIL), &here()).await);
    seen.result(&world, &service.invite(&id).await);
    seen.result(&world, &service.purge().await);

    secrets
        .extend(world.outbox.messages().iter().filter_map(|message| message.expose_code().map(String::from)));
    for account in world.directory.accounts() {
        secrets.push(account.password.clone().unwrap().expose_for_storage().to_owned());
        seen.debug(&account.password);
        seen.debug(&account);
    }
    assert!(world.events.events().len() > 30);
    for event in world.events.events() {
        seen.debug(&event);
        seen.0 += &serde_json::to_string_pretty(&event).unwrap();
    }
    for message in world.outbox.messages() {
        seen.debug(&message);
        seen.debug(&message.text);
        seen.0 += message.text.subject().unwrap_or_default();
    }
    seen.debug(&service);
    seen.debug(&world);
    seen.debug(&service.contact_digest(&email(EMAIL)));
    for row in world.script.inserted() {
        seen.debug(&row);
    }

    assert!(secrets.len() > 15);
    for secret in secrets {
        // Messages write a code in two halves.
        let halves = secret.split_at_checked(4).map_or(secret.clone(), |(one, two)| format!("{one} {two}"));
        for form in [halves, secret.clone(), hex(secret.as_bytes()), base64(secret.as_bytes())] {
            let found = seen.0.find(&form);
            assert!(
                found.is_none(),
                "{secret}: ...{}",
                &seen.0[found.unwrap_or(0).saturating_sub(200)..][..300]
            );
        }
    }
    // The capture does capture: what is meant for the operator is there.
    assert!(seen.0.contains("password_set") && seen.0.contains("CodeHandle(..)"));
}
