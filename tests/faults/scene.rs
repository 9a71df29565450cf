//! A flow with its beginning: what was there before, and what is asked.

use std::time::{Duration, Instant};

use vestibule::account::AccountState;
use vestibule::event::{EventKind, LossReason};
use vestibule::{
    AccountId, AccountService, Code, CodeRequest, Contact, DeviceToken, Error, Origin, PasswordHash,
};

use crate::world::script::expect_panics;
use crate::world::*;

/// A flow that ports fail in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    RequestActivation,
    RequestRecoveryBySms,
    RequestForNobody,
    /// The owner, who is active, is sent a note.
    RequestOnTheWrongPage,
    Resend,
    Activate,
    Recover,
    LogIn,
    LogInWithWrongPassword,
    LogInWithStaleDevice,
    ChangePassword,
    ChangePasswordWithWrongOne,
}

pub const SCENES: [Scene; 12] = [
    Scene::RequestActivation,
    Scene::RequestRecoveryBySms,
    Scene::RequestForNobody,
    Scene::RequestOnTheWrongPage,
    Scene::Resend,
    Scene::Activate,
    Scene::Recover,
    Scene::LogIn,
    Scene::LogInWithWrongPassword,
    Scene::LogInWithStaleDevice,
    Scene::ChangePassword,
    Scene::ChangePasswordWithWrongOne,
];

/// What a flow gave.
#[derive(Debug)]
pub enum Given {
    Asked(CodeRequest),
    Redeemed,
    LoggedIn,
    Changed,
}

/// What must be known of the beginning to judge the end.
#[derive(Debug)]
pub struct Before {
    pub contact: Contact,
    pub id: Option<AccountId>,
    pub account: Option<(AccountState, String)>,
    pub asked: Option<(CodeRequest, Option<Code>)>,
    pub device: Option<DeviceToken>,
    pub sent: usize,
    pub hashed: u64,
}

pub const OLA: &str = "ola@example.no";
pub const PHONE: &str = "41234567";

/// A world with as few places as there can be, so that one that is not given back is missed.
pub fn tight_world() -> World {
    a_tight_world(vestibule::Settings::default())
}

/// The same, for tests in which no store hangs: a busy machine is not taken for one that does.
pub fn patient_world() -> World {
    let mut settings = vestibule::Settings::default();
    settings.port_deadline = Duration::from_secs(10_000);
    a_tight_world(settings)
}

fn a_tight_world(mut settings: vestibule::Settings) -> World {
    expect_panics();
    World::swift(|builder| {
        settings.arming_queue = 1;
        settings.sending_queue = 1;
        settings.notice_queue = 4;
        settings.log_ins_in_line = 1;
        builder.settings(settings)
    })
}

impl Scene {
    pub async fn begin(self, world: &World) -> Before {
        let mut before = Before {
            contact: email(OLA),
            id: None,
            account: None,
            asked: None,
            device: None,
            sent: 0,
            hashed: 0,
        };
        if self != Self::RequestForNobody {
            before.id = Some(world.register_with_phone(OLA, PHONE));
        }
        let pending =
            matches!(self, Self::RequestActivation | Self::RequestForNobody | Self::Activate | Self::Resend);
        if !pending {
            world.set_hash(before.id.as_ref().unwrap(), real_hash().await).await;
        }
        if self == Self::LogInWithStaleDevice {
            before.device = world.log_in(OLA, PASSWORD).await.unwrap().device;
            let id = before.id.as_ref().unwrap();
            for (old, young) in [(PASSWORD, SECOND), (SECOND, PASSWORD)] {
                world.service.change_password(id, secret(old), new(young), &here()).await.unwrap();
            }
        }
        world.settle().await;
        // What the beginning counted is forgotten, so that what is counted afterwards can be told.
        world.clock.turn(Duration::from_secs(2 * 86_400));
        match self {
            Self::RequestRecoveryBySms => before.contact = phone(PHONE),
            Self::Activate | Self::Resend => {
                let asked = world.service.request_activation(&before.contact, &here()).await.unwrap();
                before.asked = Some((asked, Some(world.code_to(&before.contact).await)));
            }
            Self::Recover => {
                let asked = world.service.request_recovery(&before.contact, &here()).await.unwrap();
                before.asked = Some((asked, Some(world.code_to(&before.contact).await)));
            }
            _ => {}
        }
        if self == Self::Resend {
            world.clock.turn(Duration::from_secs(60));
        }
        world.settle().await;
        if before.asked.is_none() {
            let _ = world.outbox.take();
        }
        before.account = account(world);
        before.sent = world.outbox.messages().len();
        before.hashed = world.hashed();
        let _ = world.events.take();
        world.script.clear();
        world.aside.clear();
        before
    }

