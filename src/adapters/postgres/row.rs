//! A row of PostgreSQL, by its columns.

use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::error::BackendError;

use super::failure::{damaged, failed};
use super::rows::{Columns, Tables};

impl Columns for PgRow {
    fn text(&self, name: &str) -> Result<Option<&str>, BackendError> {
        self.try_get(name).map_err(failed)
    }

    /// Kept as its bytes: `text` refuses zero bytes.
    fn free_text(&self, name: &str) -> Result<Option<&[u8]>, BackendError> {
        self.bytes(name)
    }

    fn bytes(&self, name: &str) -> Result<Option<&[u8]>, BackendError> {
        self.try_get(name).map_err(failed)
    }

    fn number(&self, name: &str) -> Result<Option<i64>, BackendError> {
        self.try_get(name).map_err(failed)
    }

    fn damaged(table: &str) -> BackendError {
        damaged(&Self::table(table))
    }
}

impl Tables for PgRow {
    fn table(name: &str) -> String {
        format!("vestibule.{name}")
    }
}
