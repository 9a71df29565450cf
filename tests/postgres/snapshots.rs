//! What Redis forgets, with the directory in PostgreSQL: codes under way and counts, and never that a code was used.

use std::sync::Arc;
use std::time::{Duration, Instant};

use redis::{Client, cmd};
use vestibule::code::{CodeProblem, Purpose};
use vestibule::event::{CodeRefusal, EventKind};
use vestibule::{CodeRequest, Error, Settings};

use crate::database::{Database, email, ola};
use crate::servers::postgres::PostgresServer;
use crate::servers::redis::RedisServer;
use crate::service::Portal;
use crate::world::{ANOTHER, PASSWORD, here, new};

type Both = (Arc<PostgresServer>, RedisServer);

async fn portal(database: &Database, redis: &RedisServer) -> Portal {
    Portal::with_redis(&database.pool, redis.url(), "snapshots:", Settings::default()).await
}

/// Asks for a code, and gives what is needed to redeem it.
async fn asked(portal: &Portal, purpose: Purpose) -> (CodeRequest, vestibule::Code) {
    let to = email("ola@example.no");
    let request = match purpose {
        Purpose::Activation => portal.service.request_activation(&to, &here()).await.unwrap(),
        Purpose::Recovery => portal.service.request_recovery(&to, &here()).await.unwrap(),
    };
    portal.settle().await;
    (request, portal.last_code(&to).unwrap())
}

/// Ends Redis without warning, and waits until the portal reaches the next one.
async fn killed_and_restarted(redis: &RedisServer, portal: &Portal) {
    redis.kill();
    redis.restart();
    let began = Instant::now();
    while portal.service.purge().await.is_err() {
        assert!(began.elapsed() < Duration::from_secs(10), "Redis is reached again");
    }
}

fn refusals(portal: &Portal) -> Vec<CodeRefusal> {
    let events = portal.events.take().into_iter();
    events
        .filter_map(|event| match event.kind {
            EventKind::CodeRefused { reason, .. } => Some(reason),
            _ => None,
        })
        .collect()
}

/// The row comes back untaken, armed, and with all its tries: the code is right in all that Redis knows. It is dead by
/// the version of the credential, which redeeming it replaced.
pub(crate) async fn a_code_that_was_used_is_dead_though_its_row_comes_back_from_a_snapshot(
    (server, redis): Both,
) {
    let database = Database::new(&server).await;
    let portal = portal(&database, &redis).await;
    let id = portal.directory.register(ola()).await.unwrap();
    for (purpose, password) in [(Purpose::Activation, PASSWORD), (Purpose::Recovery, ANOTHER)] {
        let (request, code) = asked(&portal, purpose).await;
        let mut connection =
            Client::open(redis.url()).unwrap().get_multiplexed_async_connection().await.unwrap();
        let () = cmd("SAVE").query_async(&mut connection).await.unwrap();
        let redeem = async |password| match purpose {
            Purpose::Activation => {
                portal.service.activate(&request.handle, &code, new(password), &here()).await
            }
            Purpose::Recovery => portal.service.recover(&request.handle, &code, new(password), &here()).await,
        };
        redeem(password).await.unwrap();
        let login = portal.log_in("ola@example.no", password, 1).await.unwrap();
        portal.settle().await;
        redeem("hun som lytter ved døren").await.unwrap_err();
        assert_eq!(refusals(&portal), [CodeRefusal::Used]);

        killed_and_restarted(&redis, &portal).await;
        for tries_left in (0..10).rev() {
            let again = redeem("hun som lytter ved døren").await.unwrap_err();
            assert!(
                matches!(again, Error::CodeRejected(CodeProblem::Wrong { tries_left: left }) if left == tries_left),
                "{again:?}"
            );
        }
        assert_eq!(refusals(&portal), [CodeRefusal::AccountChanged; 10], "the row was not taken any more");
        portal.log_in("ola@example.no", password, 2).await.unwrap();
        assert!(portal.service.is_current(&id, &login.credential_version).await.unwrap());
    }
}

/// What the module says about a server without a file.
pub(crate) async fn a_redis_without_a_file_forgets_codes_and_counts_and_nothing_else((server, redis): Both) {
    let database = Database::new(&server).await;
    let portal = portal(&database, &redis).await;
    portal.directory.register(ola()).await.unwrap();
    let (request, code) = asked(&portal, Purpose::Activation).await;
    portal.activate(&request, &code).await.unwrap();
    let login = portal.log_in("ola@example.no", PASSWORD, 1).await.unwrap();
    for _ in 0..5 {
        portal.log_in("ola@example.no", "feil", 1).await.unwrap_err();
    }
    let waiting = portal.log_in("ola@example.no", PASSWORD, 1).await.unwrap_err();
    assert!(matches!(waiting, Error::Throttled { .. }), "{waiting:?}");
    let (request, code) = asked(&portal, Purpose::Recovery).await;
    assert_eq!(refusals(&portal), []);

    killed_and_restarted(&redis, &portal).await;
    // The code under way is refused as one that has expired, which is what any handle gets that is not known.
    let lost = portal.service.recover(&request.handle, &code, new(ANOTHER), &here()).await.unwrap_err();
    assert!(matches!(lost, Error::CodeRejected(CodeProblem::Expired)), "{lost:?}");
    assert_eq!(refusals(&portal), [CodeRefusal::Unknown]);
    // Nobody waits any more: whoever was guessing has fresh tries, and so has the owner.
    portal.log_in("ola@example.no", PASSWORD, 1).await.unwrap();
    assert!(portal.service.is_current(&login.account_id, &login.credential_version).await.unwrap());
    let (request, code) = asked(&portal, Purpose::Recovery).await;
    portal.service.recover(&request.handle, &code, new(ANOTHER), &here()).await.unwrap();
    portal.log_in("ola@example.no", ANOTHER, 1).await.unwrap();
}
