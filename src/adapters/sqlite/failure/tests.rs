use std::borrow::Cow;
use std::error::Error as StdError;
use std::io;

use sqlx::error::ErrorKind;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Row};

use super::*;
use BackendErrorKind::{Busy, Corrupt, Misconfigured, Other, Unavailable};

/// An answer that no test can bring SQLite to give: of a failing disk, say.
#[derive(Debug)]
struct Answered(u32);

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl StdError for Answered {}

impl DatabaseError for Answered {
    fn message(&self) -> &str {
        "something went wrong"
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.0.to_string().into())
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }

    fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self
    }
}

fn answered(code: u32) -> BackendError {
    failed(sqlx::Error::Database(Box::new(Answered(code))))
}

fn assert_says(error: &BackendError, kind: BackendErrorKind, advice: &str) {
    assert_eq!(error.kind(), kind, "{error:?}");
    assert!(error.to_string().contains(advice), "{error:?}");
}

/// A database in memory, with one table of one row.
async fn database() -> SqliteConnection {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    sqlx::raw_sql("create table letters (name text); insert into letters values ('ola@example.no')")
        .execute(&mut connection)
        .await
        .unwrap();
    connection
}

/// The numbers are those of <https://www.sqlite.org/rescode.html>, the whole codes among them.
#[test]
fn each_answer_of_sqlite_is_of_its_kind_and_says_what_to_do() {
    for (codes, kind, advice) in [
        (&[5, 6, 261, 262, 517, 773][..], Busy, "locked by another connection"),
        (&[8, 264, 520, 776, 1032, 1288, 1544], Misconfigured, "read-only"),
        (&[3, 23, 279], Misconfigured, "check the rights of the process"),
        (&[14, 270, 526, 782], Unavailable, "could not be opened"),
        (&[26], Corrupt, "check the path"),
        (&[11, 267, 523, 779], Corrupt, "restore it from a backup"),
        (&[8458], Corrupt, "the file system of the SQLite database is damaged"),
        (&[13], Unavailable, "free space"),
        (&[10, 266, 522, 778, 4106], Unavailable, "check the disk"),
        (&[7], Unavailable, "out of memory"),
        (&[1, 2, 19, 21, 275], Other, "report this as a bug"),
    ] {
        for code in codes {
            assert_says(&answered(*code), kind, advice);
        }
    }
}

#[test]
fn what_sqlite_answered_is_the_source() {
    let source = answered(778).source().unwrap().to_string();
    assert_eq!(source, "SQLite answered 778: something went wrong");
}

#[test]
fn the_same_call_may_succeed_later_only_where_another_holds_a_lock() {
    for code in [5, 6, 261, 517, 262] {
        assert!(is_busy(&Answered(code)), "{code}");
    }
    for code in [0, 1, 8, 11, 13, 14, 26, 778] {
        assert!(!is_busy(&Answered(code)), "{code}");
    }
}

#[tokio::test]
async fn a_missing_table_or_column_is_a_schema_that_is_not_there_and_another_refusal_is_a_bug() {
    let mut connection = database().await;
    for (sql, kind, advice) in [
        ("select * from vestibule_accounts", Misconfigured, "call sqlite::migrate"),
        ("select colour from letters", Misconfigured, "call sqlite::migrate"),
        ("insert into letters (colour) values ('red')", Misconfigured, "call sqlite::migrate"),
        ("select from where", Other, "report this as a bug"),
    ] {
        let error = sqlx::raw_sql(sql).execute(&mut connection).await.unwrap_err();
        assert_says(&failed(error), kind, advice);
    }
}

#[tokio::test]
async fn a_column_that_is_missing_or_unreadable_is_told_apart_and_its_value_is_not_printed() {
    let mut connection = database().await;
    let row = sqlx::query("select name from letters").fetch_one(&mut connection).await.unwrap();
    let missing = row.try_get::<String, _>("colour").unwrap_err();
    assert_says(&failed(missing), Misconfigured, "lacks a column");
    let beyond = row.try_get::<String, _>(1).unwrap_err();
    assert_says(&failed(beyond), Misconfigured, "lacks a column");
    let unreadable = failed(row.try_get::<i64, _>("name").unwrap_err());
    assert_says(&unreadable, Corrupt, "restore the SQLite database from a backup");
    let undecodable = failed(sqlx::Error::Decode("ola@example.no is no number".into()));
    assert_says(&undecodable, Corrupt, "restore the SQLite database from a backup");
    for error in [unreadable, undecodable] {
        assert!(error.source().is_none() && !format!("{error:?}").contains("ola"), "{error:?}");
    }
}

#[test]
fn each_failure_of_the_driver_is_of_its_kind_and_says_what_to_do() {
    for (error, kind, advice) in [
        (sqlx::Error::PoolTimedOut, Busy, "more connections"),
        (sqlx::Error::PoolClosed, Unavailable, "close it after the service"),
        (sqlx::Error::WorkerCrashed, Unavailable, "try again"),
        (sqlx::Error::Io(io::ErrorKind::NotFound.into()), Unavailable, "check that the path exists"),
        (sqlx::Error::Configuration("ola".into()), Misconfigured, "see sqlite::connect_options"),
        (sqlx::Error::RowNotFound, Other, "report this as a bug"),
    ] {
        assert_says(&failed(error), kind, advice);
    }
    let unreached = failed(sqlx::Error::Io(io::ErrorKind::NotFound.into()));
    assert!(unreached.source().unwrap().is::<io::Error>(), "what the system said is kept");
}
