//! Connections that are cut: at every statement in turn, before it and after it.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;

use crate::database::{Database, email, ola, pool_with};
use crate::life::Life;
use crate::servers::postgres::PostgresServer;
use crate::service::Portal;
use crate::severing::{Cut, Severing};
use crate::world::PASSWORD;

/// How many lives are lived at once: background work that fails waits a second before it is tried again.
const AT_ONCE: i64 = 15;

/// Which part of a life is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Beginning,
    Later,
}

/// A life with one connection that is cut at the nth message. Says whether there were so many messages.
async fn life_with_a_cut(server: &PostgresServer, part: Part, cut: Cut, nth: i64) -> bool {
    let database = Database::new(server).await;
    let severing = Severing::in_front_of(server.socket(), cut);
    let pool: PgPool = pool_with(database.options().socket(severing.folder()), 2);
    let portal = Portal::new(&pool);
    let mut life = Life::default();
    if part == Part::Later {
        life.begin(&portal).await.unwrap();
        portal.settle().await;
    }
    severing.cut_at(nth);
    let outcome = match part {
        Part::Beginning => life.begin(&portal).await,
        Part::Later => life.live_on(&portal).await,
    };
    assert!(life.longest < Duration::from_secs(10), "{cut:?} {nth}: {:?}", life.longest);
    let was_cut = severing.heal();
    assert!(was_cut || outcome.is_ok(), "{cut:?} {nth}: {outcome:?}");
    // The application goes on with the same pool, whatever happened to one of its connections.
    let again = life.goes_on(&portal).await;
    assert!(again.is_ok(), "{cut:?} {nth}: {outcome:?} {again:?}");
    was_cut
}

async fn cut_in_turn(server: &Arc<PostgresServer>, part: Part, cut: Cut) {
    for first in (0..).step_by(AT_ONCE as usize) {
        let lives: Vec<_> = (first..first + AT_ONCE)
            .map(|nth| {
                let server = Arc::clone(server);
                tokio::spawn(async move { life_with_a_cut(&server, part, cut, nth).await })
            })
            .collect();
        let mut cuts = 0;
        for life in lives {
            cuts += i64::from(life.await.unwrap());
        }
        if cuts < AT_ONCE {
            println!("{} messages", first + cuts);
            assert!(first + cuts >= 40, "a life is more than {first} messages");
            return;
        }
    }
}

pub(crate) async fn one_cut_before_any_statement_is_answered_and_forgotten(server: Arc<PostgresServer>) {
    cut_in_turn(&server, Part::Beginning, Cut::Before).await;
}

pub(crate) async fn one_cut_after_any_statement_is_answered_and_forgotten(server: Arc<PostgresServer>) {
    cut_in_turn(&server, Part::Beginning, Cut::After).await;
}

pub(crate) async fn one_cut_before_any_later_statement_is_answered_and_forgotten(
    server: Arc<PostgresServer>,
) {
    cut_in_turn(&server, Part::Later, Cut::Before).await;
}

pub(crate) async fn one_cut_after_any_later_statement_is_answered_and_forgotten(server: Arc<PostgresServer>) {
    cut_in_turn(&server, Part::Later, Cut::After).await;
}

pub(crate) async fn all_that_the_server_ends_at_once_are_replaced(server: Arc<PostgresServer>) {
    let database = Database::new(&server).await;
    let portal = Portal::new(&database.pool);
    portal.directory.register(ola()).await.unwrap();
    let request = portal.request(&email("ola@example.no")).await.unwrap();
    portal.settle().await;
    let code = portal.last_code(&email("ola@example.no")).unwrap();
    portal.activate(&request, &code).await.unwrap();
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
