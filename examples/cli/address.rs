//! Where the database is: a SQLite file, or a PostgreSQL server.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use sqlx::postgres::PgConnectOptions;

use crate::keys::beside;
use crate::screen::plain;

/// Where the database is.
#[derive(Clone, Debug)]
pub enum Address {
    Sqlite(PathBuf),
    Postgres(Box<PgConnectOptions>),
}

/// It is the address of no database that this program knows.
#[derive(Clone, Copy, Debug)]
pub struct UnknownAddress;

impl Address {
    /// Reads a path, `sqlite:` and a path, or `postgres://user@host/database`. What the latter leaves out is taken from
    /// the variables that PostgreSQL's own programs read, such as `PGPASSWORD`.
    pub fn read(typed: &OsStr) -> Result<Self, UnknownAddress> {
        let Some(text) = typed.to_str() else { return Ok(Self::Sqlite(PathBuf::from(typed))) };
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() { Err(UnknownAddress) } else { Ok(Self::Sqlite(PathBuf::from(path))) };
        }
        if ["postgres:", "postgresql:"].iter().any(|scheme| text.starts_with(scheme)) {
            if !text.contains("://") {
                return Err(UnknownAddress);
            }
            let options: PgConnectOptions = text.parse().map_err(|_| UnknownAddress)?;
            let named = options.get_database().is_some_and(|name| !name.is_empty());
            return if named { Ok(Self::Postgres(Box::new(options))) } else { Err(UnknownAddress) };
        }
        if text.contains("://") || text.is_empty() {
            Err(UnknownAddress)
        } else {
            Ok(Self::Sqlite(PathBuf::from(text)))
        }
    }

    /// As it may be shown: without user and password.
    pub fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => plain(&path.to_string_lossy()),
            Self::Postgres(options) => {
                let database = options.get_database().unwrap_or_default();
                plain(&format!("postgres://{}/{database}", options.get_host()))
            }
        }
    }

    /// A file that belongs to the database: beside a SQLite file, and in the working directory by the name of a database
    /// on a server.
    pub fn companion(&self, ending: &str) -> PathBuf {
        match self {
            Self::Sqlite(path) => beside(path, ending),
            Self::Postgres(options) => {
                let name = options.get_database().unwrap_or_default();
                let name: String = name
                    .chars()
                    .map(|c| if c.is_alphanumeric() || "-_".contains(c) { c } else { '_' })
                    .collect();
                PathBuf::from(OsString::from(format!("{name}{ending}")))
            }
        }
    }
}
