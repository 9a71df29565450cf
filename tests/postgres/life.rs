//! Everything that can happen to an account, and what must hold wherever it breaks off.

use std::time::{Duration, Instant};

use vestibule::account::{Registration, RegistrationProblem};
use vestibule::error::BackendError;
use vestibule::ports::{Found, UserDirectory};
use vestibule::{AccountState, Error};

use crate::database::email;
use crate::service::Portal;
use crate::world::{SHORT, address, here, new, other_than, secret};

const SECOND: &str = "bn3hd8yqs6lcg1x";
const THIRD: &str = "pz5wf9tkm2vjr7h";
const LAST: &str = "gt4ks7nwc9zvm2q";

const NAME: &str = "ola@example.no";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How far somebody came.
#[derive(Debug, Default)]
pub(crate) struct Life {
    registered: bool,
    /// The passwords of which one must be the account's; empty where it may have none.
    possible: Vec<&'static str>,
    /// The longest that anybody waited for an answer.
    pub(crate) longest: Duration,
}

impl Life {
    /// Every flow and every call of an operator, until one fails.
    pub(crate) async fn live(&mut self, portal: &Portal) -> Result<(), Error> {
        self.begin(portal).await?;
        self.live_on(portal).await
    }

    /// From the registration to the first log-in.
    pub(crate) async fn begin(&mut self, portal: &Portal) -> Result<(), Error> {
        let (service, directory, to) = (&portal.service, &portal.directory, email(NAME));
        let person = Registration::new(address(NAME));
        let id = self.timed(directory.register(person)).await.map_err(problem)?;
        self.registered = true;
        self.timed(service.invite(&id)).await?;

        let request = self.timed(service.request_activation(&to, &here())).await?;
        portal.settle().await;
        portal.clock.turn(Duration::from_secs(61));
        self.timed(service.resend_code(&request.handle, &here())).await?;
        portal.settle().await;
        let code = portal.last_code(&to).unwrap();
        let wrong = other_than(&code);
        refused(self.timed(service.activate(&request.handle, &wrong, new(SHORT), &here())).await)?;
        self.possible = vec![SHORT];
        self.timed(service.activate(&request.handle, &code, new(SHORT), &here())).await?;
        refused(self.timed(service.activate(&request.handle, &code, new(SECOND), &here())).await)?;

        refused(self.timed(portal.log_in(NAME, "feil", 1)).await)?;
        self.timed(portal.log_in(NAME, SHORT, 1)).await.map(drop)
    }

    /// From the first log-in on: changes, a recovery, and what operators do.
    pub(crate) async fn live_on(&mut self, portal: &Portal) -> Result<(), Error> {
        let (service, directory, to) = (&portal.service, &portal.directory, email(NAME));
        let login = self.timed(portal.log_in(NAME, SHORT, 1)).await?;
        let id = login.account_id;
        assert!(self.timed(service.is_current(&id, &login.credential_version)).await?);
        self.possible = vec![SHORT, SECOND];
        self.timed(service.change_password(&id, secret(SHORT), new(SECOND), &here())).await?;
        self.possible = vec![SECOND];
        assert!(!self.timed(service.is_current(&id, &login.credential_version)).await?);

        let request = self.timed(service.request_recovery(&to, &here())).await?;
        portal.settle().await;
        let code = portal.last_code(&to).unwrap();
        self.possible = vec![SECOND, THIRD];
        self.timed(service.recover(&request.handle, &code, new(THIRD), &here())).await?;
        self.possible = vec![THIRD];

        self.timed(directory.suspend(&id)).await?;
        refused(self.timed(portal.log_in(NAME, THIRD, 1)).await)?;
        self.timed(directory.resume(&id)).await?;
        let contacts = vec![to.clone(), email("ola.nordmann@example.no")];
        self.timed(directory.replace_contacts(&id, contacts)).await.map_err(problem)?;
        let others = [Registration::new(address("kari@example.no")), Registration::new(address(NAME))];
        self.timed(directory.register_all(others)).await?;
        self.timed(service.lift_throttle(&to, &here())).await?;
        self.timed(directory.accounts_after(None, 10)).await?;
        self.timed(service.purge()).await.map(drop)
    }

    /// Nothing is half done, the password is one that was chosen last, and the owner gets in again with the same service.
    pub(crate) async fn goes_on(&mut self, portal: &Portal) -> Result<(), Error> {
        // Where setting a password failed, the service looks again for a minute whether it took effect: nobody waits for that.
        let _ = portal.service.drain(Duration::from_secs(2)).await;
        let to = email(NAME);
        let account = match portal.directory.find(&to).await? {
            Found::One(account) => account,
            Found::Nobody if !self.registered => {
                let registered = portal.directory.register(Registration::new(address(NAME))).await;
                // The server may carry out what it was asked before the connection was cut only now.
                assert!(
                    matches!(registered, Ok(_) | Err(RegistrationProblem::EmailTaken(_))),
                    "{registered:?}"
                );
                self.registered = true;
                return Box::pin(self.goes_on(portal)).await;
            }
            other => panic!("{other:?}"),
        };
        assert!(account.contacts.iter().any(|contact| contact.is_same_as(&to)));
        assert_eq!(account.password.is_none(), account.state == AccountState::Pending, "{account:?}");
        if account.state == AccountState::Suspended {
            portal.directory.resume(&account.id).await?;
        }
        let mut right = Vec::new();
        for password in [SHORT, SECOND, THIRD] {
            portal.clock.turn(DAY);
            match portal.log_in(NAME, password, 1).await {
                Ok(_) => right.push(password),
                Err(Error::CredentialsRejected) => {}
                Err(error) => return Err(error),
            }
        }
        match account.password {
            Some(_) => assert!(right.len() == 1 && self.possible.contains(&right[0]), "{right:?}: {self:?}"),
            // Before the first password is set, and where setting it failed.
            None => {
                assert!(right.is_empty() && matches!(self.possible[..], [] | [SHORT]), "{right:?}: {self:?}")
            }
        }
        portal.clock.turn(DAY);
        let before = portal.outbox.messages_to(&to).len();
        let request = match account.state {
            AccountState::Pending => portal.service.request_activation(&to, &here()).await?,
            _ => portal.service.request_recovery(&to, &here()).await?,
        };
        let code = portal.code_after(&to, before).await;
        match account.state {
            AccountState::Pending => {
                portal.service.activate(&request.handle, &code, new(LAST), &here()).await?
            }
            _ => portal.service.recover(&request.handle, &code, new(LAST), &here()).await?,
        };
        portal.log_in(NAME, LAST, 1).await.map(drop)
    }

    async fn timed<T>(&mut self, call: impl Future<Output = T>) -> T {
        let began = Instant::now();
        let answer = call.await;
        self.longest = self.longest.max(began.elapsed());
        answer
    }
}

/// What was to be refused: an error is one where the service was out of order.
fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> Result<(), Error> {
    match answer {
        Err(Error::CredentialsRejected | Error::CodeRejected(_)) => Ok(()),
        Err(error) => Err(error),
        Ok(done) => panic!("{done:?}"),
    }
}

fn problem(problem: RegistrationProblem) -> Error {
    match problem {
        RegistrationProblem::Backend(error) => Error::Backend(error),
        other => {
            Error::Backend(BackendError::new(vestibule::error::BackendErrorKind::Other, other.to_string()))
        }
    }
}
