//! Connections that are cut: at every statement in turn, before it and after it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::PgPool;
use vestibule::ports::UserDirectory;
use vestibule::{AccountState, Error};

use crate::database::{Database, email, ola, pool_with};
use crate::servers::postgres::PostgresServer;
use crate::service::Portal;
use crate::severing::{Cut, Severing};
use crate::world::PASSWORD;

/// What the whole way from the request to the log-in came to, and how long its longest step took.
async fn walk(portal: &Portal) -> (Result<(), Error>, Duration) {
    let mut longest = Duration::ZERO;
    let outcome = async {
        let to = email("ola@example.no");
        let began = Instant::now();
        let request = portal.request(&to).await?;
        longest = longest.max(began.elapsed());
        portal.settle().await;
        let code = portal.last_code(&to).unwrap();
        let began = Instant::now();
        let activated = portal.activate(&request, &code).await;
        longest = longest.max(began.elapsed());
        activated?;
        let began = Instant::now();
        let log_in = portal.log_in("ola@example.no", PASSWORD, 1).await;
        longest = longest.max(began.elapsed());
        log_in.map(drop)
    };
    let outcome = outcome.await;
    portal.settle().await;
    (outcome, longest)
}

/// Walks with one connection that is cut at the nth message. Says whether there were so many messages.
async fn walk_with_a_cut(server: &PostgresServer, cut: Cut, nth: i64) -> bool {
    let database = Database::new(server).await;
    let id = database.directory().register(ola()).await.unwrap();
    let severing = Severing::in_front_of(server.socket(), cut);
    let pool: PgPool = pool_with(database.options().socket(severing.folder()), 2);
    let portal = Portal::new(&pool);
    severing.cut_at(nth);
    let (outcome, longest) = walk(&portal).await;
    assert!(longest < Duration::from_secs(10), "{cut:?} {nth}: {longest:?}");
    let was_cut = severing.heal();
    assert!(was_cut || outcome.is_ok(), "{cut:?} {nth}: {outcome:?}");

    let account = database.directory().get(&id).await.unwrap().unwrap();
    assert_eq!(account.password.is_some(), account.state == AccountState::Active);
    // The application goes on with the same pool, whatever happened to one of its connections.
    if account.state == AccountState::Active {
        let again = portal.log_in("ola@example.no", PASSWORD, 2).await;
        assert!(again.is_ok(), "{cut:?} {nth}: {outcome:?} {again:?}");
    } else {
        portal.clock.turn(Duration::from_secs(24 * 60 * 60));
        let (again, _) = walk(&portal).await;
        assert!(again.is_ok(), "{cut:?} {nth}: {outcome:?} {again:?}");
    }
    was_cut
}

/// Ten walks at a time: background work that fails waits a second before it is tried again.
async fn cut_in_turn(server: &Arc<PostgresServer>, cut: Cut) {
    for first in (0..).step_by(10) {
        let walks: Vec<_> = (first..first + 10)
            .map(|nth| {
                let server = Arc::clone(server);
                tokio::spawn(async move { walk_with_a_cut(&server, cut, nth).await })
            })
            .collect();
        let mut all_were_cut = true;
        for walk in walks {
            all_were_cut &= walk.await.unwrap();
        }
        if !all_were_cut {
            assert!(first >= 20, "a walk is more than {first} messages");
            return;
        }
    }
}

pub(crate) async fn one_cut_before_any_statement_is_answered_and_forgotten(server: Arc<PostgresServer>) {
    cut_in_turn(&server, Cut::Before).await;
}

pub(crate) async fn one_cut_after_any_statement_is_answered_and_forgotten(server: Arc<PostgresServer>) {
    cut_in_turn(&server, Cut::After).await;
}

pub(crate) async fn all_that_the_server_ends_at_once_are_replaced(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let portal = Portal::new(&database.pool);
    portal.directory.register(ola()).await.unwrap();
    let (outcome, _) = walk(&portal).await;
    outcome.unwrap();
    for _ in 0..5 {
        let other = Database::at(database.url.clone());
        other
            .run(
                "select pg_terminate_backend(pid) from pg_stat_activity \
                 where datname = current_database() and pid <> pg_backend_pid()",
            )
            .await;
        portal.log_in("ola@example.no", PASSWORD, 1).await.unwrap();
    }
}
