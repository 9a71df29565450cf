use std::fmt::Debug;
use std::time::Duration;

use sha2::{Digest, Sha256};
use vestibule::code::{CodeProblem, Purpose};
use vestibule::ports::{ArmedCode, CodeStore};
use vestibule::{Error, KeyRing, Origin, ServiceKey};

use crate::world::*;

const OLA: &str = "ola@example.no";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base64(bytes: &[u8]) -> String {
    const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0_u32, |word, n| word << 8 | u32::from(chunk.get(n).copied().unwrap_or(0)));
        for n in 0..=chunk.len() {
            text.push(char::from(SYMBOLS[(word >> (18 - 6 * n) & 63) as usize]));
        }
    }
    text
}

/// Everything that the stores were given, in every form that it might be read in.
fn dump(world: &World) -> String {
    let mut dump = String::new();
    let mut keep = |bytes: &[u8]| {
        dump += &format!("{} {} {}\n", String::from_utf8_lossy(bytes), hex(bytes), base64(bytes));
    };
    for row in world.script.inserted() {
        keep(row.handle.as_bytes());
        keep(row.contact.canonical().as_bytes());
        keep(format!("{row:?}").as_bytes());
    }
    for armed in world.script.armed() {
        keep(&armed.mac.to_bytes());
        keep(armed.target.account.as_str().as_bytes());
        keep(armed.target.credential_version.as_str().as_bytes());
        keep(format!("{armed:?}").as_bytes());
    }
    for charge in world.script.charged().concat() {
        keep(charge.key.as_bytes());
    }
    for account in world.directory.accounts() {
        keep(
            account.password.map(|hash| hash.expose_for_storage().to_owned()).unwrap_or_default().as_bytes(),
        );
    }
    dump
}

#[tokio::test]
async fn no_store_is_given_a_code_or_a_handle() {
    let world = World::new();
    world.register_with_phone(OLA, "41234567");
    for contact in [email(OLA), phone("41234567")] {
        let request = world.service.request_activation(&contact, &here()).await.unwrap();
        let code = world.code_to(&contact).await;
        let dump = dump(&world);
        let cookie = request.handle.expose_for_cookie();
        let (_, handle) = cookie.split_once('.').unwrap();
        for secret in
            [code.expose(), &hex(code.expose().as_bytes()), &base64(code.expose().as_bytes()), handle]
        {
            assert!(!dump.contains(secret), "{secret} in {dump}");
        }
    }
}

#[tokio::test]
async fn without_the_key_no_trying_finds_a_code() {
    let world = World::new();
    world.register(OLA);
    let request = world.service.request_activation(&email(OLA), &here()).await.unwrap();
    let code = world.code_to(&email(OLA)).await;
    let armed = world.script.armed().pop().unwrap();
    let tag = armed.mac.to_bytes();
    let cookie = request.handle.expose_for_cookie();
    let (_, handle) = cookie.split_once('.').unwrap();
    let row = world.script.inserted().pop().unwrap();
    // The right code is among those that would be tried: it is enough to look at that one.
    let account = armed.target.account.as_str();
    let version = armed.target.credential_version.as_str();
    for salt in [
        "",
        account,
        version,
        handle,
        OLA,
        "email:ola@example.no",
        Purpose::Activation.as_str(),
        &hex(row.handle.as_bytes()),
    ] {
        for text in [format!("{salt}{}", code.expose()), format!("{}{salt}", code.expose())] {
            let found = hex(&Sha256::digest(text.as_bytes()));
            assert!(!hex(&tag).contains(&found), "sha256({salt}, code)");
        }
    }
}

#[tokio::test]
async fn a_row_that_is_moved_never_verifies() {
    let world = World::new();
    world.register(OLA);
    world.register("kari@example.no");
    let ola = world.service.request_activation(&email(OLA), &here()).await.unwrap();
    let code = world.code_to(&email(OLA)).await;
    let kari = world.service.request_activation(&email("kari@example.no"), &here()).await.unwrap();
    let kari_code = world.code_to(&email("kari@example.no")).await;
    let recovery = world.service.request_recovery(&email(OLA), &here()).await.unwrap();
    world.settle().await;
    let rows = world.script.inserted();
    let armed = world.script.armed();
    let now = vestibule::ports::Clock::now(&world.clock);
    let write = async |row: usize, issue: u32, armed: ArmedCode| {
        assert!(world.codes.arm(&rows[row].handle, issue, &armed, now).await.unwrap());
    };
    let refused = |what: &str, result: Result<vestibule::Redeemed, Error>| {
        assert!(matches!(result, Err(Error::CodeRejected(CodeProblem::Wrong { .. }))), "{what}: {result:?}");
    };
    let activate = async |handle, code| world.service.activate(handle, code, new(PASSWORD), &here()).await;
    // To another handle: with its code, and with the code of the row it replaced.
    write(1, 1, armed[0].clone()).await;
    refused("another handle", activate(&kari.handle, &code).await);
    refused("another handle", activate(&kari.handle, &kari_code).await);
    // To another account, and to another destination.
    let mut other = armed[0].clone();
    other.target.account = armed[1].target.account.clone();
    other.target.credential_version = armed[1].target.credential_version.clone();
    write(0, 1, other).await;
    refused("another account", activate(&ola.handle, &code).await);
    let mut other = armed[0].clone();
    other.target.destination = email("kari@example.no");
    write(0, 1, other).await;
    refused("another destination", activate(&ola.handle, &code).await);
    // To another purpose.
    write(2, 1, armed[0].clone()).await;
    let moved = world.service.recover(&recovery.handle, &code, new(PASSWORD), &here()).await;
    refused("another purpose", moved);
    // To another issue.
    world.clock.turn(Duration::from_secs(60));
    world.service.resend_code(&ola.handle, &here()).await.unwrap();
    world.settle().await;
    write(0, 2, armed[0].clone()).await;
    refused("another issue", activate(&ola.handle, &code).await);
    assert!(world.directory.accounts().iter().all(|account| account.password.is_none()));
}

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
