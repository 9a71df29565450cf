//! A row of SQLite, by its columns.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::error::BackendError;

use super::failure::{damaged, failed};
use super::rows::{Columns, Tables};

impl Columns for SqliteRow {
    fn text(&self, name: &str) -> Result<Option<&str>, BackendError> {
        self.try_get(name).map_err(failed)
    }

    fn free_text(&self, name: &str) -> Result<Option<&[u8]>, BackendError> {
        Ok(self.text(name)?.map(str::as_bytes))
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

impl Tables for SqliteRow {
    fn table(name: &str) -> String {
        format!("vestibule_{name}")
    }
}
