//! A flow with its beginning and its end: what was there before, what is asked, and what must be true afterwards,
//! whatever went wrong in between.

use std::time::{Duration, Instant};

use vestibule::account::AccountState;
use vestibule::code::CodeProblem;
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

    /// Holds the world, healthy again and at rest, to what it was before and to what was answered. `None` is the
    /// answer of a caller who did not wait for it. `may_stay` is how many charges may have been left behind.
    pub async fn judge(
        self,
        world: &World,
        before: &Before,
        given: Option<&Result<Given, Error>>,
        may_stay: u32,
        what: &str,
    ) {
        at_rest(world, what).await;
        match self {
            Self::RequestActivation
            | Self::RequestRecoveryBySms
            | Self::RequestForNobody
            | Self::RequestOnTheWrongPage => self.judge_request(world, before, given, may_stay, what).await,
            Self::Resend => self.judge_resend(world, before, given, what).await,
            Self::Activate | Self::Recover => self.judge_redemption(world, before, given, what).await,
            Self::LogIn | Self::LogInWithWrongPassword | Self::LogInWithStaleDevice => {
                self.judge_log_in(world, before, given, may_stay, what).await;
            }
            Self::ChangePassword | Self::ChangePasswordWithWrongOne => {
                self.judge_change(world, before, given, may_stay, what).await;
            }
        }
        at_rest(world, what).await;
    }

    async fn judge_request(
        self,
        world: &World,
        before: &Before,
        given: Option<&Result<Given, Error>>,
        may_stay: u32,
        what: &str,
    ) {
        assert_eq!(account(world), before.account, "{what}: a request changes no account");
        let sent = world.codes_to(&before.contact);
        if let Some(Ok(Given::Asked(asked))) = given {
            if matches!(self, Self::RequestForNobody | Self::RequestOnTheWrongPage) {
                assert!(sent.is_empty(), "{what}: nobody gets a code");
                return;
            }
            if sent.is_empty() && world.lost_a_code() {
                return;
            }
            let code = sent.last().unwrap_or_else(|| panic!("{what}: no code"));
            let done = match self {
                Self::RequestActivation => {
                    world.service.activate(&asked.handle, code, new(SECOND), &here()).await
                }
                _ => world.service.recover(&asked.handle, code, new(SECOND), &here()).await,
            };
            assert!(done.is_ok(), "{what}: {done:?}");
            world.log_in(OLA, SECOND).await.unwrap();
        } else {
            assert!(matches!(given, None | Some(Err(Error::Backend(_)))), "{what}: {given:?}");
            // A row whose asker was never given its handle is worth nothing; at most its charge stays.
            let mut allowed = 0;
            while world.service.request_activation(&before.contact, &here()).await.is_ok() {
                allowed += 1;
                world.settle().await;
            }
            assert!(allowed <= 3 && allowed + may_stay >= 3, "{what}: {allowed} requests are left of 3");
        }
    }

    async fn judge_resend(
        self,
        world: &World,
        before: &Before,
        given: Option<&Result<Given, Error>>,
        what: &str,
    ) {
        assert_eq!(account(world), before.account, "{what}: asking again changes no account");
        let (asked, _) = before.asked.as_ref().unwrap();
        let sent = world.codes_to(&before.contact);
        match given {
            Some(Ok(_)) => {
                assert!(sent.len() == 2 || world.lost_a_code(), "{what}: {} codes were sent", sent.len())
            }
            None => {}
            Some(given) => assert!(matches!(given, Err(Error::Backend(_))), "{what}: {given:?}"),
        }
        // The last code that was sent is good, or another can be asked for in a minute.
        let last = sent.last().unwrap();
        let first = world.service.activate(&asked.handle, last, new(SECOND), &here()).await;
        if let Err(refused) = first {
            let answer_is_lost = !matches!(given, Some(Ok(_))) || world.lost_a_code();
            assert!(answer_is_lost, "{what}: {refused:?}");
            assert!(matches!(refused, Error::CodeRejected(CodeProblem::Wrong { tries_left: 9 })), "{what}");
            world.clock.turn(Duration::from_secs(60));
            world.service.resend_code(&asked.handle, &here()).await.unwrap();
            let code = world.code_to(&before.contact).await;
            redeems(world, &asked.handle, &code, what).await;
        }
    }

    async fn judge_redemption(
        self,
        world: &World,
        before: &Before,
        given: Option<&Result<Given, Error>>,
        what: &str,
    ) {
        let (asked, code) = before.asked.as_ref().unwrap();
        let code = code.as_ref().unwrap();
        let changed = account(world) != before.account;
        match given {
            Some(Ok(_)) => assert!(changed, "{what}: redeemed, and nothing changed"),
            Some(Err(Error::Backend(_))) | None => {}
            Some(refused) => panic!("{what}: {refused:?}"),
        }
        if changed {
            self.judge_new_password(world, before, what).await;
        }
        let again = match self {
            Self::Activate => world.service.activate(&asked.handle, code, new(THIRD), &here()).await,
            _ => world.service.recover(&asked.handle, code, new(THIRD), &here()).await,
        };
        if changed {
            assert!(matches!(again, Err(Error::CodeRejected(_))), "{what}: the code is dead: {again:?}");
        } else {
            assert!(again.is_ok(), "{what}: the same code still works: {again:?}");
            world.log_in(OLA, THIRD).await.unwrap();
        }
    }

    /// The new password works, the old one does not, and the owner was told everywhere.
    async fn judge_new_password(self, world: &World, before: &Before, what: &str) {
        let now = account(world).unwrap();
        assert_eq!(now.0, AccountState::Active, "{what}");
        let told: Vec<_> = world.outbox.messages().split_off(before.sent);
        for contact in [email(OLA), phone(PHONE)] {
            assert!(
                told.iter().any(|message| message.to.is_same_as(&contact) && message.expose_code().is_none()),
                "{what}: the owner is told by {}",
                contact.channel().as_str()
            );
        }
        let sink_panicked = what.contains("event_sink");
        assert!(sink_panicked || world.saw_set(), "{what}: the operator is told");
        let old = world.log_in(OLA, PASSWORD).await;
        assert!(matches!(old, Err(Error::CredentialsRejected)), "{what}: the old password: {old:?}");
        assert!(world.log_in(OLA, SECOND).await.is_ok(), "{what}: the new password");
    }

    async fn judge_log_in(
        self,
        world: &World,
        before: &Before,
        given: Option<&Result<Given, Error>>,
        may_stay: u32,
        what: &str,
    ) {
        assert_eq!(account(world), before.account, "{what}: a log-in changes no account");
        let judged = match given {
            Some(Ok(_)) => {
                assert_eq!(self, Self::LogIn, "{what}: a wrong password logs nobody in");
                false
            }
            Some(Err(Error::CredentialsRejected)) => {
                assert_ne!(self, Self::LogIn, "{what}");
                true
            }
            Some(refused) => {
                assert!(matches!(refused, Err(Error::Backend(_))), "{what}: {refused:?}");
                false
            }
            None => false,
        };
        // A hash that was started costs its charge, also where nobody waited for what came of it.
        let hung_up = u32::from(given.is_none() && world.hashed() > before.hashed);
        let kept = u32::from(judged);
        let allowed = failures_until_a_wait(world).await;
        assert!(
            allowed <= 5 && allowed + kept + hung_up + may_stay >= 5,
            "{what}: {allowed} failures are left of 5"
        );
        if given.is_some() {
            assert!(allowed + kept <= 5, "{what}: a failure was not counted");
        }
        world.clock.turn(Duration::from_secs(3_600));
        assert!(world.log_in(OLA, PASSWORD).await.is_ok(), "{what}: the right password");
    }

    async fn judge_change(
        self,
        world: &World,
        before: &Before,
        given: Option<&Result<Given, Error>>,
        may_stay: u32,
        what: &str,
    ) {
        let changed = account(world) != before.account;
        match given {
            Some(Ok(_)) => assert!(changed && self == Self::ChangePassword, "{what}"),
            Some(Err(Error::CurrentPasswordRejected)) => {
                assert_eq!(self, Self::ChangePasswordWithWrongOne, "{what}");
            }
            Some(Err(Error::Backend(_))) | None => {}
            Some(refused) => panic!("{what}: {refused:?}"),
        }
        assert!(!changed || self == Self::ChangePassword, "{what}: a wrong password changes nothing");
        if changed {
            self.judge_new_password(world, before, what).await;
        }
        // A change whose hash was started ran to its end: a failure of it counts.
        let judged = self == Self::ChangePasswordWithWrongOne && world.hashed() > before.hashed;
        let id = before.id.as_ref().unwrap();
        let mut allowed = 0;
        loop {
            let refused = world.service.change_password(id, secret("galt"), new(THIRD), &here()).await;
            match refused {
                Err(Error::CurrentPasswordRejected) => allowed += 1,
                Err(Error::Throttled { .. }) => break,
                other => panic!("{what}: {other:?}"),
            }
        }
        assert!(
            allowed <= 5 && allowed + u32::from(judged) + may_stay >= 5,
            "{what}: {allowed} failures are left of 5"
        );
        world.clock.turn(Duration::from_secs(3_600));
        let current = if changed { SECOND } else { PASSWORD };
        let done = world.service.change_password(id, secret(current), new(THIRD), &here()).await;
        assert!(done.is_ok(), "{what}: {done:?}");
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

async fn redeems(world: &World, handle: &vestibule::CodeHandle, code: &Code, what: &str) {
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
