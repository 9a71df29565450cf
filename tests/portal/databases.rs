//! On real servers: PostgreSQL, with Redis beside it, and two programs on one database.
//!
//! Each test starts servers of its own, so that it may kill them.

use libtest_mimic::{Completion, Trial};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

use crate::client::{ANOTHER, Client, PASSWORD};
use crate::life::whole_life;
use crate::program::{LOOKS, PAUSE, Portal, refused};
use crate::servers::Missing;
use crate::servers::postgres::PostgresServer;
use crate::servers::redis::RedisServer;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("a_whole_life_on_postgresql", lives_on_postgresql),
        trial("a_whole_life_on_postgresql_and_redis", lives_on_both),
        trial("a_whole_life_on_sqlite_and_redis", life_on_sqlite_and_redis),
        trial("two_programs_on_one_database_are_one_portal", two_programs),
        trial("programs_that_start_at_once_on_a_fresh_database_all_run", starts_at_once),
        trial("servers_that_cannot_be_used_are_refused_with_a_sentence", unusable),
        trial("a_postgresql_that_is_killed_shows_and_comes_back", killed_postgresql),
        trial("a_redis_that_is_killed_shows_and_comes_back", killed_redis),
    ]
}

fn trial<F: Future<Output = Result<(), Missing>>>(
    name: &str,
    test: impl FnOnce() -> F + Send + 'static,
) -> Trial {
    Trial::ignorable_test(format!("{}::{name}", module_path!()), move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        match runtime.block_on(test()) {
            Ok(()) => Ok(Completion::Completed),
            Err(Missing(reason)) if crate::servers_are_required() => Err(reason.into()),
            Err(Missing(reason)) => Ok(Completion::ignored_with(reason)),
        }
    })
}

const EMAIL: &str = "anne.hansen@example.com";
const TYPED: &str = "900 00 200";
const PHONE: &str = "+4790000200";

/// The address of an empty database.
async fn database(server: &PostgresServer) -> String {
    let name = server.fresh_name();
    let mut connection = PgConnection::connect(server.maintenance_url()).await.unwrap();
    let create = AssertSqlSafe(format!("create database {name}"));
    sqlx::raw_sql(create).execute(&mut connection).await.unwrap();
    server.url(&name)
}

async fn lives_on_postgresql() -> Result<(), Missing> {
    let server = PostgresServer::start()?;
    for (typed, registered) in [(EMAIL, EMAIL), (TYPED, PHONE)] {
        let portal = Portal::start_with(&[("DATABASE_URL", &database(&server).await)]);
        whole_life(&portal, typed, registered).await;
        assert!(!portal.folder.path().join("portal.db").exists(), "nothing is kept in a file");
    }
    Ok(())
}

async fn lives_on_both() -> Result<(), Missing> {
    let (server, redis) = (PostgresServer::start()?, RedisServer::start()?);
    let url = database(&server).await;
    let portal = Portal::start_with(&[("DATABASE_URL", &url), ("REDIS_URL", redis.url())]);
    whole_life(&portal, EMAIL, EMAIL).await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    for table in ["codes", "throttles"] {
        let count = AssertSqlSafe(format!("select count(*) from vestibule.{table}"));
        let rows: i64 = sqlx::query_scalar(count).fetch_one(&mut connection).await.unwrap();
        assert_eq!(rows, 0, "{table} are in Redis");
    }
    Ok(())
}

async fn life_on_sqlite_and_redis() -> Result<(), Missing> {
    let redis = RedisServer::start_own(&["--save", "", "--appendonly", "no"])?;
    let portal = Portal::start_with(&[("REDIS_URL", redis.url())]);
    whole_life(&portal, TYPED, PHONE).await;
    Ok(())
}

/// Two programs that share a database and a key file.
fn start_two(url: &str, keys: &TempDir) -> [Portal; 2] {
    let key_file = keys.path().join("key");
    let variables = [("DATABASE_URL", url), ("PORTAL_KEY_FILE", key_file.to_str().unwrap())];
    [Portal::start_with(&variables), Portal::start_with(&variables)]
}

async fn two_programs() -> Result<(), Missing> {
    let server = PostgresServer::start()?;
    let keys = tempfile::tempdir().unwrap();
    let [one, two] = start_two(&database(&server).await, &keys);
    // What was asked for at one is redeemed at the other.
    let mut anne = one.client();
    anne.ask_for_code("/activate", EMAIL).await;
    let code = one.code_number(1, EMAIL).await;
    anne.turn_to(&two);
    assert_eq!(
        anne.redeem("/activate", &code, PASSWORD, PASSWORD).await.location(),
        "/login?after=activated"
    );
    assert_eq!(anne.log_in(EMAIL, PASSWORD).await.location(), "/account");
    anne.turn_to(&one);
    anne.get("/account").await.says("Hei, Anne Hansen");

    // A password that is changed at one ends sessions at the other.
    let mut elsewhere = two.client();
    assert_eq!(elsewhere.log_in(EMAIL, PASSWORD).await.location(), "/account");
    let change = [("current_password", PASSWORD), ("new_password", ANOTHER), ("confirm_password", ANOTHER)];
    anne.submit("/account/password", &change).await.says("Passordet er endret");
    assert_eq!(elsewhere.get("/account").await.location(), "/login?after=ended");
    anne.submit("/logout", &[]).await;
    anne.turn_to(&two);
    assert_eq!(anne.get("/account").await.location(), "/login");

    // Failures count, wherever they happen.
    let (mut here, mut there) = (one.client(), two.client());
    for _ in 0..3 {
        assert_eq!(here.log_in(EMAIL, "helt feil passord, men langt").await.status, 401);
    }
    for _ in 0..2 {
        assert_eq!(there.log_in(EMAIL, "helt feil passord, men langt").await.status, 401);
    }
    assert_eq!(here.log_in(EMAIL, ANOTHER).await.status, 429);
    Ok(())
}

