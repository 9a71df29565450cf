//! What people may be answered.

use vestibule::Error;
use vestibule::account::AccountState;
use vestibule::code::CodeProblem;

use crate::asking::{Answer, Given};
use crate::executor::FlowId;
use crate::reference::{Kind, Model};

/// Holds an answer to what the flow has done and seen.
pub fn judge(model: &mut Model, flow: FlowId, given: &Given) {
    let (verdict, problem) = match given {
        Ok(answer) => (Some(true), success(model, flow, answer)),
        Err(error) => {
            let is_verdict = matches!(
                error,
                Error::CredentialsRejected | Error::CurrentPasswordRejected | Error::CodeRejected(_)
            );
            (is_verdict.then_some(false), refusal(model, flow, error))
        }
    };
    model.flows[flow].verdict = verdict;
    if let Some(problem) = problem {
        model.violate(problem);
    }
}

fn success(model: &Model, flow: FlowId, answer: &Answer) -> Option<&'static str> {
    let asked = &model.flows[flow];
    match answer {
        Answer::LoggedIn(login) => {
            let Some(saw) = asked.saw else { return Some("somebody unknown logged in") };
            if saw.state == AccountState::Suspended {
                return Some("a suspended account logged in");
            }
            let active = saw.state == AccountState::Active && model.people[saw.person].id == login.account_id;
            (!saw.right || !active).then_some("a wrong password logged in")
        }
        Answer::Redeemed | Answer::Changed => {
            (!asked.replaced).then_some("a password was said to be set, and was not")
        }
        Answer::Current(current) => {
            let Kind::IsCurrent { person, generation } = asked.kind else { return None };
            let Some(saw) = asked.saw else { return current.then_some("a session of nobody lives") };
            let lives =
                saw.state == AccountState::Active && (saw.person, saw.generation) == (person, generation);
            (*current != lives).then_some("a session outlived a change of its account, or died without one")
        }
        Answer::Asked(_) | Answer::Done => None,
    }
}

fn refusal(model: &mut Model, flow: FlowId, error: &Error) -> Option<&'static str> {
    if let Error::Throttled { retry_after } = error {
        model.waits(*retry_after);
    }
    let asked = &model.flows[flow];
    if asked.replaced && !matches!(error, Error::Backend(_)) {
        return Some("a password was set, and the asker was refused");
    }
    match error {
        Error::CodeRejected(problem) => {
            let counted = asked.counted?;
            if let CodeProblem::Wrong { tries_left } = problem
                && *tries_left != counted.tries_left
            {
                return Some("a refusal tells another number of tries than are left");
            }
            let person = model.people.get(counted.person)?;
            let unchanged =
                person.generation == counted.generation && person.state != AccountState::Suspended;
            let good = counted.right && counted.alive && unchanged && !asked.faulted;
            good.then_some("a right code was refused")
        }
        Error::CredentialsRejected | Error::CurrentPasswordRejected => {
            let saw = asked.saw.filter(|saw| saw.right && saw.state == AccountState::Active)?;
            // A change may be overtaken by another.
            let overtaken = matches!(asked.kind, Kind::Change { .. })
                && model.people[saw.person].generation != saw.generation;
            (!overtaken && !asked.faulted).then_some("a right password was refused")
        }
        Error::Backend(_) => (!asked.faulted).then_some("out of order, and nothing went wrong"),
        _ => None,
    }
}
