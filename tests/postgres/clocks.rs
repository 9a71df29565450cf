//! Two machines whose clocks are five minutes apart: the time that the application gives decides.

use std::sync::Arc;
use std::time::Duration;

use vestibule::Error;
use vestibule::code::CodeProblem;

use crate::database::{Database, email, ola};
use crate::servers::postgres::PostgresServer;
use crate::service::Portal;
use crate::world::{PASSWORD, other_than};

const APART: Duration = Duration::from_secs(5 * 60);

/// One machine whose clock is right, and one whose clock is ahead.
async fn machines(server: &PostgresServer) -> (Portal, Portal) {
    let database = Database::new(server).await;
    let (right, ahead) = (Portal::new(&database.pool), Portal::new(&database.pool));
    ahead.clock.turn(APART);
    right.directory.register(ola()).await.unwrap();
    (right, ahead)
}

pub(crate) async fn tries_and_single_use_do_not_depend_on_them(server: Arc<PostgresServer>) {
    let (right, ahead) = machines(&server).await;
    let to = email("ola@example.no");
    let request = right.request(&to).await.unwrap();
    right.settle().await;
    let code = right.last_code(&to).unwrap();
    for number in 0..9 {
        let machine = if number % 2 == 0 { &right } else { &ahead };
        machine.activate(&request, &other_than(&code)).await.unwrap_err();
    }
    ahead.activate(&request, &code).await.unwrap();
    right.activate(&request, &code).await.unwrap_err();
    right.log_in("ola@example.no", PASSWORD, 1).await.unwrap();
}

pub(crate) async fn a_code_lives_as_long_as_the_asked_machine_says(server: Arc<PostgresServer>) {
    let (right, ahead) = machines(&server).await;
    let to = email("ola@example.no");
    let request = right.request(&to).await.unwrap();
    right.settle().await;
    let code = right.last_code(&to).unwrap();
    right.clock.turn(Duration::from_secs(6 * 60));
    ahead.clock.turn(Duration::from_secs(6 * 60));
    let expired = ahead.activate(&request, &code).await.unwrap_err();
    assert!(matches!(expired, Error::CodeRejected(CodeProblem::Expired)), "{expired:?}");
    right.activate(&request, &code).await.unwrap();
}

pub(crate) async fn waits_are_shortened_by_the_difference_and_never_longer_than_their_schedule(
    server: Arc<PostgresServer>,
) {
    let (right, ahead) = machines(&server).await;
    let to = email("ola@example.no");
    let request = right.request(&to).await.unwrap();
    right.settle().await;
    right.activate(&request, &right.last_code(&to).unwrap()).await.unwrap();
    for _ in 0..5 {
        right.log_in("ola@example.no", "feil", 1).await.unwrap_err();
    }
    let waiting = right.log_in("ola@example.no", PASSWORD, 1).await.unwrap_err();
    assert!(
        matches!(waiting, Error::Throttled { retry_after } if retry_after.as_secs() == 30),
        "{waiting:?}"
    );
    // For the machine ahead, the thirty seconds are over: each wait can be jumped once, by one try.
    let one = ahead.log_in("ola@example.no", "feil", 1).await.unwrap_err();
    assert!(matches!(one, Error::CredentialsRejected), "{one:?}");
    for machine in [&ahead, &right] {
        let waiting = machine.log_in("ola@example.no", PASSWORD, 1).await.unwrap_err();
        assert!(
            matches!(waiting, Error::Throttled { retry_after } if retry_after.as_secs() == 60),
            "{waiting:?}"
        );
    }
    // What the machine ahead recorded in the future keeps nobody out for longer than that.
    right.clock.turn(Duration::from_secs(61) + APART);
    right.log_in("ola@example.no", PASSWORD, 1).await.unwrap();
}
