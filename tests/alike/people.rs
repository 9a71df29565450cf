//! Every kind of person that a stranger might want to tell from another.

use std::time::Duration;

use vestibule::ports::Clock;
use vestibule::{AccountId, CallingCode, Contact, EmailAddress, PasswordHash, Settings};

use crate::world::*;

pub const DAY: Duration = Duration::from_secs(86_400);
const SALT_AND_TAG: &str = "c29tZXNhbHRzb21lc2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8+GDj2bkkTkA";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Unknown,
    UnknownNumber,
    Pending,
    Active,
    Suspended,
    SuspendedBeforeActivation,
    /// A number on two accounts.
    SharedNumber,
    DamagedHash,
    OlderHash,
    MonstrousHash,
    LostPepper,
    LegacyHash,
    WithoutPassword,
    Landline,
    NumberOffTheAllowList,
    PendingOverTheDailyBudget,
    ActiveOverTheDailyBudget,
}

pub const EVERYBODY: [Who; 17] = [
    Who::Unknown,
    Who::UnknownNumber,
    Who::Pending,
    Who::Active,
    Who::Suspended,
    Who::SuspendedBeforeActivation,
    Who::SharedNumber,
    Who::DamagedHash,
    Who::OlderHash,
    Who::MonstrousHash,
    Who::LostPepper,
    Who::LegacyHash,
    Who::WithoutPassword,
    Who::Landline,
    Who::NumberOffTheAllowList,
    Who::PendingOverTheDailyBudget,
    Who::ActiveOverTheDailyBudget,
];

/// What a stranger knows of a person.
#[derive(Clone, Debug)]
pub struct Person {
    /// What is typed where a code is asked for.
    pub contact: Contact,
    /// What is typed where somebody logs in.
    pub email: EmailAddress,
}

/// The settings that all of them share.
pub fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.sms_calling_codes = Some(vec![CallingCode::NORWAY]);
    settings
}

/// Makes the person part of the world, an hour before the stranger comes.
pub async fn meet(world: &World, who: Who) -> Person {
    let later = world.clock.now() + Duration::from_secs(3_600);
    let person = introduce(world, who).await;
    assert!(world.clock.now() < later);
    // The same moment for everybody: long windows round times up.
    world.clock.set(later);
    person
}

async fn introduce(world: &World, who: Who) -> Person {
    let ola = "ola@example.no";
    let by_email = |_: AccountId| Person { contact: email(ola), email: address(ola) };
    let by_phone = |id: AccountId, number: &str| Person { contact: phone(number), ..by_email(id) };
    match who {
        Who::Unknown => Person { contact: email(ola), email: address(ola) },
        Who::UnknownNumber => Person { contact: phone("41234567"), email: address(ola) },
        Who::Pending => by_email(world.register(ola)),
        Who::Active => by_email(world.active_at_once(ola).await),
        Who::Suspended => {
            let id = world.active_at_once(ola).await;
            assert!(world.directory.suspend(&id).unwrap());
            by_email(id)
        }
        Who::SuspendedBeforeActivation => {
            let id = world.register(ola);
            assert!(world.directory.suspend(&id).unwrap());
            by_email(id)
        }
        Who::SharedNumber => {
            let id = world.register_with_phone(ola, "41234567");
            world.register_with_phone("kari@example.no", "41234567");
            by_phone(id, "41234567")
        }
        Who::DamagedHash => by_email(with_hash(world, "$argon2id$v=19$m=8,t=1").await),
        Who::OlderHash => {
            by_email(with_hash(world, &format!("$argon2i$v=16$m=8,t=1,p=1${SALT_AND_TAG}")).await)
        }
        Who::MonstrousHash => {
            by_email(with_hash(world, &format!("$argon2id$v=19$m=4000000,t=90,p=1${SALT_AND_TAG}")).await)
        }
        Who::LostPepper => {
            by_email(with_hash(world, &format!("pepper=7:$argon2id$v=19$m=8,t=1,p=1${SALT_AND_TAG}")).await)
        }
        Who::LegacyHash => {
            let bcrypt = "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW";
            by_email(with_hash(world, bcrypt).await)
        }
        Who::WithoutPassword => {
            let id = world.active_at_once(ola).await;
            world.script.drop_password_of(&id);
            by_email(id)
        }
        Who::Landline => by_phone(world.register_with_phone(ola, "22123456"), "22123456"),
        Who::NumberOffTheAllowList => {
            let id = world.register_with_phone(ola, "+46701234567");
            by_phone(id, "+46701234567")
        }
        Who::PendingOverTheDailyBudget => {
            let id = world.register_with_phone(ola, "41234567");
            for (turn, source) in (500..510).enumerate() {
                world.service.request_activation(&phone("41234567"), &from(source)).await.unwrap();
                world.settle().await;
                world.clock.turn(Duration::from_secs(if turn % 3 == 2 { 900 } else { 1 }));
            }
            assert_eq!(world.codes_to(&phone("41234567")).len(), 10);
            by_email(id)
        }
        Who::ActiveOverTheDailyBudget => {
            let id = world.register_with_phone(ola, "41234567");
            world.set_hash(&id, real_hash().await).await;
            for (turn, source) in (500..510).enumerate() {
                world.service.request_recovery(&phone("41234567"), &from(source)).await.unwrap();
                world.settle().await;
                world.clock.turn(Duration::from_secs(if turn % 3 == 2 { 900 } else { 1 }));
            }
            assert_eq!(world.codes_to(&phone("41234567")).len(), 10);
            by_email(id)
        }
    }
}

async fn with_hash(world: &World, stored: &str) -> AccountId {
    let id = world.register("ola@example.no");
    world.set_hash(&id, PasswordHash::from_stored(stored)).await;
    id
}
