use std::time::Duration;

use vestibule::account::CredentialVersion;
use vestibule::throttle::Schedule;
use vestibule::{AccountId, AccountService, CodeHandle, DeviceToken, EmailAddress, Error, ServiceProfile};

use crate::world::*;

const OLA: &str = "ola@example.no";

#[tokio::test]
async fn a_directory_that_confuses_contacts_opens_nothing() {
    let world = World::new();
    world.active_at_once(OLA).await;
    world.register("per@example.no");
    world.script.mistake_everybody_for(&email(OLA));
    for typed in [email("o1a@example.no"), email("ola@exarnple.no"), phone("41234567")] {
        let activation = world.service.request_activation(&typed, &here()).await.unwrap();
        let recovery = world.service.request_recovery(&typed, &here()).await.unwrap();
        world.settle().await;
        for request in [activation, recovery] {
            let refused =
                world.service.recover(&request.handle, &any_code(&request), new(ANOTHER), &here()).await;
            assert!(matches!(refused, Err(Error::CodeRejected(_))), "{refused:?}");
        }
    }
    assert!(world.outbox.messages().is_empty(), "neither a code nor a note");
    let confused = world.log_in("o1a@example.no", PASSWORD).await;
    assert!(matches!(confused, Err(Error::CredentialsRejected)), "{confused:?}");
    world.log_in(OLA, PASSWORD).await.unwrap();
}

#[test]
fn look_alikes_are_refused_or_are_somebody_else() {
    let ola = address("kristian@example.no");
    for typed in [
        "kr\u{131}st\u{131}an@example.no",
        "\u{212a}ristian@example.no",
        "kri\u{17f}tian@example.no",
        "\u{ff4b}ristian@example.no",
        "kristian@ex\u{430}mple.no",
        "kristian@example.no\u{200b}",
    ] {
        if let Ok(parsed) = EmailAddress::parse(typed) {
            assert!(!parsed.is_same_as(&ola) || parsed.as_str() == ola.as_str(), "{typed:?}");
        }
    }
}

#[test]
fn a_profile_that_could_add_a_header_is_refused() {
    for name in ["Service\r\nBcc: all@example.no", "Service\nX: y", "Service\0", "Service\u{2028}X"] {
        let world = World::with_profile(ServiceProfile::new(name, "help@example.no"));
        assert!(world.is_err(), "{name:?}");
        let world = World::with_profile(ServiceProfile::new("Service", name));
        assert!(world.is_err(), "{name:?}");
    }
}

#[tokio::test]
async fn messages_by_sms_stay_within_their_caps() {
    let hour = Duration::from_secs(3_600);
    let world = World::with_settings(|settings| {
        settings.requests_per_source = Schedule::window(100_000, hour).unwrap();
        settings.sms_per_prefix = Schedule::window(20, hour).unwrap();
        settings.sms_in_total = Schedule::window(50, hour).unwrap();
    });
    for person in 0..500_u32 {
        let registered = format!("+4741{:02}{person:04}", person % 5);
        world.register_with_phone(&format!("person{person}@example.no"), &registered);
    }
    for person in 0..1_000_u32 {
        // Half of the numbers are nobody's.
        let number = format!("+4741{:02}{person:04}", person % 5);
        let asked = world.service.request_activation(&phone(&number), &from(person)).await;
        assert!(asked.is_ok(), "the cap shows to nobody: {asked:?}");
        if person % 100 == 99 {
            world.settle().await;
        }
        if person == 499 {
            let cap = vestibule::event::SmsCap::Total;
            assert!(world.saw(&vestibule::event::EventKind::SmsCapReached { cap }));
        }
    }
    world.settle().await;
    let sent = world.outbox.messages();
    assert_eq!(sent.len(), 50);
    for prefix in 0..5 {
        let start = format!("phone:+4741{prefix:02}");
        let to_prefix = sent.iter().filter(|message| message.to.canonical().starts_with(&start));
        assert!(to_prefix.count() <= 20, "{start}");
    }
}

#[tokio::test]
async fn metacharacters_are_only_characters() {
    let world = World::new();
    world.active_at_once(OLA).await;
    let corpus = [
        "' or 1=1 --",
        "\"; drop table accounts; --",
        "1; select pg_sleep(10)",
        "%",
        "_",
        "*",
        "\0",
        "\\",
        "$ne",
        "{\"$gt\":\"\"}",
        "[object Object]",
        "../../etc/passwd",
        "\r\nFLUSHALL\r\n",
        "0",
        "-1",
        "01",
        "1 ",
        "\u{661}",
        "",
    ];
    for text in corpus {
        assert!(CodeHandle::parse(text).is_err() && DeviceToken::parse(text).is_none(), "{text:?}");
        assert!(CodeHandle::parse(&format!("8d.{text}")).is_err());
        let (id, version) = (AccountId::new(text), CredentialVersion::from_stored(text));
        assert!(!world.service.is_current(&id, &version).await.unwrap(), "{text:?}");
        let ola = world.directory.accounts()[0].id.clone();
        assert!(!world.service.is_current(&ola, &version).await.unwrap(), "{text:?}");
        let change = world.service.change_password(&id, secret(PASSWORD), new(ANOTHER), &here()).await;
        assert!(matches!(change, Err(Error::CurrentPasswordRejected)), "{text:?} {change:?}");
        world.clock.turn(Duration::from_secs(3_600));
        if let Ok(typed) = EmailAddress::parse(&format!("{text}@example.no")) {
            let log_in = world.service.log_in(&typed, secret(PASSWORD), &here()).await;
            assert!(log_in.is_err(), "{text:?}");
        }
        let log_in = world.log_in(OLA, text).await;
        assert!(matches!(log_in, Err(Error::CredentialsRejected)), "{text:?}");
    }
}

impl World {
    /// Whether a service with this profile can be built.
    fn with_profile(profile: ServiceProfile) -> Result<AccountService, vestibule::service::BuildError> {
        use vestibule::adapters::memory::{MemoryCodes, MemoryDirectory, MemoryThrottle};
        use vestibule::adapters::outbox::MemoryOutbox;
        let (directory, codes) = (MemoryDirectory::new(), MemoryCodes::new());
        let (throttle, outbox) = (MemoryThrottle::new(), MemoryOutbox::new());
        AccountService::builder(directory, codes, throttle, outbox, keys(), profile).build()
    }
}
