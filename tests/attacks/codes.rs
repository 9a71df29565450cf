use std::time::Duration;

use sha2::{Digest, Sha256};
use vestibule::Error;
use vestibule::code::{CodeProblem, Purpose};
use vestibule::ports::{ArmedCode, CodeStore};

use crate::world::*;

const OLA: &str = "ola@example.no";

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn base64(bytes: &[u8]) -> String {
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