async fn starts_at_once() -> Result<(), Missing> {
    let server = PostgresServer::start()?;
    let (url, keys) = (database(&server).await, tempfile::tempdir().unwrap());
    let starts = [(); 3].map(|()| {
        let (url, key_file) = (url.clone(), keys.path().join("key"));
        std::thread::spawn(move || {
            Portal::start_with(&[("DATABASE_URL", &url), ("PORTAL_KEY_FILE", key_file.to_str().unwrap())])
        })
    });
    let portals = starts.map(|start| start.join().unwrap());
    for portal in &portals {
        assert_eq!(portal.client().get("/healthz").await.status, 200);
    }
    let people = sqlx::query_scalar::<_, i64>("select count(*) from vestibule.accounts");
    let people = people.fetch_one(&mut PgConnection::connect(&url).await.unwrap()).await.unwrap();
    let lines = include_str!("../../examples/portal/members.csv").lines().count();
    assert_eq!(usize::try_from(people).unwrap(), lines - 1, "everybody is registered once");
    Ok(())
}

async fn unusable() -> Result<(), Missing> {
    let server = PostgresServer::start_durable()?;
    let locked = RedisServer::start_own(&["--requirepass", "another"])?;
    let forgetful = RedisServer::start_own(&["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"])?;
    let url = server.maintenance_url();
    let folder = tempfile::tempdir().unwrap();
    for (name, value, says) in [
        ("DATABASE_URL", url.replace("postgres@", "locked:secret@"), "password"),
        ("DATABASE_URL", url.replace("/postgres?", "/nowhere?"), "no such"),
        ("REDIS_URL", format!("{}?pass=secret", locked.url()), "authentication"),
        ("REDIS_URL", forgetful.url().to_owned(), "noeviction"),
    ] {
        let output = refused(folder.path(), &[(name, &value)]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{value}: {said}");
        assert!(said.contains(name) && said.contains(says) && said.trim().ends_with('.'), "{value}: {said}");
        assert!(!said.contains("secret") && !said.contains("panicked"), "{value}: {said}");
    }
    Ok(())
}

/// Connections are made anew when they are asked for next: the first may come too early.
async fn assert_well(client: &mut Client) {
    for _ in 0..LOOKS {
        if client.get("/healthz").await.status == 200 {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("/healthz says that it is not well");
}

async fn killed_postgresql() -> Result<(), Missing> {
    let server = PostgresServer::start_durable()?;
    let portal = Portal::start_with(&[("DATABASE_URL", &database(&server).await)]);
    let mut anne = portal.client();
    anne.enter(&portal, EMAIL).await;
    assert_eq!(anne.get("/healthz").await.body, r#"{"database":"answers"}"#);
    server.kill();
    let health = anne.get("/healthz").await;
    assert_eq!((health.status.as_u16(), health.body.as_str()), (503, r#"{"database":"does not answer"}"#));
    let page = anne.get("/account").await;
    assert_eq!(page.status, 503);
    assert!(!page.header("retry-after").is_empty());
    page.says("<!doctype html>").says("Det er stor pågang");
    let page = portal.client().log_in(EMAIL, PASSWORD).await;
    assert_eq!(page.status, 503, "{}", page.body);
    assert!(!page.header("retry-after").is_empty());
    page.says("role=\"alert\"").says(&format!("value=\"{EMAIL}\""));

    server.restart();
    assert_well(&mut anne).await;
    anne.get("/account").await.says("Hei, Anne Hansen");
    assert_eq!(portal.client().log_in(EMAIL, PASSWORD).await.status, 303);
    Ok(())
}

async fn killed_redis() -> Result<(), Missing> {
    let redis = RedisServer::start_own(&["--save", "", "--appendonly", "yes", "--appendfsync", "always"])?;
    let portal = Portal::start_with(&[("REDIS_URL", redis.url())]);
    let mut anne = portal.client();
    anne.enter(&portal, EMAIL).await;
    assert_eq!(anne.get("/healthz").await.body, r#"{"database":"answers","redis":"answers"}"#);
    redis.kill();
    let health = anne.get("/healthz").await;
    assert_eq!(health.status, 503);
    assert_eq!(health.body, r#"{"database":"answers","redis":"does not answer"}"#);
    anne.get("/account").await.says("Hei, Anne Hansen");
    assert_eq!(portal.client().log_in(EMAIL, PASSWORD).await.status, 503);
    redis.restart();
    assert_well(&mut anne).await;
    assert_eq!(portal.client().log_in(EMAIL, PASSWORD).await.status, 303);
    Ok(())
}
