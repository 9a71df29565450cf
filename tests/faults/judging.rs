//! What must be true after a flow, whatever went wrong in it.

use std::time::Duration;

use vestibule::Error;
use vestibule::account::AccountState;
use vestibule::code::CodeProblem;

use crate::scene::*;
use crate::world::*;

impl Scene {
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
