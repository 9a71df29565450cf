//! What happens in a flow, step by step. Each step to a port is one that the running service was seen to take, in this
//! order; so is each hash.

mod drawing;
mod walk;

use self::drawing::draw;
use self::walk::is_what_happens;

/// One row of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// The application calls; what is written in brackets is what it gives.
    Asks(Call, &'static str),
    /// Nothing is asked and counted before this.
    Within(&'static str),
    /// The service asks a port.
    Port(&'static str, &'static str),
    /// A password is hashed.
    Hash(&'static str),
    /// The application has its answer.
    Answers(&'static str),
    /// Something reaches the person.
    Arrives(&'static str),
}

/// What the application calls.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    RequestActivation,
    Activate,
    RequestRecovery,
    Recover,
    LogIn,
    IsCurrent,
}

use Step::*;

const ACTIVATION: [Step; 20] = flow(
    Asks(Call::RequestActivation, "contact"),
    "an account that waits for its first password",
    Asks(Call::Activate, "handle, code, new password"),
    Answers("Redeemed: not logged in"),
);

const RECOVERY: [Step; 20] = flow(
    Asks(Call::RequestRecovery, "contact"),
    "an active account",
    Asks(Call::Recover, "handle, code, new password"),
    Answers("Redeemed: every session has ended"),
);

/// Activation and recovery differ in what they are called, and in whom they are for.
const fn flow(request: Step, who: &'static str, redeem: Step, redeemed: Step) -> [Step; 20] {
    [
        request,
        Port("throttle_store.charge", "the source and the typed contact"),
        Port("code_store.insert", "a row, the same for everybody"),
        Answers("CodeRequest, whoever asked"),
        Port("user_directory.find", who),
        Port("throttle_store.charge", "the account"),
        Port("code_store.arm", "a keyed MAC of the code"),
        Port("code_sender.send", "the code, to the registered spelling"),
        Arrives("a code, by e-mail or SMS"),
        redeem,
        Within("the rules for the password: a refusal spends no try"),
        Port("code_store.count_attempt", "a try is counted, then compared"),
        Port("user_directory.get", "the account as it is now"),
        Hash("one hash, on a thread of its own"),
        Port("user_directory.replace_credential", "only where the version is as it was"),
        Port("throttle_store.lift", "the row of failed log-ins is over"),
        Port("code_store.take", "used up"),
        redeemed,
        Port("code_sender.send", "to every registered contact"),
        Arrives("a notice that a password was set"),
    ]
}

const LOG_IN: [Step; 9] = [
    Asks(Call::LogIn, "e-mail address, password"),
    Port("throttle_store.charge", "counted before it is judged"),
    Port("user_directory.find", "known or not"),
    Hash("one hash, whoever it is"),
    Port("throttle_store.refund", "a success takes back its own charge"),
    Answers("Login: id, credential version, device token"),
    Asks(Call::IsCurrent, "id, credential version: at each request"),
    Port("user_directory.get", "the account as it is now"),
    Answers("whether the session lives on"),
];

/// The steps of each call of the application.
fn calls_of(steps: &[Step]) -> Vec<&[Step]> {
    let starts: Vec<_> = (0..steps.len()).filter(|at| matches!(steps[*at], Asks(..))).collect();
    let ends = starts.iter().skip(1).copied().chain([steps.len()]);
    starts.iter().zip(ends).map(|(start, end)| &steps[*start..end]).collect()
}

#[tokio::test]
async fn the_picture_of_activation_shows_what_happens() {
    is_what_happens(&ACTIVATION).await;
    draw("activation", "Activation, step by step", &ACTIVATION);
}

#[tokio::test]
async fn the_picture_of_recovery_shows_what_happens() {
    is_what_happens(&RECOVERY).await;
    draw("recovery", "Recovery, step by step", &RECOVERY);
}

#[tokio::test]
async fn the_picture_of_a_log_in_shows_what_happens() {
    is_what_happens(&LOG_IN).await;
    draw("log_in", "Logging in, and every request after it", &LOG_IN);
}