    /// What is asked: it owns all that it needs, so that it can be dropped anywhere.
    pub fn act(
        self,
        service: &AccountService,
        before: &Before,
    ) -> impl Future<Output = Result<Given, Error>> + 'static {
        let (service, contact, id) = (service.clone(), before.contact.clone(), before.id.clone());
        let asked = before.asked.clone();
        let origin = match &before.device {
            Some(device) => here().with_device(device.clone()),
            None => here(),
        };
        async move {
            match self {
                Self::RequestActivation | Self::RequestForNobody | Self::RequestOnTheWrongPage => {
                    service.request_activation(&contact, &origin).await.map(Given::Asked)
                }
                Self::RequestRecoveryBySms => {
                    service.request_recovery(&contact, &origin).await.map(Given::Asked)
                }
                Self::Resend => {
                    let (asked, _) = asked.unwrap();
                    service.resend_code(&asked.handle, &origin).await.map(Given::Asked)
                }
                Self::Activate => {
                    let (asked, code) = asked.unwrap();
                    let call = service.activate(&asked.handle, code.as_ref().unwrap(), new(SECOND), &origin);
                    call.await.map(|_| Given::Redeemed)
                }
                Self::Recover => {
                    let (asked, code) = asked.unwrap();
                    let call = service.recover(&asked.handle, code.as_ref().unwrap(), new(SECOND), &origin);
                    call.await.map(|_| Given::Redeemed)
                }
                Self::LogIn => log_in(&service, PASSWORD, &origin).await,
                Self::LogInWithWrongPassword => log_in(&service, "galt", &origin).await,
                Self::LogInWithStaleDevice => log_in(&service, "galt", &origin).await,
                Self::ChangePassword => {
                    let id = id.unwrap();
                    let call = service.change_password(&id, secret(PASSWORD), new(SECOND), &origin);
                    call.await.map(|_| Given::Changed)
                }
                Self::ChangePasswordWithWrongOne => {
                    let id = id.unwrap();
                    let call = service.change_password(&id, secret("galt"), new(SECOND), &origin);
                    call.await.map(|_| Given::Changed)
                }
            }
        }
    }
}

pub const SECOND: &str = SHORT;
pub const THIRD: &str = "hb8nf3cyg6slu5e";

async fn log_in(service: &AccountService, password: &str, origin: &Origin) -> Result<Given, Error> {
    service.log_in(&address(OLA), secret(password), origin).await.map(|_| Given::LoggedIn)
}

/// The state and the hash of the one account there is.
pub fn account(world: &World) -> Option<(AccountState, String)> {
    world.directory.accounts().first().map(|account| {
        let hash = account.password.as_ref().map(PasswordHash::expose_for_storage);
        (account.state, hash.unwrap_or_default().to_owned())
    })
}

/// How many wrong passwords a stranger can try before there is a wait: five, where none was counted before.
pub async fn failures_until_a_wait(world: &World) -> u32 {
    for failures in 0.. {
        match world.service.log_in(&address(OLA), secret("galt"), &from(66)).await {
            Err(Error::CredentialsRejected) => {}
            Err(Error::Throttled { .. }) => return failures,
            other => panic!("{other:?}"),
        }
    }
    unreachable!()
}

pub async fn redeems(world: &World, handle: &vestibule::CodeHandle, code: &Code, what: &str) {
    let done = world.service.activate(handle, code, new(SECOND), &here()).await;
    assert!(done.is_ok(), "{what}: {done:?}");
    world.log_in(OLA, SECOND).await.unwrap();
}

/// The background is idle, and no place of the hash pool is held.
pub async fn at_rest(world: &World, what: &str) {
    let began = Instant::now();
    loop {
        world.settle().await;
        let pool = world.service.hash_pool();
        if pool.places_taken == 0 && pool.running == 0 {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(5), "{what}: a place is not given back: {pool:?}");
        tokio::task::yield_now().await;
    }
}

impl World {
    /// A sender that hung may have sent it: a code is not sent twice, and is to be asked for again.
    pub fn lost_a_code(&self) -> bool {
        let lost =
            |kind: &EventKind| matches!(kind, EventKind::MessageLost { reason: LossReason::TimedOut, .. });
        self.event_kinds().iter().any(lost)
    }

    pub fn saw_set(&self) -> bool {
        self.event_kinds().iter().any(|kind| matches!(kind, EventKind::PasswordSet { .. }))
    }
}
