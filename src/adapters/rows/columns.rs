//! The columns of a row, by name.

use time::OffsetDateTime;

use crate::error::BackendError;

use super::moment::moment;

/// A row as a driver gives it. `None` is a column that is null.
pub(crate) trait Columns {
    /// A text that this library chose.
    fn text(&self, name: &str) -> Result<Option<&str>, BackendError>;

    /// The UTF-8 of a text that others chose, which may hold any character: some stores keep it as bytes.
    fn free_text(&self, name: &str) -> Result<Option<&[u8]>, BackendError>;

    fn bytes(&self, name: &str) -> Result<Option<&[u8]>, BackendError>;

    fn number(&self, name: &str) -> Result<Option<i64>, BackendError>;

    /// The failure of a row that the store could read and this library cannot.
    fn damaged(table: &str) -> BackendError;
}

/// A store whose tables have names, for operators.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) trait Tables {
    /// What the store calls a table.
    fn table(name: &str) -> String;
}

/// Reads a row of a table, and takes what nobody wrote for damage.
pub(crate) struct Reader<'a, R> {
    row: &'a R,
    table: &'static str,
}

impl<'a, R: Columns> Reader<'a, R> {
    pub(crate) const fn new(row: &'a R, table: &'static str) -> Self {
        Self { row, table }
    }

    pub(crate) fn damaged(&self) -> BackendError {
        R::damaged(self.table)
    }

    pub(crate) fn text(&self, name: &str) -> Result<&'a str, BackendError> {
        self.optional_text(name)?.ok_or_else(|| self.damaged())
    }

    pub(crate) fn optional_text(&self, name: &str) -> Result<Option<&'a str>, BackendError> {
        self.row.text(name)
    }

    pub(crate) fn free_text(&self, name: &str) -> Result<String, BackendError> {
        self.optional_free_text(name)?.ok_or_else(|| self.damaged())
    }

    pub(crate) fn optional_free_text(&self, name: &str) -> Result<Option<String>, BackendError> {
        let text = self.row.free_text(name)?;
        text.map(|text| String::from_utf8(text.to_vec()).map_err(|_| self.damaged())).transpose()
    }

    pub(crate) fn optional_bytes(&self, name: &str) -> Result<Option<&'a [u8]>, BackendError> {
        self.row.bytes(name)
    }

    pub(crate) fn number(&self, name: &str) -> Result<u32, BackendError> {
        let number = self.row.number(name)?.ok_or_else(|| self.damaged())?;
        u32::try_from(number).map_err(|_| self.damaged())
    }

    pub(crate) fn time(&self, name: &str) -> Result<OffsetDateTime, BackendError> {
        self.optional_time(name)?.ok_or_else(|| self.damaged())
    }

    pub(crate) fn optional_time(&self, name: &str) -> Result<Option<OffsetDateTime>, BackendError> {
        let stored = self.row.number(name)?;
        stored.map(|stored| moment(stored).ok_or_else(|| self.damaged())).transpose()
    }
}
